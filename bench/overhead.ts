/**
 * What the engine costs beside hand-written SQL that does the same work: users a second, as a ratio.
 *
 * Both delete the same random users from copies of one SQLite file (WAL, `secure_delete` ON, default
 * checkpoints), in turns and in shuffled order, the final checkpoint included. After each run the rows are
 * checked, and both have to leave the very same rows behind.
 *
 *     npm run bench:overhead -- --users 20000 --rounds 5 --lean 0
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { sqliteStore } from '../adapters/sqlite/index.ts'
import { createRandom } from '../examples/demo/random.ts'
import { UserDeletionEngine } from '../src/index.ts'
import { helloJohnPolicy } from '../src/presets/hellojohn/index.ts'
import { handWritten } from './hand-written.ts'
import { assertDeleted, countAudit, digestOf } from './support/check.ts'
import { createTemplate, sample, TENANT, withCopy, withFolder } from './support/database.ts'
import { median, numbersFrom, print, round } from './support/figures.ts'

/** `population`: users in the file for each one deleted. `lean`: 1 for short hand-written receipts. */
const { users, rounds, population, lean } = numbersFrom({
  users: 20_000,
  rounds: 5,
  population: 2,
  lean: 0,
})

/** Prepares what is not measured, and answers what is. */
type Contender = (db: Database.Database) => Promise<(ids: readonly string[]) => Promise<number>>

const contenders: Readonly<Record<'engine' | 'handWritten', Contender>> = {
  engine: async (db) => {
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy: helloJohnPolicy })
    await engine.migrate()
    return async (ids) => {
      const options = { tenantId: TENANT, mode: 'throughput', reason: 'benchmark' } as const
      return (await engine.deleteMany(ids, options)).deleted
    }
  },
  handWritten: async (db) => {
    const run = handWritten(db, { tenantId: TENANT, reason: 'benchmark', lean: lean === 1 })
    return async (ids) => run(ids)
  },
}

type Name = keyof typeof contenders

interface Measurement {
  readonly contender: Name
  readonly usersPerSecond: number
  readonly digest: string
  readonly events: number
}

await withFolder(async (folder) => {
  const template = join(folder, 'users.sqlite')
  const seeded = createTemplate(template, users * population)
  const rates: Record<Name, number[]> = { engine: [], handWritten: [] }
  const random = createRandom(1)
  for (let number = 0; number < rounds; number += 1) {
    const ids = sample(seeded, users, number)
    const done: Measurement[] = []
    for (const contender of random.shuffle<Name>(['engine', 'handWritten'])) {
      done.push(await measure(template, contender, ids))
    }
    const [one, other] = done
    assert.equal(one?.digest, other?.digest, 'engine and hand-written SQL left different rows')
    assert.equal(one?.events, other?.events, 'engine and hand-written SQL wrote different events')
    for (const { contender, usersPerSecond } of done) rates[contender].push(usersPerSecond)
    const result = Object.fromEntries(
      done.map(({ contender, usersPerSecond }) => [contender, round(usersPerSecond)]),
    )
    print(JSON.stringify({ round: number + 1, users, ...result }))
  }
  const [engine, byHand] = [median(rates.engine), median(rates.handWritten)]
  const ratio = (engine / byHand).toFixed(3)
  print(`ratio ${ratio} (engine ${round(engine)} / hand-written ${round(byHand)} users/s, medians)`)
})

function measure(template: string, contender: Name, ids: readonly string[]): Promise<Measurement> {
  return withCopy(template, async (db) => {
    const auditBefore = countAudit(db)
    const run = await contenders[contender](db)
    const started = performance.now()
    const deleted = await run(ids)
    const seconds = (performance.now() - started) / 1_000
    assert.equal(deleted, ids.length, `${contender} did not delete everybody`)
    assertDeleted(db, ids, auditBefore)
    const outbox = contender === 'engine' ? 'user_deletion_outbox' : 'events'
    const events = Number(db.prepare(`SELECT count(*) FROM ${outbox}`).pluck().get())
    return { contender, usersPerSecond: ids.length / seconds, digest: digestOf(db), events }
  })
}
