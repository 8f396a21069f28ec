/** Runs a generated world on one store and writes down everything that a host could see. */

import assert from 'node:assert/strict'
import Database from 'better-sqlite3'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine, UserDeletionError } from '../../../src/index.ts'
import type { SchemaCheckOptions } from '../../../src/plan/schema-finding.ts'
import type { Clock } from '../../../src/ports.ts'
import type { DeletionReceipt } from '../../../src/receipt/receipt.ts'
import { readLedger } from '../../../src/records/ledger-records.ts'
import { readOutbox } from '../../../src/records/outbox-records.ts'
import { readReservations } from '../../../src/records/reservation-records.ts'
import type { LedgerEntry } from '../../../src/store/records.ts'
import type { Store } from '../../../src/store/store.ts'
import { withAnswers } from '../../../src/testing/contract/altered-store.ts'
import { policyOf, type TenantPolicy } from './generated-policy.ts'
import {
  ghostOf,
  type Row,
  rowsOf,
  schemaOf,
  TENANTS,
  unknownIdOf,
  userIdOf,
} from './generated-schema.ts'
import { createTablesSql, withTypes } from './generated-schema-sql.ts'
import { type CallSpec, JSON_FORMS, type JsonForm, type World } from './generated-world.ts'

export type Snapshot = Readonly<Record<string, readonly Row[]>>

/** One call: who was named, what came back, and the rows afterwards. */
export interface Call {
  readonly ids: readonly (string | number)[]
  readonly tenantId: string
  readonly plans: readonly unknown[]
  readonly exports: readonly unknown[]
  readonly outcome: unknown
  readonly rows: Snapshot
}

export interface Run {
  readonly refused: string | null
  readonly calls: readonly Call[]
  readonly receipts: readonly unknown[]
  readonly ledger: readonly unknown[]
  readonly outbox: readonly unknown[]
  readonly reserved: readonly unknown[]
  readonly deleted: number
}

/** A store with the rows of a world, and a look at them that goes past it. */
export interface Host {
  readonly store: Store
  /** Where it is not the world's as it stands. */
  readonly policy?: TenantPolicy
  readonly schemaCheck?: SchemaCheckOptions
  rows(table: string): readonly Row[] | Promise<readonly Row[]>
  close(): void | Promise<void>
}

