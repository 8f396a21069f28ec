/**
 * The benchmark on the host's own data: plans, measures on a copy, and estimates the whole.
 *
 * The file is copied byte by byte and never opened as a database; what is measured happens to the copy. Nobody
 * should write to it meanwhile.
 *
 * @module
 */
import { strict as assert } from 'node:assert'
import { copyFileSync, existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import Database from 'better-sqlite3'
import { sqliteStore } from '../adapters/sqlite/index.ts'
import { createRandom } from '../examples/demo/random.ts'
import { type Policy, UserDeletionEngine } from '../src/index.ts'
import { withFolder } from './support/database.ts'
import { print, round } from './support/figures.ts'
import { timed } from './support/measure.ts'

export interface OwnData {
  readonly database: string
  /** A module that exports the policy, by whatever name. */
  readonly policy: string
  readonly users: number
  /** Needed where the policy names a tenant column. */
  readonly tenantId: string | null
}

const MODES = ['throughput', 'cooperative'] as const

export async function measureOwn({ database, policy, users, tenantId }: OwnData): Promise<void> {
  const chosen = await loadPolicy(policy)
  await withFolder(async (folder) => {
    const copy = join(folder, 'copy.sqlite')
    copyDatabase(database, copy)
    const total = await countUsers(copy, chosen, tenantId)
    const size = Math.min(users, Math.floor(total / MODES.length))
    if (size === 0) throw new Error('There are not enough users in the database, or in the tenant.')
    print(`${total} users; ${size} of them are deleted from a copy in each mode.`)
    for (const [index, mode] of MODES.entries()) {
      await withEngine(copy, chosen, async (engine, db) => {
        const ids = sampleOf(db, chosen, tenantId, total, size, index)
        const scope = tenantId === null ? {} : { tenantId }
        if (index === 0) await printPlan(engine, ids, scope)
        let deleted = 0
        let failures: unknown = {}
        const seconds = await timed(mode, async () => {
          const result = await engine.deleteMany(ids, { ...scope, mode } as never)
          deleted = result.deleted
          failures = result.failedByCode
          assert.equal(result.stopped, null, 'the run stopped early')
        })
        const rate = deleted / seconds
        print(
          `${mode}: ${deleted} deleted in ${round(seconds, 1)} s, ${round(rate)} users/s; failed: ${JSON.stringify(failures)}; all ${total} users would take about ${duration(total / rate)}`,
        )
      })
    }
    print('The copy is removed now; the file itself was only read.')
  })
}

async function loadPolicy(file: string): Promise<Policy> {
  const module = (await import(pathToFileURL(resolve(file)).href)) as Record<string, unknown>
  const policies = Object.values(module).filter(
    (value): value is Policy => typeof value === 'object' && value !== null && 'user' in value,
  )
  const [policy] = policies
  if (policy === undefined || policies.length > 1) {
    throw new Error('The file of --policy has to export one policy.')
  }
  return policy
}

/** Bytes alone: not even a reader's lock is taken on the source. */
function copyDatabase(source: string, copy: string): void {
  copyFileSync(source, copy)
  if (existsSync(`${source}-wal`)) copyFileSync(`${source}-wal`, `${copy}-wal`)
}

async function withEngine(
  copy: string,
  policy: Policy,
  work: (engine: UserDeletionEngine<Policy>, db: Database.Database) => Promise<void>,
): Promise<void> {
  const db = new Database(copy)
  try {
    db.pragma('journal_mode = WAL')
    const engine = new UserDeletionEngine({ store: sqliteStore(db), policy })
    await engine.migrate()
    await work(engine, db)
  } finally {
    db.close()
  }
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The users' table, and those of the tenant alone. */
function usersOf({ user }: Policy, tenantId: string | null): readonly [string, unknown[]] {
  if ((user.tenant === undefined) !== (tenantId === null)) {
    throw new Error('--tenant is needed exactly when the policy names a tenant column.')
  }
  const where = user.tenant === undefined ? '' : ` WHERE ${quoted(user.tenant)} = ?`
  return [`FROM ${quoted(user.table)}${where}`, tenantId === null ? [] : [tenantId]]
}

async function countUsers(copy: string, policy: Policy, tenantId: string | null): Promise<number> {
  const db = new Database(copy, { readonly: true })
  try {
    const [from, parameters] = usersOf(policy, tenantId)
    return Number(
      db
        .prepare(`SELECT count(*) ${from}`)
        .pluck()
        .get(...parameters),
    )
  } finally {
    db.close()
  }
}

/** Users at random, others for each mode. */
function sampleOf(
  db: Database.Database,
  policy: Policy,
  tenantId: string | null,
  total: number,
  size: number,
  index: number,
): string[] {
  const [from, parameters] = usersOf(policy, tenantId)
  const id = quoted(policy.user.id)
  const all = db.prepare<unknown[], string>(`SELECT ${id} ${from} ORDER BY ${id}`).pluck()
  const ids = createRandom(index + 1).shuffle(all.all(...parameters))
  assert.ok(ids.length <= total)
  return ids.slice(0, size)
}

async function printPlan(
  engine: UserDeletionEngine<Policy>,
  ids: readonly string[],
  scope: object,
): Promise<void> {
  const plan = await engine.planMany(ids, scope as never)
  print(`Plan for ${ids.length} of them:`)
  print(JSON.stringify(plan, null, 2).slice(0, 4_000))
}

function duration(seconds: number): string {
  if (seconds < 120) return `${round(seconds)} s`
  if (seconds < 7_200) return `${round(seconds / 60)} min`
  return `${round(seconds / 3_600, 1)} h`
}
