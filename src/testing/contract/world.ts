/**
 * What every clause of the store contract works with: a fresh store, an engine over it, raw reads.
 *
 * @module
 */
import { UserDeletionEngine } from '../../engine/engine.ts'
import type { EngineOptions } from '../../engine/options.ts'
import type { Policy } from '../../policy/policy.ts'
import type { Logger } from '../../ports.ts'
import type { TableSchema } from '../../program/schema.ts'
import type { Store } from '../../store/store.ts'
import { contractData, type Row, TENANT_A } from './data.ts'
import { contractPolicy, contractSchema, JSON_COLUMNS, type TenantPolicy } from './fixture.ts'

/** The two functions of a test framework that the contract needs. */
export interface ContractRunner {
  readonly describe: (name: string, group: () => void) => unknown
  readonly it: (name: string, clause: () => Promise<void>) => unknown
}

/** A store over a database of its own. */
export interface OpenedStore {
  readonly store: Store
  /** A raw read that bypasses the adapter. JSON columns may be text or values. */
  rows(table: string): readonly Row[] | Promise<readonly Row[]>
  close?(): unknown
}

/** Opens a fresh database with these tables and rows. Rows hold JSON values as objects. */
export type OpenStore = (
  schema: readonly TableSchema[],
  data: Record<string, Row[]>,
) => OpenedStore | Promise<OpenedStore>

type ContractEngineOptions = Partial<Omit<EngineOptions<TenantPolicy>, 'policy'>>

/** One clause's own database. */
export interface World {
  readonly store: Store
  readonly engine: UserDeletionEngine<TenantPolicy>
  /** Stands still until it is set. */
  readonly clock: { now(): Date; set(at: string): void }
  /** Another engine over the same database. */
  engineWith(
    options?: ContractEngineOptions,
    policy?: Policy<TenantPolicy>,
  ): UserDeletionEngine<TenantPolicy>
  /** Raw rows with JSON columns as values. */
  rows(table: string): Promise<readonly Row[]>
  /** The raw row with this id. */
  row(table: string, id: unknown): Promise<Row | undefined>
  /** Every row of the host's tables as text, by table. */
  snapshot(): Promise<Readonly<Record<string, string>>>
}

export type Clause = (title: string, prove: (world: World) => Promise<void>) => void

export const IN_A: { readonly tenantId: string } = { tenantId: TENANT_A }
const KEYS = { pseudonym: 'a pseudonym key for tests' }
/** Some indexes are missing, which stores that tell their indexes are warned of. */
const SILENT: Logger = { warn() {} }

/** Makes the function that registers clauses, each with a fresh store. `data`: the rows it starts from. */
export function clauses(
  { it }: ContractRunner,
  open: OpenStore,
  data: () => Record<string, Row[]> = contractData,
): Clause {
  return (title, prove) => {
    it(title, async () => {
      const opened = await open(contractSchema, data())
      try {
        const world = createWorld(opened)
        await world.engine.migrate()
        await prove(world)
      } finally {
        await opened.close?.()
      }
    })
  }
}

/** The world of a database that a clause has opened by itself. */
export function createWorld(opened: OpenedStore): World {
  const { store } = opened
  let now = new Date('2026-03-01T12:00:00.000Z')
  const clock = {
    now: () => now,
    set: (at: string) => {
      now = new Date(at)
    },
    // What is put off stays undone: a clause that wants it settles.
    later: () => {},
  }
  const engineWith: World['engineWith'] = (options = {}, policy = contractPolicy) =>
    new UserDeletionEngine<TenantPolicy>({
      ...{ store, policy, clock, keys: KEYS, logger: SILENT },
      ...options,
      schemaCheck: { accept: [...OTHERS_LEFT_OUT, ...(options.schemaCheck?.accept ?? [])] },
    })
  const rows = async (table: string): Promise<readonly Row[]> =>
    (await opened.rows(table)).map((row) => withJson(table, row))
  return {
    store,
    engine: engineWith(),
    clock,
    engineWith,
    rows,
    row: async (table, id) => (await rows(table)).find((row) => row['id'] === id),
    async snapshot() {
      const texts: Record<string, string> = {}
      for (const { name } of contractSchema) texts[name] = rawText(await opened.rows(name))
      return texts
    },
  }
}

/** A clause says nothing of tables that it is not about. */
const OTHERS_LEFT_OUT = contractSchema.map(
  ({ name }) => ({ code: 'value_reference', table: name }) as const,
)

function withJson(table: string, row: Row): Row {
  const column = JSON_COLUMNS[table]
  const value = column === undefined ? undefined : row[column]
  if (column === undefined || typeof value !== 'string') return row
  return { ...row, [column]: JSON.parse(value) as unknown }
}

/** Rows in no order of their own, so they are sorted. */
function rawText(rows: readonly Row[]): string {
  return rows
    .map((row) => JSON.stringify(row))
    .sort()
    .join('\n')
}

/** The lines that two snapshots do not share, by table. */
export function changedTables(
  before: Readonly<Record<string, string>>,
  after: Readonly<Record<string, string>>,
): readonly string[] {
  return Object.keys(before).filter((table) => before[table] !== after[table])
}

/** The same store with some methods in other hands. */
export function withMethods(store: Store, methods: Partial<Store>): Store {
  return new Proxy({} as Store, {
    get(_, name) {
      const value: unknown = Reflect.get(name in methods ? methods : store, name)
      return typeof value === 'function' ? value.bind(store) : value
    },
  })
}
