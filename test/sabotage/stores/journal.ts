import type { Sabotage } from '../sabotage.ts'

const file = 'src/execution/upkeep/journal-debt.ts'
const caughtBy = 'test/execution/upkeep/journal-debt.test.ts'

/** What is owed to the journal, and when it is paid. */
export const journalSabotages: readonly Sabotage[] = [
  {
    name: 'clear the journal in the middle of a bulk run',
    file,
    find: '      if (runs > 0) return\n',
    replace: '',
    caughtBy,
  },
  {
    name: 'let the journal wait for as long as deletions come',
    file,
    find: 'if (delayMs === 0 || isDue()) await attempt()',
    replace: 'if (delayMs === 0) await attempt()',
    caughtBy,
  },
  {
    name: 'believe a clock that was set back while the journal is owed',
    file,
    find: ' || now < age.since',
    replace: '',
    caughtBy,
  },
  {
    name: 'take what came after the look at the ledger for cleared',
    file,
    find: 'return Number(throughSeq) >= last.seq - 1 ? { level, complete } : null',
    replace: 'return Number(throughSeq) >= 0 ? { level, complete } : null',
    caughtBy,
  },
  {
    name: 'try a journal that a reader needs again and again at once',
    file,
    find: '    startAge(failures === 0 ? delayMs : retryMs)',
    replace: '    startAge(0)',
    caughtBy,
  },
  {
    name: 'tell the ledger of every try that came to nothing',
    file,
    find: 'complete || !isUnfinishedTold',
    replace: 'complete || isUnfinishedTold !== null',
    caughtBy,
  },
  {
    name: 'go on trying with a handle that is closed',
    file,
    find: 'cause instanceof UserDeletionError && cause.retryable',
    replace: 'cause instanceof UserDeletionError',
    caughtBy,
  },
  {
    name: 'keep the process alive for the journal',
    file: 'src/ports.ts',
    find: 'setTimeout(work, ms).unref()',
    replace: 'setTimeout(work, Math.min(ms, 20_000))',
    caughtBy,
  },
  {
    name: 'do maintenance though another process is at it',
    file: 'src/execution/upkeep/lease.ts',
    find: 'if (before !== null && !isFree(before, context.clock.now())) return null',
    replace: '',
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'wait for a process that was killed at maintenance',
    file: 'src/execution/upkeep/lease.ts',
    find: ' || isProcessGone(owner)',
    replace: '',
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'wait for maintenance of a process whose clock had leapt',
    file: 'src/execution/upkeep/lease.ts',
    find: ' || left > ms',
    replace: '',
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'owe nothing for access that was cut',
    file: 'src/execution/upkeep/watch-deletions.ts',
    find: ' || steps.some(({ rows }) => rows > 0)',
    replace: '',
    caughtBy,
  },
  {
    name: 'owe the journal for a rehearsal',
    file: 'src/execution/upkeep/watch-deletions.ts',
    find: ' || decision.isRehearsal === true',
    replace: '',
    caughtBy,
  },
]
