/** Runs a generated world on one store and writes down everything that a host could see. */
import Database from 'better-sqlite3'
import { memoryStore } from '../../adapters/memory/index.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine, UserDeletionError } from '../../src/index.ts'
import type { DeletionReceipt } from '../../src/receipt/receipt.ts'
import type { Store } from '../../src/store.ts'
import { policyOf } from './generated-policy.ts'
import { ghostOf, type Row, rowsOf, schemaOf, TENANTS, userIdOf } from './generated-schema.ts'
import { createTablesSql } from './generated-schema-sql.ts'
import type { CallSpec, World } from './generated-world.ts'

export type Snapshot = Readonly<Record<string, readonly Row[]>>

/** One call: who was named, what came back, and the rows afterwards. */
export interface Call {
  readonly ids: readonly (string | number)[]
  readonly tenantId: string
  readonly plans: readonly unknown[]
  readonly outcome: unknown
  readonly rows: Snapshot
}

export interface Run {
  readonly refused: string | null
  readonly calls: readonly Call[]
  readonly receipts: readonly unknown[]
  readonly deleted: number
}

interface Host {
  readonly store: Store
  rows(table: string): readonly Row[]
  close(): void
}

export function openMemory(world: World): Host {
  const store = memoryStore({
    schema: schemaOf(world),
    data: rowsOf(world),
    foreignKeysEnforced: world.enforced,
  })
  const rows = (table: string): readonly Row[] =>
    store.rows(table).toSorted((a, b) => Number(a['rid']) - Number(b['rid'])) as readonly Row[]
  return { store, rows, close: () => {} }
}

export function openSqlite(world: World): Host {
  const db = new Database(':memory:')
  db.pragma(`foreign_keys = ${world.enforced ? 'ON' : 'OFF'}`)
  db.exec(createTablesSql(schemaOf(world), world.numericIds))
  for (const [table, rows] of Object.entries(rowsOf(world))) {
    for (const row of rows) {
      const columns = Object.keys(row)
      const values = columns.map((column) => `@${column}`).join(', ')
      db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values})`).run(row)
    }
  }
  return {
    store: sqliteStore(db),
    rows: (table) => db.prepare(`SELECT * FROM ${table} ORDER BY rid`).all() as readonly Row[],
    close: () => db.close(),
  }
}

export async function run(world: World, open: (world: World) => Host): Promise<Run> {
  const host = open(world)
  try {
    return await runOn(world, { ...host, store: withoutEndlessJobs(host.store) })
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'invalid_policy' && code !== 'schema_mismatch') throw error
    return { refused: code, calls: [], receipts: [], deleted: 0 }
  } finally {
    host.close()
  }
}

/** A job that never ends would hang the test; this makes it fail and name the step. */
function withoutEndlessJobs(store: Store): Store {
  let chunks = 0
  return {
    ...store,
    applyChunk: async (program, chunk) => {
      chunks += 1
      if (chunks > 500) throw new Error(`endless job at ${program.steps[chunk.step]?.id}`)
      return store.applyChunk(program, chunk)
    },
  }
}

type Engine = Awaited<ReturnType<typeof openEngine>>

async function runOn(world: World, host: Host): Promise<Run> {
  const clock = tickingClock()
  const engine = await openEngine(world, host.store, clock)
  const calls: Call[] = []
  for (const spec of world.calls) {
    // Leases of jobs that a call left open have ended when the next one comes.
    clock.advance(60_000)
    const { ids, tenantId } = namedBy(world, spec)
    const plans: unknown[] = []
    for (const id of new Set(ids)) plans.push(await planOf(engine, id, tenantId))
    const outcome = await outcomeOf(engine, spec, ids, tenantId)
    calls.push({ ids, tenantId, plans, outcome, rows: snapshot(world, host) })
  }
  const receipts: unknown[] = []
  for await (const receipt of engine.ledger.receipts()) receipts.push(essence(receipt))
  return { refused: null, calls, receipts, deleted: receipts.length }
}

async function openEngine(world: World, store: Store, clock: { now(): Date }) {
  const engine = new UserDeletionEngine({
    store,
    policy: definePolicy(policyOf(world)),
    clock,
    keys: { pseudonym: 'a key of enough bytes' },
    maxRowsPerTransaction: world.maxRows,
    logger: { warn: () => {} },
  })
  await engine.migrate()
  // The first look at the schema: a mismatch is the run's, not a call's.
  await engine.plan(ghostOf(world), { tenantId: TENANTS[0] }).catch(rethrowRefusal)
  return engine
}

function rethrowRefusal(error: unknown): void {
  if (codeOf(error) === 'schema_mismatch' || codeOf(error) === 'invalid_policy') throw error
}

function tickingClock(): { now(): Date; advance(ms: number): void } {
  let now = Date.parse('2026-03-01T12:00:00.000Z')
  return {
    now: () => {
      now += 1
      return new Date(now)
    },
    advance: (ms) => {
      now += ms
    },
  }
}

function namedBy(world: World, { kind, users, wrongTenant, oddIds }: CallSpec) {
  const indexes = users.map((user) => user % world.users.length)
  const own = world.users[indexes[0] ?? 0]?.tenant ?? 0
  const people = indexes.map((index) => userIdOf(world, index))
  const all = kind === 'delete' ? people.slice(0, 1) : people
  const ids = oddIds ? [ghostOf(world), ...all, '', 'usr_unknown'] : all
  return { ids: kind === 'resume' ? [] : ids, tenantId: TENANTS[wrongTenant ? 1 - own : own] ?? '' }
}

async function planOf(engine: Engine, id: string | number, tenantId: string): Promise<unknown> {
  try {
    const { policy: _, digest: __, steps, ...plan } = await engine.plan(id, { tenantId })
    return { ...plan, steps: steps.map(({ until: ___, ...step }) => step) }
  } catch (error) {
    return codeOf(error)
  }
}

async function outcomeOf(
  engine: Engine,
  { kind }: CallSpec,
  ids: readonly (string | number)[],
  tenantId: string,
): Promise<unknown> {
  if (kind === 'resume') {
    const { finished, failed, held } = await engine.resume()
    return { finished: finished.map(essence), failed: failed.map(({ error }) => error.code), held }
  }
  if (kind === 'many') {
    const {
      errors,
      durationMs: _,
      usersPerSecond: __,
      stopped,
      ...counts
    } = await engine.deleteMany(ids, { tenantId, mode: 'throughput' })
    const codes = errors.map(({ index, id, code }) => ({ index, id, code }))
    return { ...counts, errors: codes, stopped: stopped === null ? null : codeOf(stopped.error) }
  }
  const outcomes: unknown[] = []
  for (const id of ids) {
    outcomes.push(await engine.delete(id, { tenantId }).then(essence, codeOf))
  }
  return outcomes
}

function essence({ userId, tenantId, way, steps, userRow, residue }: DeletionReceipt) {
  const done = steps.map(({ id, action, status, rows, identity }) => ({
    ...{ id, action, status, rows, identity },
  }))
  return { userId, tenantId, way, userRow, residue, steps: done }
}

function snapshot(world: World, host: Host): Snapshot {
  return Object.fromEntries(schemaOf(world).map(({ name }) => [name, host.rows(name)]))
}

/** The engine's code; anything else is a bug and fails the run as it is. */
function codeOf(error: unknown): string {
  if (error instanceof UserDeletionError && error.code !== 'store_failed') return error.code
  throw error
}
