import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import path from 'node:path'
import { after, describe, it } from 'node:test'
import { inspect } from 'node:util'
import pg from 'pg'
import { UserDeletionError } from '../../../../src/index.ts'
import { bundleChild } from '../../../worlds/faults/bundle-child.ts'
import { isEveryFault } from '../../../worlds/faults/every-fault.ts'
import { BULK, postgresEngine, TARGETS } from '../../../worlds/faults/postgres-fault-engine.ts'
import {
  assertUnharmed,
  createPostgresWorld,
  finishBulk,
  postgresSnapshot,
  resetPostgresWorld,
} from '../../../worlds/faults/postgres-fault-world.ts'
import { randomPoints } from '../../../worlds/mongodb/random-points.ts'
import { findPostgres } from '../../../worlds/postgres/find-postgres.ts'
import { startPostgres } from '../../../worlds/postgres/start-postgres.ts'

/** With `FAULTS=every`, thirty and five. */
const KILLS = isEveryFault ? 30 : 6
const SERVER_KILLS = isEveryFault ? 5 : 1
const SEED = Number(process.env['KILL_SEED'] ?? 20_260_301)
const LATER = '2026-03-01T13:00:00.000Z'

interface Report {
  readonly statements: number
  readonly deleted: number
  readonly errors: readonly string[]
}

const source = findPostgres()
// What is committed has to outlast a server that is killed.
const server =
  source.kind === 'programs'
    ? await startPostgres(source.folder, { synchronous_commit: 'on' })
    : null

describe('a bulk run on PostgreSQL', { skip: server === null }, async () => {
  if (server === null) return
  const { url: connectionString } = server
  const root = path.resolve(import.meta.dirname, '../../../../dist')
  mkdirSync(root, { recursive: true })
  const folder = mkdtempSync(path.join(root, 'postgres-kill-'))
  const program = bundleChild('postgres-kill-child.ts', folder)
  const pool = new pg.Pool({ connectionString, max: 4 })
  // What a killed server leaves in the pool is an event of it.
  pool.on('error', () => {})
  await createPostgresWorld(pool)
  const before = await postgresSnapshot(pool)

  after(async () => {
    rmSync(folder, { recursive: true })
    await pool.end()
    await server.stop()
  })

  it(`may be killed at any of ${KILLS} points: the next process completes its work`, async () => {
    const { statements } = await reportOf(start(0))
    const points = randomPoints(SEED, KILLS, statements - 1)
    console.log(`KILL_SEED=${SEED}, ${statements} statements: ${points.join(' ')}`)
    const fates = new Set<number>()
    for (const at of points) {
      await resetPostgresWorld(pool)
      const [, signal] = await once(start(at), 'exit')
      assert.equal(signal, 'SIGKILL', `statement ${at} was not reached`)
      const { rows } = await pool.query('SELECT id FROM users WHERE id = ANY($1)', [TARGETS])
      fates.add(TARGETS.length - rows.length)
      await completes(`killed at statement ${at}`)
    }
    // The points lie in all parts of the run.
    assert.ok(fates.size >= 3, [...fates].join(' '))
  })

  it('shares its list with another process: nobody is deleted twice', async () => {
    await resetPostgresWorld(pool)
    const reports = await Promise.all([reportOf(start(0)), reportOf(start(0))])
    const codes = reports.flatMap(({ errors }) => errors)
    assert.deepEqual(
      codes.filter((code) => !BUSY.includes(code)),
      [],
    )
    await completes('two processes')
    const deleted = reports.reduce((sum, report) => sum + report.deleted, 0)
    assert.ok(deleted <= TARGETS.length, `${deleted} deletions`)
  })

  it(`loses nothing where the server is killed, ${SERVER_KILLS} times`, async () => {
    await resetPostgresWorld(pool)
    const statements = await deleteAll(0)
    for (const at of randomPoints(SEED + 1, SERVER_KILLS, statements - 1)) {
      await resetPostgresWorld(pool)
      await deleteAll(at)
      await completes(`the server was killed at statement ${at}`)
    }
  })

  async function completes(what: string): Promise<void> {
    try {
      await assertUnharmed(pool, before, TARGETS, { open: true })
      const next = postgresEngine(pool, { ...BULK, startAt: LATER })
      assert.deepEqual((await next.resume()).failed, [])
      await assertUnharmed(pool, before, TARGETS)
      await finishBulk(pool)
      await assertUnharmed(pool, before, TARGETS, { expected: 'deleted' })
    } catch (error) {
      throw new Error(`${what}: ${inspect(error)}`)
    }
  }

  function start(at: number): ChildProcess {
    return spawn(process.execPath, [program, connectionString, String(at)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
  }

  /** Deletes the users, and kills the server at the n-th statement, if there is one. Answers how many there were. */
  async function deleteAll(at: number): Promise<number> {
    const own = new pg.Pool({ connectionString, max: 2 })
    own.on('error', () => {})
    let statements = 0
    let outage: Promise<void> | undefined
    own.on('connect', (client) => {
      const query = client.query.bind(client) as (one: unknown) => Promise<unknown>
      Object.assign(client, {
        query: (one: unknown) => {
          statements += 1
          if (statements === at) outage = server?.killAndRestart()
          return query(one)
        },
      })
    })
    try {
      const engine = postgresEngine(own, { ...BULK, postgres: { busyTimeoutMs: 20_000 } })
      const { errors, stopped } = await engine.deleteMany(TARGETS, { tenantId: 'a' })
      for (const { error } of errors) assertOfOutage(error, at)
      if (stopped !== null) assertOfOutage(stopped.error, at)
    } catch (error) {
      assertOfOutage(error, at)
    } finally {
      await outage
      await own.end()
    }
    assert.equal(outage !== undefined, at > 0, `statement ${at} was not reached`)
    return statements
  }
})

/** What another worker may be the reason of. */
const BUSY = ['in_progress', 'store_busy', 'lease_lost']

async function reportOf(child: ChildProcess): Promise<Report> {
  const exit = once(child, 'exit')
  const [report] = (await once(child, 'message')) as [Report]
  assert.deepEqual(await exit, [0, null])
  return report
}

/** What fails is worth another try. */
function assertOfOutage(error: unknown, at: number): void {
  if (at === 0 || !(error instanceof UserDeletionError && error.retryable)) throw error
}
