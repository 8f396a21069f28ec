import { askForOne, testFaults } from '../worlds/faults/fault-run.ts'

testFaults('a large user through the journal', {
  targets: ['a1'],
  options: { maxRowsPerTransaction: 3 },
  ask: (engine) => askForOne(engine, 'a1'),
})
