import type { Sabotage } from '../sabotage.ts'

const caughtBy = 'test/plan/database-writes.test.ts'

/** What the database does by itself, and what it is not to do. */
export const databaseSabotages: readonly Sabotage[] = [
  {
    name: 'forget references that are cut with the rows they refer to',
    file: 'src/plan/compile/database-writes.ts',
    find: "if (onDelete !== 'set_null' && onDelete !== 'set_default') continue",
    replace: "if (onDelete !== 'restrict') continue",
    caughtBy,
  },
  {
    name: 'forget references that follow their key',
    file: 'src/plan/compile/database-writes.ts',
    find: '[...followingUpdates(step, tables), ',
    replace: '[',
    caughtBy,
  },
  {
    name: 'forget generated columns',
    file: 'src/plan/compile/database-writes.ts',
    find: ', ...generatedFrom(step, tables)]',
    replace: ']',
    caughtBy,
  },
  {
    name: 'cut access though references of other rows go with it',
    file: 'src/execution/user-state/disabling.ts',
    find: 'loose.some((place) =>',
    replace: 'loose.slice(loose.length).some((place) =>',
    caughtBy,
  },
  {
    name: 'keep rows for a time that nobody finds when it is over',
    file: 'src/plan/check/database/check-foreign-keys.ts',
    find: '    hasEnd(step) &&\n    ownReadsOf',
    replace: '    !hasEnd(step) &&\n    ownReadsOf',
    caughtBy,
  },
  {
    name: 'let a constraint of the host remove the rows of others',
    file: 'adapters/sqlite/sql/literals.ts',
    find: "'UPDATE OR ABORT'",
    replace: "'UPDATE'",
    caughtBy,
  },
  {
    name: 'take a column of the host for the row id',
    file: 'adapters/sqlite/sql/row-key.ts',
    find: 'if (free !== undefined) return [free]',
    replace: "if (table !== undefined) return [free ?? 'rowid']",
    caughtBy,
  },
  {
    name: 'keep the place in a table as an integer that JSON cannot carry',
    file: 'adapters/sql/answers/step-rows.ts',
    find: "typeof value === 'bigint' ? {",
    replace: "typeof value === 'symbol' ? {",
    caughtBy,
  },
  {
    name: 'leave the case of letters to a function of the host',
    file: 'adapters/sql/selectors/compare-sql.ts',
    find: 'return collation === undefined && form?.ignoreCase === true',
    replace: 'return collation !== undefined && form?.ignoreCase === true',
    caughtBy,
  },
  {
    name: 'address rows by a key that is not exact',
    file: 'adapters/sqlite/sql/row-key.ts',
    find: 'if (isOther && !isExact) throw',
    replace: 'if (isOther && isExact) throw',
    caughtBy,
  },
  {
    name: 'judge a CHECK by what is written instead of what is kept',
    file: 'adapters/sqlite/sql/stored-values.ts',
    find: 'const kept = isText ?',
    replace: 'const kept = isText && type === "" ?',
    caughtBy,
  },
]
