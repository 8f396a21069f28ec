import type { Sabotage } from './sabotages.ts'

/** What keeps the values of one user apart from those of another. */
export const valuesSabotages: readonly Sabotage[] = [
  {
    name: 'let a blank field of a user stand for what others hold',
    file: 'src/store-helpers.ts',
    find: '      return BLANK.test(value)\n',
    replace: '      return false\n',
    caughtBy: 'test/adapters/memory.test.ts',
  },
  {
    name: 'let the collation of a column decide whose a row is',
    file: 'adapters/sqlite/selector-sql.ts',
    find: '  return wanted.isLoose\n',
    replace: '  return wanted.isLoose && wanted.field === null\n',
    caughtBy: 'test/values-sqlite.test.ts',
  },
  {
    name: 'take a text for the number that it looks like',
    file: 'adapters/sqlite/loose-comparisons.ts',
    find: '  return !column.isExact || (column.isNumeric && !value.isNumeric)',
    replace: '  return !column.isExact && value.isExact',
    caughtBy: 'test/values-sqlite.test.ts',
  },
  {
    name: 'go through a blank key to the rows of others',
    file: 'adapters/sqlite/selector-sql.ts',
    find: '  return hasTextKey ? ',
    replace: '  return hasTextKey ? same : same + ',
    caughtBy: 'test/values-sqlite.test.ts',
  },
  {
    name: 'count values together that a column takes for one',
    file: 'adapters/sqlite/step-sql.ts',
    find: '  const held = located(alias, locator)\n  return isLoose ? ',
    replace: '  const held = located(alias, locator)\n  return isLoose ? held : held + ',
    caughtBy: 'test/values-sqlite.test.ts',
  },
  {
    name: 'pull an address out of an array in its own case only',
    file: 'adapters/memory/write-rows.ts',
    find: '    return form?.ignoreCase ? standsFor(value, wanted, form) : ',
    replace: '    return ',
    caughtBy: 'test/adapters/memory.test.ts',
  },
  {
    name: 'take rows by a value that another user holds too',
    file: 'src/store-helpers.ts',
    find: '  if (shared.length === 0) return false\n',
    replace: '  if (shared.length >= 0) return false\n',
    caughtBy: 'test/values-shared.test.ts',
  },
  {
    name: 'let all users of a slice go at once who share a value',
    file: 'src/execution/decide.ts',
    find: '    if (isLastHolder(sharers, user, leaving)) room.turnedAway.add(user)\n    else if',
    replace: '    if',
    caughtBy: 'test/values-shared.test.ts',
  },
  {
    name: 'take an address for unique in any case that is so in one',
    file: 'src/store-helpers.ts',
    find: '  const names = anyCase ? (isFolded ? [column] : []) : [column]',
    replace: '  const names = anyCase || isFolded ? [column] : [column]',
    caughtBy: 'test/values-shared.test.ts',
  },
  {
    name: 'keep silent about an address that two users may hold',
    file: 'src/plan/check-shared.ts',
    find: '    if (isUnique(table, user, { ...value, form })) return []',
    replace: '    if (!isUnique(table, user, { ...value, form })) return []',
    caughtBy: 'test/values-findings.test.ts',
  },
  {
    name: 'take any partial unique index for one that leaves out null alone',
    file: 'adapters/sqlite/describe-indexes.ts',
    find: '    ...(partial === 1 && leavesOutNull(String(sql), written) ? ',
    replace: '    ...(partial === 1 ? ',
    caughtBy: 'test/values-findings.test.ts',
  },
  {
    name: 'keep silent about rows by an address that may be written in another case',
    file: 'src/plan/check-case.ts',
    find: '    if (inAnyCase === undefined) return []',
    replace: '    if (inAnyCase !== undefined) return []',
    caughtBy: 'test/values-findings.test.ts',
  },
]
