import type { Sabotage } from './sabotages.ts'

/** What the ledger, clocks, keys and holds promise. */
export const ledgerSabotages: readonly Sabotage[] = [
  {
    name: 'end retentions by a clock that has leapt',
    file: 'src/execution/expire-retained.ts',
    find: '  await assertClock(context, clock)\n',
    replace: '',
    caughtBy: 'test/ledger-clocks.test.ts',
  },
  {
    name: 'count a year ahead as 365 days',
    file: 'src/call-options.ts',
    find: "due <= addDuration(now, 'P1Y')",
    replace: "due <= addDuration(now, 'P365D')",
    caughtBy: 'test/ledger-clocks.test.ts',
  },
  {
    name: 'take a retention whose end has no year of four digits',
    file: 'src/duration.ts',
    find: 'end > COUNTED_FROM && end <= addDuration(COUNTED_FROM, LONGEST)',
    replace: 'end > COUNTED_FROM',
    caughtBy: 'test/ledger-clocks.test.ts',
  },
  {
    name: 'leave a refused purge without a way back',
    file: 'src/execution/refused-job.ts',
    find: 'if (state.replaced !== null && hasLostNothing(context, state)) {',
    replace: 'if (state.replaced === undefined) {',
    caughtBy: 'test/adapters/memory.test.ts',
  },
  {
    name: 'give a deletion up whose rows are gone in part',
    file: 'src/execution/refused-job.ts',
    find: 'access || done[index]?.rows === 0',
    replace: 'access || done[index] !== undefined',
    caughtBy: 'test/adapters/memory.test.ts',
  },
  {
    name: 'write a ledger on under another key',
    file: 'src/receipt/chain.ts',
    find: "  if (!isWrittenWith(key, head)) throw wrongKey('keys.ledger')",
    replace: '  if (!isWrittenWith(key, head)) return',
    caughtBy: 'test/ledger-keys.test.ts',
  },
  {
    name: 'look subjects up under a key that is not the recorded one',
    file: 'src/execution/known-keys.ts',
    find: "      if (!equalSecrets(recorded, own)) throw wrongKey('keys.subject')",
    replace: '',
    caughtBy: 'test/ledger-keys.test.ts',
  },
  {
    name: 'let any entry change the key of the ledger',
    file: 'src/receipt/verify-ledger.ts',
    find: "entry.kind === 'ledger.rekeyed' ? ring",
    replace: "entry.kind === 'user.deleted' ? ring",
    caughtBy: 'test/ledger-keys.test.ts',
  },
  {
    name: 'purge past what an import says was decided',
    file: 'src/execution/purge.ts',
    find: "  await restoreDecisions(context, 'whole')\n",
    replace: '',
    caughtBy: 'test/ledger-decisions.test.ts',
  },
  {
    name: 'place holds of the deleted before they are deleted again',
    file: 'src/execution/restore-decisions.ts',
    find: '  if (isBack) return written',
    replace: '  if (isBack && part === undefined) return written',
    caughtBy: 'test/ledger-decisions.test.ts',
  },
  {
    name: 'keep holds out of the ledger',
    file: 'src/execution/holds.ts',
    find: 'const finish = (): TransitionEnd => ({ seal })',
    replace: 'const finish = (): TransitionEnd => (seal === null ? { seal } : {})',
    caughtBy: 'test/ledger-decisions.test.ts',
  },
]
