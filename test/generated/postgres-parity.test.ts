import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import fc from 'fast-check'
import pg from 'pg'
import { isEveryFault } from '../worlds/faults/every-fault.ts'
import { checkOthersUntouched } from '../worlds/generated/generated-oracle.ts'
import { hasSeveralWays } from '../worlds/generated/generated-policy.ts'
import {
  inProcess,
  openBoth,
  typed,
  type WorldDatabase,
  withDocuments,
} from '../worlds/generated/generated-postgres.ts'
import { run } from '../worlds/generated/generated-run.ts'
import type { Row } from '../worlds/generated/generated-schema.ts'
import { type World, worlds } from '../worlds/generated/generated-world.ts'
import { startPostgres } from '../worlds/postgres/postgres-server.ts'

const SEED = Number(process.env['PARITY_SEED'] ?? 20_260_301)
const RUNS = Number(process.env['GENERATED_RUNS'] ?? (isEveryFault ? 300 : 10))

describe('PostgreSQL and memory', async () => {
  const { db, name, close } = await database()
  after(close)

  it(`end alike on generated schemas ${name}, and others keep their rows`, async () => {
    console.log(`parity ${name}: PARITY_SEED=${SEED}, ${RUNS} runs`)
    const tally = { runs: 0, refused: 0, deleting: 0, deleted: 0, journalled: 0, several: 0 }
    const [{ readsTexts }] = (await db.query(
      `SELECT (current_setting('server_version_num')::integer >= 160000)::text AS "readsTexts"`,
    )) as unknown as readonly [{ readonly readsTexts: string }]
    const compare = async (given: World): Promise<void> => {
      const world = typed(given, readsTexts === 'true')
      const schema = `world_${tally.runs}`
      const hosts = await openBoth(world, db, schema)
      const memory = withDocuments(await run(world, () => hosts.memory))
      const postgres = withDocuments(await run(world, () => hosts.postgres))
      assert.deepEqual(postgres, memory)
      // Nothing writes rows back here.
      assert.doesNotMatch(JSON.stringify(postgres.calls), /residue_left/)
      checkOthersUntouched(world, postgres)
      tally.runs += 1
      tally.refused += Number(postgres.refused !== null)
      tally.deleting += Number(postgres.deleted > 0)
      tally.deleted += postgres.deleted
      tally.journalled += Number(postgres.deleted > 0 && world.maxRows === 2)
      tally.several += Number(postgres.deleted > 0 && hasSeveralWays(world))
    }
    await fc.assert(fc.asyncProperty(worlds, compare), {
      ...{ seed: SEED, numRuns: RUNS, includeErrorInReport: true },
      // The search for a smaller counterexample takes long.
      endOnFailure: process.env['SHRINK'] === undefined,
      interruptAfterTimeLimit: 300_000 + RUNS * 2_000,
      markInterruptAsFailure: true,
    })
    console.log(`parity ${name}: ${JSON.stringify(tally)}`)
    assert.ok(tally.deleting * 2 >= tally.runs, 'fewer than half of the runs deleted somebody')
    assert.ok(tally.several > 0, 'no run deleted somebody by a rule of several ways')
  })
})

/** In process; a server where there is one and every fault is tried. */
async function database(): Promise<{
  readonly db: WorldDatabase
  readonly name: string
  readonly close: () => Promise<void>
}> {
  const server = isEveryFault ? await startPostgres() : null
  if (server === null) {
    const db = await PGlite.create()
    return { db: inProcess(db), name: 'in process', close: () => db.close() }
  }
  const pool = new pg.Pool({ connectionString: server.connectionString, max: 2 })
  const query = async (sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> =>
    (await pool.query<Row>(sql, [...values])).rows
  return {
    db: { handle: pool, query, exec: (sql) => pool.query(sql) },
    name: 'on a server',
    async close() {
      await pool.end()
      await server.stop()
    },
  }
}
