import { askForMany, askForOne, testFaults } from '../worlds/faults/fault-run.ts'

testFaults('one user', { targets: ['a1'], ask: (engine) => askForOne(engine, 'a1') })

testFaults('one user under an idempotency key', {
  targets: ['a1'],
  isLikeAnother: true,
  ask: (engine) => askForOne(engine, 'a1', 'key_1'),
})

testFaults('three users in one transaction', {
  targets: ['a1', 'a2', 'a3'],
  ask: (engine) => askForMany(engine, ['a1', 'a2', 'a3']),
})

testFaults('three users tried in parts, one of whom the database refuses', {
  targets: ['a1', 'a3', 'a5'],
  refused: ['a5'],
  ask: (engine) => askForMany(engine, ['a1', 'a5', 'a3']),
})
