/**
 * How long `isDeleted` takes, in microseconds a call, on a SQLite file with a ledger of many entries.
 *
 *     npm run bench:is-deleted -- --entries 100000 --calls 50000
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { sqliteStore } from '../adapters/sqlite/index.ts'
import { createRandom } from '../examples/demo/random.ts'
import { UserDeletionEngine } from '../src/index.ts'
import { helloJohnPolicy, helloJohnSchema } from '../src/presets/hellojohn/index.ts'
import { openDatabase, TENANT, withFolder } from './support/database.ts'
import { numbersFrom, print, round } from './support/figures.ts'

const { entries, calls } = numbersFrom({ entries: 100_000, calls: 50_000 })
const SUBJECT_KEY = 'a subject key for the benchmark'
const WARM_UP = 5_000

await withFolder(async (folder) => {
  for (const keys of [{}, { subject: SUBJECT_KEY }]) {
    const db = openDatabase(join(folder, `ledger-${Object.keys(keys).length}.sqlite`))
    db.exec(helloJohnSchema)
    const store = sqliteStore(db)
    const engine = new UserDeletionEngine({ store, policy: helloJohnPolicy, keys })
    await engine.migrate()
    const insert = db.prepare('INSERT INTO users (id, tenant_id) VALUES (?, ?)')
    db.transaction(() => {
      for (let index = 0; index < entries; index += 1) insert.run(idOf(index), TENANT)
    })()
    const ids = Array.from({ length: entries }, (_, index) => idOf(index))
    const { deleted } = await engine.deleteMany(ids, { tenantId: TENANT, mode: 'throughput' })
    assert.equal(deleted, entries)
    const random = createRandom(1)
    const hits = random.shuffle(ids).slice(0, calls)
    const misses = hits.map((id) => `${id}x`)
    const issuedAt = new Date(0)
    const cases = [
      ['hit', hits, {}, true],
      ['hit, issuedAt', hits, { issuedAt }, true],
      ['miss', misses, {}, false],
    ] as const
    for (const [name, asked, more, expected] of cases) {
      const figures = await measure(asked, async (id) => {
        assert.equal(await engine.isDeleted(id, { tenantId: TENANT, ...more }), expected)
      })
      const subject = 'subject' in keys ? 'hashed' : 'plain'
      print(JSON.stringify({ case: name, subject, entries, calls: asked.length, ...figures }))
    }
    db.close()
  }
})

function idOf(index: number): string {
  return `usr_${String(index).padStart(12, '0')}`
}

/** Median and 99th percentile of single calls, in microseconds. */
async function measure(
  ids: readonly string[],
  call: (id: string) => Promise<void>,
): Promise<{ readonly medianMicros: number; readonly p99Micros: number }> {
  for (const id of ids.slice(0, WARM_UP)) await call(id)
  const times = new Float64Array(ids.length)
  for (const [index, id] of ids.entries()) {
    const started = performance.now()
    await call(id)
    times[index] = (performance.now() - started) * 1_000
  }
  times.sort()
  const at = (share: number): number => times[Math.floor((times.length - 1) * share)] ?? Number.NaN
  return { medianMicros: round(at(0.5), 1), p99Micros: round(at(0.99), 1) }
}
