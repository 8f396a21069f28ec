import type { Sabotage } from '../sabotage.ts'

const caughtBy = 'test/generated/sqlite.test.ts'

export const generatedSabotages: readonly Sabotage[] = [
  {
    name: 'compare a value with one user as the column does',
    file: 'adapters/sql/selectors/compare-sql.ts',
    find: '  return isLoose ? `',
    replace: '  return isLoose && one === other ? `',
    caughtBy,
  },
  {
    name: 'have JSONB come back as text',
    file: 'adapters/sqlite/sql/json-sql.ts',
    find: 'THEN jsonb(',
    replace: 'THEN json(',
    caughtBy,
  },
  {
    name: 'overwrite the elements of others too',
    file: 'adapters/sql/steps/assignment-sql.ts',
    find: 'const isMeant = holding === undefined ? null :',
    replace: 'const isMeant = holding !== null ? null :',
    caughtBy,
  },
  {
    name: 'keep what grants access where another rule keeps the row',
    file: 'src/plan/compile/compile-policy.ts',
    find: '  if (isAccess(rule)) return []\n',
    replace: '',
    caughtBy,
  },
  {
    name: 'take for residue what a foreign key has cut loose',
    file: 'src/program/residue.ts',
    find: "  if (schema !== undefined && isPulledAlong(step, schema)) return 'at_once'\n",
    replace: '',
    caughtBy: 'test/execution/delete/residue.test.ts',
  },
  {
    name: 'take for residue what a blank user row stands for',
    file: 'src/program/residue.ts',
    find: "  if (user !== undefined && isBlankedOver(step, user)) return 'at_once'\n",
    replace: '',
    caughtBy: 'test/execution/delete/residue.test.ts',
  },
]
