import type { Sabotage } from './sabotages.ts'

/** What the database does by keys, and what columns without a type hold. */
export const eyesSabotages: readonly Sabotage[] = [
  {
    name: 'schema check: let a pseudonym stand in a foreign key',
    file: 'src/plan/check-written-keys.ts',
    find: "strange: (column) => isGiven(column, ({ kind }) => kind === 'derived'),",
    replace: "strange: (column) => isGiven(column, ({ kind }) => kind === 'scrub'),",
    caughtBy: 'test/eyes-written-keys.test.ts',
  },
  {
    name: 'schema check: let the audit entry refer to a user who is gone',
    file: 'src/plan/check-written-keys.ts',
    find: "if (value === '$userId') return isUserGone && references.table === user.table",
    replace: "if (value === '$userId') return false",
    caughtBy: 'test/eyes-written-keys.test.ts',
  },
  {
    name: 'look at no foreign key of the blank user row',
    file: 'src/plan/hurdles.ts',
    find: '    ...blankRow(user, reference.table),\n',
    replace: '',
    caughtBy: 'test/eyes-written-keys.test.ts',
  },
  {
    name: 'look for an id in one type alone where a column says nothing of types',
    file: 'src/plan/mark-references.ts',
    find: '  return SURE.includes(heldFieldType(tables.get(user.table), user.fields[field] ?? user.id))',
    replace: '  return SURE.length === 0',
    caughtBy: 'test/eyes-either-type.test.ts',
  },
  {
    name: 'take the digits of an id for it where the user table may hold both',
    file: 'src/plan/mark-references.ts',
    find: "= ['integer', 'number', 'text', 'uuid']",
    replace: "= ['integer', 'number', 'text', 'uuid', 'unknown']",
    caughtBy: 'test/eyes-either-type.test.ts',
  },
  {
    name: 'read any text that begins like a number as that number',
    file: 'adapters/sqlite/selector-sql.ts',
    find: 'CASE WHEN CAST(',
    replace: 'CASE WHEN 1 OR CAST(',
    caughtBy: 'test/eyes-either-type.test.ts',
  },
  {
    name: 'look for an id in its stored spelling alone where a foreign key takes others along',
    file: 'src/plan/mark-references.ts',
    find: '  return hasKeys && isKey ? collation : null',
    replace: '  return hasKeys && !isKey ? collation : null',
    caughtBy: 'test/eyes-spellings.test.ts',
  },
  {
    name: 'take two users for one by a collation that keeps nothing apart',
    file: 'src/plan/mark-references.ts',
    find: '  return isAlone ? own.collation : null',
    replace: '  return keys.length > 0 || isAlone ? own.collation : null',
    caughtBy: 'test/eyes-spellings.test.ts',
  },
  {
    name: 'count rows by the spelling that they hold',
    file: 'adapters/sqlite/step-sql.ts',
    find: '  if (values.some(({ collation }) => collation !== undefined)) return null\n',
    replace: '',
    caughtBy: 'test/eyes-spellings.test.ts',
  },
  {
    name: 'schema check: keep silent about ids that are one in several spellings',
    file: 'src/plan/check-case.ts',
    find: '    if (own === undefined) return []\n    const isPlain',
    replace: '    if (own !== undefined || target.kind) return []\n    const isPlain',
    caughtBy: 'test/eyes-spellings.test.ts',
  },
]
