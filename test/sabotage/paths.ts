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
  {
    name: 'import under another subject key',
    file: 'src/execution/known-keys.ts',
    find: 'ours !== undefined && !equalSecrets(ours, own)',
    replace: 'ours !== undefined && own.length === 0',
    caughtBy: 'test/adapters/memory.test.ts',
  },
  {
    name: 'export no fingerprint of the subject key',
    file: 'src/receipt/ledger-lines.ts',
    find: 'keys.size === 0 ? {}',
    replace: 'keys.size >= 0 ? {}',
    caughtBy: 'test/adapters/memory.test.ts',
  },
  {
    name: 'forget what an export says of its subject keys',
    file: 'src/execution/known-keys.ts',
    find: '      for (const [name, key] of news) await store.writeMark(',
    replace: '      for (const [name, key] of news.slice(0, 0)) await store.writeMark(',
    caughtBy: 'test/adapters/memory.test.ts',
  },
  {
    name: 'plan past what only an import tells',
    file: 'src/engine.ts',
    find: "    const context = await this.#source.current()\n    await restoreDecisions(context, 'before_replay')\n",
    replace: '    const context = await this.#source.current()\n',
    caughtBy: 'test/adapters/memory.test.ts',
  },
  {
    name: 'tell the order of rules in every database',
    file: 'src/execution/earlier-policy.ts',
    find: 'EARLIER_LAYOUT_MARK)) === null) return false',
    replace: 'EARLIER_LAYOUT_MARK)) === undefined) return false',
    caughtBy: 'test/paths-earlier.test.ts',
  },
  {
    name: 'tell the order of rules of policies that came later',
    file: 'src/execution/earlier-policy.ts',
    find: 'known === null || known === own',
    replace: 'known === null || known !== mark',
    caughtBy: 'test/paths-earlier.test.ts',
  },
  {
    name: 'migrate an earlier layout without a mark',
    file: 'adapters/sqlite/layout.ts',
    find: '  if (earlier.length > 0) connection.change(',
    replace: '  if (earlier.length > 99) connection.change(',
    caughtBy: 'test/paths-earlier.test.ts',
  },
]
