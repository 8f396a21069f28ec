/**
 * How long the event loop waits while a cooperative run deletes users: nothing else runs in the process.
 *
 * The delays are those of a timer of one millisecond, so an idle loop shows a little over 1 ms; it is
 * measured first.
 *
 *     npm run bench:cooperative -- --users 5000
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { sqliteStore } from '../adapters/sqlite/index.ts'
import { UserDeletionEngine } from '../src/index.ts'
import { helloJohnPolicy } from '../src/presets/hellojohn/index.ts'
import { assertDeleted, countAudit } from './support/check.ts'
import { createTemplate, sample, TENANT, withCopy, withFolder } from './support/database.ts'
import { numbersFrom, print, round } from './support/figures.ts'

const { users, rounds } = numbersFrom({ users: 5_000, rounds: 1 })

await withFolder(async (folder) => {
  const template = join(folder, 'users.sqlite')
  const seeded = createTemplate(template, users * 2)
  const idle = await delaysDuring(() => sleep(1_000))
  print(JSON.stringify({ run: 'idle', ...idle.delays }))
  for (let number = 0; number < rounds; number += 1) {
    await withCopy(template, async (db) => {
      const ids = sample(seeded, users, number)
      const auditBefore = countAudit(db)
      const engine = new UserDeletionEngine({ store: sqliteStore(db), policy: helloJohnPolicy })
      await engine.migrate()
      const options = { tenantId: TENANT, mode: 'cooperative', reason: 'benchmark' } as const
      const { value, delays } = await delaysDuring(() => engine.deleteMany(ids, options))
      assert.equal(value.deleted, users, 'not everybody was deleted')
      assertDeleted(db, ids, auditBefore)
      const usersPerSecond = round(value.usersPerSecond)
      print(JSON.stringify({ run: 'cooperative', users, usersPerSecond, ...delays }))
    })
  }
})

interface Delays {
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

async function delaysDuring<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly delays: Delays }> {
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  // The histogram counts from its first tick on, so one has to pass before the work starts.
  await sleep(20)
  histogram.reset()
  const value = await work()
  histogram.disable()
  const ms = (nanoseconds: number): number => round(nanoseconds / 1e6, 1)
  const [p50Ms, p99Ms] = [ms(histogram.percentile(50)), ms(histogram.percentile(99))]
  return { value, delays: { p50Ms, p99Ms, maxMs: ms(histogram.max) } }
}
