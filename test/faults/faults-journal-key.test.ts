import { askForOne, testFaults } from '../worlds/faults/fault-run.ts'

testFaults('a large user through the journal under an idempotency key', {
  targets: ['a1'],
  options: { maxRowsPerTransaction: 3 },
  isLikeAnother: true,
  ask: (engine) => askForOne(engine, 'a1', 'key_1'),
})
