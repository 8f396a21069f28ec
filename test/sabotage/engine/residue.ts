import type { Sabotage } from '../sabotage.ts'

export const residueSabotages: readonly Sabotage[] = [
  {
    name: 'write on SQLite for a program that was built for another schema',
    file: 'adapters/sqlite/index.ts',
    find: 'program.schemaStamp !== stamp) throw schemaChanged()',
    replace: 'program.schemaStamp === stamp) return built',
    caughtBy: 'test/plan/schema-while-it-runs.test.ts',
  },
  {
    name: 'write in memory for a program that was built for another schema',
    file: 'src/store/failures.ts',
    find: 'schemaStamp !== stamp) throw schemaChanged()',
    replace: "schemaStamp === 'never') throw schemaChanged()",
    caughtBy: 'test/adapters/memory/contract.test.ts',
  },
  {
    name: 'end a run for every change of the schema',
    file: 'src/execution/context/present-schema.ts',
    find: 'const TRIES = 5',
    replace: 'const TRIES = 1',
    caughtBy: 'test/plan/schema-while-it-runs.test.ts',
  },
  {
    name: 'look for residue after deletions and detachments only',
    file: 'src/program/residue.ts',
    find: 'if (keeps && set.length === 0) return null',
    replace: 'if (keeps) return null',
    caughtBy: 'test/execution/delete/residue.test.ts',
  },
  {
    name: 'look for residue when its rows cannot be told any more',
    file: 'src/program/residue.ts',
    find: "return isDisturbed(step, steps) ? 'at_once' : 'at_end'",
    replace: "return 'at_end'",
    caughtBy: 'test/execution/delete/residue.test.ts',
  },
  {
    name: 'take the token of another user for residue',
    file: 'adapters/sql/steps/residue-sql.ts',
    find: '} FROM u), ',
    replace: '} FROM u WHERE pos = 0), ',
    caughtBy: 'test/execution/delete/residue.test.ts',
  },
  {
    name: 'believe that the user row is gone',
    file: 'adapters/sql/work/user-rows.ts',
    find: 'if (Number(rows) > 0) throw residueLeft(sql.program.user.table)',
    replace: 'if (Number(rows) < 0) throw residueLeft(sql.program.user.table)',
    caughtBy: 'test/execution/delete/residue.test.ts',
  },
  {
    name: 'cut access past what a trigger writes back',
    file: 'adapters/sql/work/work.ts',
    find: '  const asked = new Set(steps.map(',
    replace: "  const asked = new Set((userRows.kind === 'end' ? steps : []).map(",
    caughtBy: 'test/execution/delete/residue.test.ts',
  },
  {
    name: 'go on with rows that are written back for ever',
    file: 'src/execution/job/run-job.ts',
    find: 'if (written > 2 * counted + limit) throw',
    replace: 'if (written > 1e9 * counted + limit) throw',
    caughtBy: 'test/execution/delete/residue.test.ts',
  },
  {
    name: 'seal a deletion whose transaction the host has ended',
    file: 'adapters/sqlite/handle/connection.ts',
    find: 'if (!hasCommitted()) throw new TransactionEnded()',
    replace: 'if (!hasCommitted()) return result',
    caughtBy: 'test/execution/delete/residue.test.ts',
  },
]
