import type { Sabotage } from '../sabotage.ts'

/** What keeps people apart in columns that are declared, indexed or filled in unusual ways. */
export const neighboursSabotages: readonly Sabotage[] = [
  {
    name: 'trust a column of numbers to hold no empty text',
    file: 'adapters/sqlite/sql/loose-comparisons.ts',
    find: '!places.isRowId(table, target.key)',
    replace: '!places.at(table, target.key).isNumeric',
    caughtBy: 'test/adapters/sqlite/unusual-rows.test.ts',
  },
  {
    name: 'take an id that leaves no mark for a person',
    file: 'src/execution/context/arguments.ts',
    find: '    !isNobodys(text) &&\n',
    replace: "    text.trim() !== '' &&\n",
    caughtBy: 'test/adapters/sqlite/unusual-rows.test.ts',
  },
  {
    name: 'schema check: let only integers be numbers',
    file: 'src/plan/check/values/check-id-types.ts',
    find: '/int|serial|numeric|decimal|real|floa|doub/i',
    replace: '/int|serial/i',
    caughtBy: 'test/adapters/sqlite/unusual-rows.test.ts',
  },
]
