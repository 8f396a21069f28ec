import type { Sabotage } from './sabotages.ts'

export const residueSabotages: readonly Sabotage[] = [
  {
    name: 'write on SQLite for a program that was built for another schema',
    file: 'adapters/sqlite/index.ts',
    find: 'program.schemaStamp !== stamp) throw schemaChanged()',
    replace: 'program.schemaStamp === stamp) return built',
    caughtBy: 'test/schema-while-it-runs.test.ts',
  },
  {
    name: 'write in memory for a program that was built for another schema',
    file: 'adapters/memory/index.ts',
    find: 'schemaStamp !== tables.schema().stamp) throw schemaChanged()',
    replace: 'schemaStamp === tables.schema().stamp) return write(work)',
    caughtBy: 'test/adapters/memory.test.ts',
  },
  {
    name: 'end a run for every change of the schema',
    file: 'src/execution/present-schema.ts',
    find: 'const TRIES = 5',
    replace: 'const TRIES = 1',
    caughtBy: 'test/schema-while-it-runs.test.ts',
  },
]
