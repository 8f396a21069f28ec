/**
 * What one deletion at a time costs beside hand-written SQL that does the same work: p50 and p99, and where the time
 * of the engine goes.
 *
 * Both delete the same random users, one after the other and in turns, each from a copy of its own of one SQLite file
 * (WAL, `secure_delete` ON, `synchronous` NORMAL, default checkpoints). The engine pays for its journal on the way. At
 * the end both have to have left the very same rows behind.
 *
 *     npm run bench:single -- --users 100000 --deletions 1000
 *     npm run bench:single -- --mongodb 1 --users 5000
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { sqliteStore } from '../adapters/sqlite/index.ts'
import { createRandom } from '../examples/demo/random.ts'
import { UserDeletionEngine } from '../src/index.ts'
import { helloJohnPolicy } from '../src/presets/hellojohn/index.ts'
import { handWrittenSingle } from './hand-written.ts'
import { measureSingleOnMongo } from './mongodb/single.ts'
import { assertDeleted, countAudit, digestOf } from './support/check.ts'
import { createTemplate, openDatabase, sample, TENANT, withFolder } from './support/database.ts'
import { numbersFrom, print, round } from './support/figures.ts'
import { inTurns, lineOf, type Single } from './support/single.ts'

/** `warmUp`: deletions that come first and are not counted. */
const { users, deletions, warmUp, mongodb } = numbersFrom({
  users: 100_000,
  deletions: 1_000,
  warmUp: 100,
  mongodb: 0,
})

/** Deletions whose statements are counted and timed, which slows them down: they are not among the others. */
const WATCHED = 50

if (mongodb > 0) await measureSingleOnMongo({ users, deletions, warmUp })
else await withFolder(measure)

async function measure(folder: string): Promise<void> {
  const template = join(folder, 'users.sqlite')
  const seeded = createTemplate(template, users)
  const ids = sample(seeded, deletions + warmUp, 1)
  const [ours, byHand] = ['engine', 'by-hand'].map((name) => openCopy(template, name)) as [
    Database.Database,
    Database.Database,
  ]
  const audit = countAudit(ours)
  const counted = countStatements(ours)
  const engine = new UserDeletionEngine({ store: sqliteStore(ours), policy: helloJohnPolicy })
  await engine.migrate()
  const options = { tenantId: TENANT, reason: 'benchmark' } as const
  const deleteByHand = handWrittenSingle(byHand, { ...options, lean: false })
  const single: Single = {
    engine: async (id) => void (await engine.delete(id, options)),
    byHand: async (id) => void assert.equal(deleteByHand(id), 1),
  }
  const times = await inTurns(single, ids.slice(0, -WATCHED), warmUp, createRandom(1))
  print(JSON.stringify({ users, deletions: times.engine.length, ...lineOf(times) }))
  await watch(counted, single, ids.slice(-WATCHED))
  await engine.settle()
  for (const db of [ours, byHand]) assertDeleted(db, ids, audit)
  assert.equal(digestOf(ours), digestOf(byHand), 'they left different rows')
  ours.close()
  byHand.close()
}

async function watch(counted: Counted, { engine, byHand }: Single, ids: readonly string[]) {
  let total = 0
  counted.begin()
  for (const id of ids) {
    const started = performance.now()
    await engine(id)
    total += performance.now() - started
    await byHand(id)
    await turn()
  }
  const kinds = [...counted.end()].sort(([, a], [, b]) => b.ms - a.ms)
  const sum = kinds.reduce((ms, [, kind]) => ms + kind.ms, 0)
  const rows = kinds.map(([kind, { calls, ms }]) => [
    kind,
    { calls: round(calls / ids.length, 1), ms: round(ms / ids.length, 3) },
  ])
  const statements = kinds.reduce((calls, [, kind]) => calls + kind.calls, 0) / ids.length
  const beside = { calls: 0, ms: round((total - sum) / ids.length, 3) }
  print(JSON.stringify({ statements: round(statements, 1) }))
  for (const [kind, figures] of [...rows, ['outside of statements', beside]]) {
    print(JSON.stringify({ kind, ...(figures as object) }))
  }
}

interface Kind {
  calls: number
  ms: number
}

interface Counted {
  begin(): void
  end(): ReadonlyMap<string, Kind>
}

/** Counts what the handle executes by the first words of each statement, and how long that takes. */
function countStatements(db: Database.Database): Counted {
  let kinds: Map<string, Kind> | null = null
  const time = <T>(kind: string, work: () => T): T => {
    if (kinds === null) return work()
    const started = performance.now()
    try {
      return work()
    } finally {
      const known = kinds.get(kind) ?? { calls: 0, ms: 0 }
      known.calls += kind === 'compile' ? 0 : 1
      known.ms += performance.now() - started
      kinds.set(kind, known)
    }
  }
  const prepare = db.prepare.bind(db)
  db.prepare = ((sql: string) => {
    const statement = time('compile', () => prepare(sql))
    const kind = kindOf(sql)
    for (const name of ['run', 'all', 'get'] as const) {
      const method = statement[name].bind(statement) as (...values: unknown[]) => unknown
      Object.assign(statement, {
        [name]: (...values: unknown[]) => time(kind, () => method(...values)),
      })
    }
    const iterate = statement.iterate.bind(statement)
    Object.assign(statement, {
      iterate: (...values: unknown[]) => time(kind, () => [...iterate(...values)].values()),
    })
    return statement
  }) as typeof db.prepare
  return {
    begin() {
      kinds = new Map()
    },
    end() {
      const found = kinds ?? new Map<string, Kind>()
      kinds = null
      return found
    },
  }
}

function kindOf(sql: string): string {
  if (/pragma_secure_delete/.test(sql)) return 'settings of the handle'
  const [first = '', second = ''] = sql.split(/[\s=(]+/)
  if (first === 'PRAGMA') return `PRAGMA ${second}`
  if (/user_deletion_/.test(sql)) return `${first}, own tables`
  return first
}

function openCopy(template: string, name: string): Database.Database {
  const file = `${template}.${name}`
  copyFileSync(template, file)
  const db = openDatabase(file)
  db.pragma('secure_delete = ON')
  db.pragma('synchronous = NORMAL')
  return db
}
