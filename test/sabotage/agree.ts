import type { Sabotage } from './sabotages.ts'

/** What is said before and after a deletion is what the deletion does. */
export const agreeSabotages: readonly Sabotage[] = [
  {
    name: 'count a user of a dry run who is named again',
    file: 'src/execution/plan-many.ts',
    find: '      else if (isFirst === false) counts.duplicates += 1',
    replace: '      else if (isFirst === false) await add(id)',
    caughtBy: 'test/adapters/memory.test.ts',
  },
  {
    name: 'forget ids of a dry run that have no room in memory',
    file: 'src/execution/distinct-ids.ts',
    find: '          yield known.has(id) ? null : id',
    replace: '          yield id',
    caughtBy: 'test/agree-plan-many.test.ts',
  },
  {
    name: 'call a blank user row that has been filled again blank',
    file: 'src/execution/verify.ts',
    find: '  const isFilled = first.tombstone !== null && !isBlank(program, first.tombstone)',
    replace: '  const isFilled = false as boolean',
    caughtBy: 'test/adapters/memory.test.ts',
  },
  {
    name: 'take whatever stands in the place of a token for one',
    file: 'src/execution/derive.ts',
    find: '  return /^[0-9a-f]{32}$/.test(inside)',
    replace: "  return inside !== ''",
    caughtBy: 'test/adapters/memory.test.ts',
  },
]
