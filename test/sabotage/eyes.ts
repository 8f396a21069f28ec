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
]
