import type { Sabotage } from './sabotages.ts'

/** What keeps `clean` from being said of a value that was to be pulled, and a restore from being half of one. */
export const pathsSabotages: readonly Sabotage[] = [
  {
    name: 'take for pulled what stands in no array, in SQLite',
    file: 'adapters/sqlite/json-sql.ts',
    find: " WHEN 'object' THEN EXISTS (",
    replace: " WHEN 'object' THEN 0 AND EXISTS (",
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'take for pulled what stands in no array, in memory',
    file: 'adapters/memory/write-rows.ts',
    find: '  if (!Array.isArray(place)) return holdsDeep(place, pull, user)\n',
    replace: '  if (!Array.isArray(place)) return false\n',
    caughtBy: 'test/adapters/memory.test.ts',
  },
  {
    name: 'take every text that holds the value for one that names it',
    file: 'adapters/sqlite/selector-sql.ts',
    find: '  if (wanted.isWord !== true) return found\n',
    replace: '  if (wanted.isWord !== undefined) return found\n',
    caughtBy: 'test/adapters/sqlite.test.ts',
  },
  {
    name: 'pass over texts where arrays are sampled',
    file: 'src/sampled-json.ts',
    find: "one.wants === 'array' ? [...every, ...plain] : every",
    replace: "one.wants === 'array' ? every : every",
    caughtBy: 'test/paths-sqlite.test.ts',
  },
  {
    name: 'pass over keys that stand twice',
    file: 'adapters/sqlite/sample-json.ts',
    find: ' HAVING count(*) > 1',
    replace: ' HAVING count(*) > 9',
    caughtBy: 'test/paths-sqlite.test.ts',
  },
]