export function openMemory(world: World): Host {
  const store = memoryStore({
    schema: withTypes(schemaOf(world), world.numericIds),
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
  db.exec(createTablesSql(schemaOf(world), world))
  for (const [table, rows] of Object.entries(rowsOf(world))) {
    for (const row of rows) {
      const columns = Object.keys(row)
      const values = columns.map((column) => kept(world, row, column)).join(', ')
      db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${values})`).run(row)
    }
  }
  return {
    store: sqliteStore(db),
    rows: (table) =>
      db
        .prepare(`SELECT * FROM ${table} ORDER BY rid`)
        .all()
        .map((row) => readable(db, world, row as Readonly<Record<string, unknown>>)),
    close: () => void db.close(),
  }
}

const JSON_COLUMNS = new Set(['members', 'doc'])

function formOf({ jsonForm }: World, rid: unknown): JsonForm {
  return jsonForm === 'mixed' ? (JSON_FORMS[Number(rid) % 3] ?? 'text') : jsonForm
}

/** What is no JSON has no binary form. */
function kept(world: World, row: Row, column: string): string {
  const form = formOf(world, row['rid'])
  if (!JSON_COLUMNS.has(column) || form === 'text' || row[column] === null) return `@${column}`
  const bytes = `CAST(@${column} AS BLOB)`
  return form === 'bytes'
    ? bytes
    : `CASE WHEN json_valid(@${column}) THEN jsonb(@${column}) ELSE ${bytes} END`
}

/** JSON as the text that memory holds; fails where it is kept in another form than before. */
function readable(
  db: Database.Database,
  world: World,
  row: Readonly<Record<string, unknown>>,
): Row {
  const form = formOf(world, row['rid'])
  const columns = Object.entries(row).map(([column, held]) => {
    if (!JSON_COLUMNS.has(column) || held === null) return [column, held]
    if (!Buffer.isBuffer(held)) {
      // The fallback for what is no JSON is text in any case.
      assert.ok(form === 'text' || held === '{}', `JSON of ${column} has become text`)
      return [column, held]
    }
    const isBinary = Number(db.prepare('SELECT json_valid(?, 8)').pluck().get(held)) === 1
    const text = isBinary ? db.prepare('SELECT json(?)').pluck().get(held) : held.toString()
    const isJson = Number(db.prepare('SELECT json_valid(?)').pluck().get(text)) === 1
    assert.equal(isBinary, isJson && form === 'jsonb', `JSON of ${column} has another form`)
    return [column, text]
  })
  return Object.fromEntries(columns) as Row
}

export async function run(
  world: World,
  open: (world: World) => Host | Promise<Host>,
): Promise<Run> {
  const host = await open(world)
  try {
    return await runOn(world, { ...host, store: withoutEndlessJobs(host.store) })
  } catch (error) {
    const code = codeOf(error)
    if (code !== 'invalid_policy' && code !== 'schema_mismatch') throw error
    return {
      refused: code,
      calls: [],
      receipts: [],
      ledger: [],
      outbox: [],
      reserved: [],
      deleted: 0,
    }
  } finally {
    await host.close()
  }
}

/** A job that never ends would hang the test; this makes it fail and name the step. */
function withoutEndlessJobs(store: Store): Store {
  let chunks = 0
  return withAnswers(store, (question, own, unit) => {
    if (unit !== 'chunk' || question.kind !== 'step_rows') return own
    chunks += 1
    const { program, step } = question
    if (chunks > 500) throw new Error(`endless job at ${program.steps[step]?.id}`)
    return own
  })
}

type Engine = Awaited<ReturnType<typeof openEngine>>

async function runOn(world: World, host: Host): Promise<Run> {
  const clock = steppingClock()
  const engine = await openEngine(world, host, clock)
  const calls: Call[] = []
  for (const spec of world.calls) {
    // Leases of jobs that a call left open have ended when the next one comes.
    clock.advance(60_000)
    const { ids, tenantId } = namedBy(world, spec)
    const plans: unknown[] = []
    const exports: unknown[] = []
    for (const id of new Set(ids)) {
      plans.push(await planOf(engine, id, tenantId))
      exports.push(await exportOf(engine, id, tenantId, plans.at(-1)))
    }
    const outcome = await outcomeOf(engine, spec, ids, tenantId)
    calls.push({ ids, tenantId, plans, exports, outcome, rows: await snapshot(world, host) })
  }
  const receipts: unknown[] = []
  for await (const receipt of engine.ledger.receipts()) receipts.push(essence(receipt))
  return {
    ...{ refused: null, calls, receipts, deleted: receipts.length },
    ...{ ledger: await ledgerOf(host.store), outbox: await outboxOf(host.store) },
    reserved: await reservedOf(host.store),
  }
}

/** Less the random names. */
async function reservedOf(store: Store): Promise<readonly unknown[]> {
  const reserved = await readReservations(store, '', 1_000)
  return reserved.map(({ hash, until }) => `${until} ${hash}`).toSorted()
}

const OF_THE_STORE = new Set(['digest', 'store', 'policy', 'erasure'])

/** Less what is random, what tells of the store and its file, and what is made from either. */
async function ledgerOf(store: Store): Promise<readonly unknown[]> {
  return (await deletionsOf(store)).map(({ hash: _, seq: __, body, ...entry }) => ({
    ...entry,
    body: JSON.parse(body, (key, value) =>
      OF_THE_STORE.has(key) || String(value).startsWith('rcp_') ? undefined : value,
    ),
  }))
}

async function deletionsOf(store: Store): Promise<readonly LedgerEntry[]> {
  const entries = await readLedger(store, { afterSeq: 0, limit: 1_000 })
  return entries.filter(({ kind }) => kind !== 'storage.sanitized')
}

/** Receipts by their place among the deletions. */
async function outboxOf(store: Store): Promise<readonly unknown[]> {
  const receipts = (await deletionsOf(store)).map(({ body }) => JSON.parse(body).id)
  const events = await readOutbox(store, { afterId: null, limit: 1_000 })
  return events.map(({ id: _, receiptId, ...event }) => ({
    ...event,
    receipt: receipts.indexOf(receiptId),
  }))
}

async function openEngine(world: World, host: Host, clock: { now(): Date }) {
  const { store, policy, schemaCheck } = host
  const engine = new UserDeletionEngine({
    store,
    policy: definePolicy(policy ?? policyOf(world)),
    clock,
    keys: { pseudonym: 'a key of enough bytes', reserve: 'another key of enough bytes' },
    maxRowsPerTransaction: world.maxRows,
    schemaCheck: schemaCheck ?? { accept: acceptedKeys(world) },
    logger: { warn: () => {} },
  })
  await engine.migrate()
  // The first look at the schema: a mismatch is the run's, not a call's.
  await engine.plan(ghostOf(world), { tenantId: TENANTS[0] }).catch(rethrowRefusal)
  return engine
}

/** Foreign keys are drawn without a look at the rules: what they do by themselves is to be alike as well. */
function acceptedKeys(world: World): NonNullable<SchemaCheckOptions['accept']> {
  return schemaOf(world).flatMap(({ name: table }) => [
    { code: 'foreign_key_deletes', table },
    { code: 'user_reference', table },
    // Not every store looks.
    { code: 'value_reference', table },
  ])
}

function rethrowRefusal(error: unknown): void {
  if (codeOf(error) === 'schema_mismatch' || codeOf(error) === 'invalid_policy') throw error
}

/** Stands still during a call: stores ask it more or less often. */
function steppingClock(): Clock & { advance(ms: number): void } {
  let now = Date.parse('2026-03-01T12:00:00.000Z')
  return {
    now: () => new Date(now),
    later: () => {},
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
  const ids = oddIds ? [ghostOf(world), ...all, '', unknownIdOf(world)] : all
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

/** What stands in JSON has a form of its own in each store, and so has the key of a row. */
const OWN_FORM = new Set(['_id', 'rid', 'members', 'doc', 'untouched'])

/** Rows in no order; of a row that only refers to the user no more than that. */
async function exportOf(
  engine: Engine,
  id: string | number,
  tenantId: string,
  plan: unknown,
): Promise<unknown> {
  const rows: string[] = []
  let end: unknown = null
  try {
    for await (const record of engine.export(id, { tenantId })) {
      if (record.kind === 'end') end = { steps: record.steps, notIncluded: record.notIncluded }
      if (record.kind !== 'row' && record.kind !== 'user') continue
      const isWhole = record.omitted.every(({ because }) => because !== 'not_theirs')
      const shown = Object.entries(record.row).filter(([column]) => !OWN_FORM.has(column))
      const left = record.omitted
        .filter(({ column }) => !OWN_FORM.has(column))
        .map(({ column, because }) => `${column} ${because}`)
      const step = record.kind === 'row' ? record.step : null
      const told = isWhole ? [shown.toSorted(), left.toSorted()] : []
      rows.push(JSON.stringify([record.table, step, ...told]))
    }
  } catch (error) {
    return codeOf(error)
  }
  checkCounts(end, plan)
  return { rows: rows.toSorted(), end }
}

/** The preview, the deletion and the export find the same rows. */
function checkCounts(end: unknown, plan: unknown): void {
  type Steps = readonly { readonly step?: string; readonly id?: string; readonly rows: number }[]
  const { steps } = end as { readonly steps: Steps }
  const planned = (plan as { readonly steps: Steps }).steps
  for (const { step, rows } of steps) {
    assert.equal(planned.find(({ id }) => id === step)?.rows, rows, `rows of ${step}`)
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

async function snapshot(world: World, host: Host): Promise<Snapshot> {
  const rows: Record<string, readonly Row[]> = {}
  for (const { name } of schemaOf(world)) rows[name] = await host.rows(name)
  return rows
}

/** The engine's code; anything else is a bug and fails the run as it is. */
function codeOf(error: unknown): string {
  if (error instanceof UserDeletionError && error.code !== 'store_failed') return error.code
  throw error
}
