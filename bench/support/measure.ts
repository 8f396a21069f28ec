/**
 * One timed run, by tinybench, with what surrounds it left out of the time.
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import type Database from 'better-sqlite3'
import { Bench } from 'tinybench'
import { assertDeleted, countAudit } from './check.ts'
import { median, round } from './figures.ts'

/** A way of deleting: prepares what is not measured, and answers what is. */
export type Contender = (
  db: Database.Database,
  ids: readonly string[],
) => Promise<() => Promise<number>> | (() => Promise<number>)

/**
 * Seconds that a contender takes for the users, the final checkpoint included. Throws when it deleted
 * anything else: the speed of a wrong deletion is worth nothing.
 */
export async function secondsFor(
  name: string,
  contender: Contender,
  db: Database.Database,
  ids: readonly string[],
): Promise<number> {
  const auditBefore = countAudit(db)
  const run = await contender(db, ids)
  const seconds = await timed(name, async () => {
    assert.equal(await run(), ids.length, `${name} did not delete everybody`)
    db.pragma('wal_checkpoint(TRUNCATE)')
  })
  assertDeleted(db, ids, auditBefore)
  return seconds
}

/** Runs the work once; its errors are thrown. */
export async function timed(name: string, work: () => Promise<void>): Promise<number> {
  const bench = new Bench({ iterations: 1, time: 0, warmup: false, throws: true })
  bench.add(name, work, { async: true })
  await bench.run()
  const result = bench.tasks[0]?.result
  assert.ok(result?.state === 'completed', `${name} did not complete`)
  return result.latency.mean / 1_000
}

/** The figures of several rounds. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export interface Samples {
  add(name: string, value: number): void
  of(name: string): Spread
}

/** Keeps what each round has measured, by name. */
export function createSamples(): Samples {
  const all = new Map<string, number[]>()
  return {
    add: (name, value) => void all.set(name, [...(all.get(name) ?? []), value]),
    of(name) {
      const values = all.get(name) ?? []
      return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
    },
  }
}

export function rangeOf({ min, max }: Spread): string {
  return `${round(min)} to ${round(max)}`
}
