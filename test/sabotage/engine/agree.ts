import type { Sabotage } from '../sabotage.ts'

/** What is said before and after a deletion is what the deletion does. */
export const agreeSabotages: readonly Sabotage[] = [
  {
    name: 'count a user of a dry run who is named again',
    file: 'src/execution/bulk/plan-many.ts',
    find: '      else if (isFirst === false) counts.duplicates += 1',
    replace: '      else if (isFirst === false) await add(id)',
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'forget ids of a dry run that have no room in memory',
    file: 'src/execution/bulk/distinct-ids.ts',
    find: '          yield known.has(id) ? null : id',
    replace: '          yield id',
    caughtBy: 'test/execution/bulk/plan-many.test.ts',
  },
  {
    name: 'call a blank user row that has been filled again blank',
    file: 'src/execution/look-back/verify.ts',
    find: '  const isFilled = first.tombstone !== null && !isBlank(program, first.tombstone)',
    replace: '  const isFilled = false as boolean',
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'take whatever stands in the place of a token for one',
    file: 'src/execution/context/derive.ts',
    find: '  return /^[0-9a-f]{32}$/.test(inside)',
    replace: "  return inside !== ''",
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'keep quiet about what the database would refuse',
    file: 'src/execution/decision/decide.ts',
    find: 'return standing === 0 ? [] : [hurdleBlocker(hurdle, standing)]',
    replace: 'return standing < 0 ? [hurdleBlocker(hurdle, standing)] : []',
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'commit a rehearsal',
    file: 'adapters/sqlite/index.ts',
    find: '    if (decision.isRehearsal === true) throw new RolledBack(result)\n',
    replace: '',
    caughtBy: 'test/adapters/sqlite/contract.test.ts',
  },
  {
    name: 'take rows that go with the user for rows that keep them',
    file: 'adapters/sql/hurdle-sql.ts',
    find: '  if (freed.length === 0) return gone',
    replace: '  if (freed.length >= 0) return gone',
    caughtBy: 'test/plan/foreign-keys.test.ts',
  },
  {
    name: 'leave the own row in the way of what it refers to',
    file: 'src/plan/compile/unlink-users.ts',
    find: '    return column === undefined ? [] : [unlinkStep(user, column)]',
    replace: '    return column === undefined ? [unlinkStep(user, user.id)] : []',
    caughtBy: 'test/plan/foreign-keys.test.ts',
  },
  {
    name: 'forget what the user row has lost before a crash',
    file: 'src/execution/job/run-job.ts',
    find: 'user: { fields: { ...fields, ...kept }, shared },',
    replace: 'user: { fields, shared },',
    caughtBy: 'test/plan/foreign-keys.test.ts',
  },
]
