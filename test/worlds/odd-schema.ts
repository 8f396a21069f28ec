/**
 * A small schema of a test's own in SQLite, its policy and an engine over it; raw reads know nothing of the adapter.
 *
 * A test that needs another database on SQLite begins here. Tests that hold on every store begin with
 * `hosts/each-tables.ts`.
 *
 * @module
 */
import assert from 'node:assert/strict'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import {
  type DeletionReceipt,
  definePolicy,
  type EngineOptions,
  type ExternalEraser,
  type Policy,
  type PolicyInput,
  type SchemaCheckOptions,
  UserDeletionEngine,
  type UserId,
} from '../../src/index.ts'
import { fixedClock } from './fixed-clock.ts'

export interface OddSchema {
  /** Creates the tables and their rows. */
  readonly sql: string
  readonly tables: PolicyInput['tables']
  /** Default: `users`, by `id`. */
  readonly user?: PolicyInput['user']
  readonly schemaCheck?: SchemaCheckOptions
  readonly checks?: PolicyInput['checks']
  readonly audit?: PolicyInput['audit']
  readonly maxRowsPerTransaction?: number
  /** Whether the handle enforces foreign keys. Default `true`. */
  readonly foreignKeys?: boolean
  /** What else the engine is made of. */
  readonly options?: Omit<Partial<EngineOptions<OddPolicy>>, 'store' | 'policy'>
}

/** Stands for the type of the policies here, which name a tenant or none. */
type OddPolicy = PolicyInput & { readonly user: { readonly tenant?: never } }

export interface OddWorld {
  readonly db: Database.Database
  readonly engine: UserDeletionEngine<OddPolicy>
  /** Raw rows as lists of values; integers beyond 2^53 keep their digits. */
  rows(query: string): readonly unknown[]
}

/** Opens the database in memory and an engine on it. */
export async function openOdd(
  schema: OddSchema,
  erasers: (db: Database.Database) => readonly ExternalEraser[] = () => [],
): Promise<OddWorld> {
  const { sql, tables, user, schemaCheck = {}, checks = {}, audit } = schema
  const { maxRowsPerTransaction = 2_000, foreignKeys = true, options = {} } = schema
  const db = new Database(':memory:')
  db.pragma(`foreign_keys = ${foreignKeys ? 'ON' : 'OFF'}`)
  db.exec(sql)
  const policy = definePolicy<PolicyInput>({
    name: 'odd',
    version: 1,
    user: user ?? { table: 'users', id: 'id' },
    tables,
    checks,
    ...(audit === undefined ? {} : { audit }),
  }) as Policy<OddPolicy>
  const engine = new UserDeletionEngine({
    ...{ store: sqliteStore(db), policy, clock: fixedClock() },
    externalErasers: erasers(db),
    writeAuditEntry: () => {},
    schemaCheck,
    maxRowsPerTransaction,
    logger: { warn: () => {} },
    ...options,
  })
  await engine.migrate()
  const rows = (query: string) => db.prepare(query).raw().safeIntegers().all().map(plain)
  return { db, engine, rows }
}

/** Deletes one user of a fresh database, who then is left nowhere; the dry run has said how many rows that is. */
export async function deleteOdd(
  schema: OddSchema,
  id: UserId,
  tenantId?: string,
): Promise<OddWorld & { readonly receipt: DeletionReceipt }> {
  const world = await openOdd(schema)
  const scope = (tenantId === undefined ? {} : { tenantId }) as { readonly tenantId?: never }
  const { steps } = await world.engine.plan(id, scope)
  const receipt = await world.engine.delete(id, scope)
  const rowsOf = (list: readonly { readonly id: string; readonly rows: number | null }[]) =>
    list.map((step) => [step.id, step.rows])
  assert.deepEqual(rowsOf(receipt.steps), rowsOf(steps))
  return { ...world, receipt }
}

function plain(row: unknown): unknown {
  if (Array.isArray(row)) return row.map(plain)
  if (typeof row !== 'bigint') return row
  return Number.isSafeInteger(Number(row)) ? Number(row) : row
}
