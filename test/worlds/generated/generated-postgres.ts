/** A generated world on PostgreSQL, in columns of the types that hosts have for such values. */
import type { PGlite } from '@electric-sql/pglite'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import type { ColumnSchema, ForeignKey, TableSchema } from '../../../src/program/schema.ts'
import type { Host, Run } from './generated-run.ts'
import { type Row, rowsOf, schemaOf } from './generated-schema.ts'
import { type ColumnSpec, LOOSE, type TableSpec, type World } from './generated-world.ts'

/** A database that has a schema for each world. */
export interface WorldDatabase {
  readonly handle: Parameters<typeof postgresStore>[0]
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>
  /** Several statements. */
  exec(sql: string): Promise<unknown>
}

export function inProcess(db: PGlite): WorldDatabase {
  return {
    handle: db,
    query: async (sql, values = []) => (await db.query<Row>(sql, [...values])).rows,
    exec: (sql) => db.exec(sql),
  }
}

/** The world with what a database of columns with types holds: UUIDs, and lists of nothing but ids. */
export function typed(given: World, readsTexts: boolean): World {
  const world =
    given.jsonForm === 'bytes' && !readsTexts ? { ...given, jsonForm: 'jsonb' as const } : given
  const ordered = { ...world, tables: world.tables.map(inOneOrder) }
  const tables = ordered.tables.map((table) => ({
    ...table,
    rows: table.rows.map((row) => ({
      ...row,
      membersKind: row.membersKind === 0 && !table.jsonNotNull ? 0 : 3,
    })),
  }))
  return {
    ...ordered,
    ...(hasLists(world) ? { tables } : {}),
    ...(hasUuids(world) ? { nativeIds: 'uuid' as const } : {}),
  }
}

/**
 * Of two keys of a row that refer to one that goes, the database minds the one that was declared first: a row that the
 * second would take along fails where the first may not write its null.
 */
function inOneOrder(table: TableSpec): TableSpec {
  const columns = ['owner', 'other', 'self', 'parent'] as const
  if (columns.every((name) => table[name].onDelete !== 'cascade')) return table
  const isCut = ({ onDelete }: ColumnSpec) => onDelete === 'set_null' || onDelete === 'set_default'
  const loose = columns
    .filter((name) => isCut(table[name]))
    .map((name) => [name, { ...table[name], notNull: false }] as const)
  return { ...table, ...Object.fromEntries(loose) }
}

function hasLists({ collations }: World): boolean {
  return collations[4] !== 'BINARY'
}

function hasUuids({ numericIds, alike, collations }: World): boolean {
  return !numericIds && !alike && collations[5] !== 'RTRIM'
}

/** Everything as PostgreSQL has it, beside a store in memory that is told of the same schema. */
export async function openBoth(
  world: World,
  db: WorldDatabase,
  schema: string,
): Promise<{ readonly memory: Host; readonly postgres: Host }> {
  const tables = schemaOf(world)
  const rows = rowsOf(world)
  await db.exec(
    `DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema};
     CREATE DOMAIN ${schema}.handle AS varchar(60);
     ${tables.map((table) => createTableSql(world, schema, table)).join('\n')}`,
  )
  for (const [table, own] of Object.entries(rows)) {
    for (const row of own) {
      const columns = Object.keys(row)
      const values = columns.map((column) =>
        JSON_COLUMNS.has(column) ? heldIn(typeOf(world, schema, column), row[column]) : row[column],
      )
      const places = columns.map((_, place) => `$${place + 1}`).join(', ')
      await db.query(
        `INSERT INTO ${schema}.${table} (${columns.join(', ')}) VALUES (${places})`,
        values.map((value) => (value === null || value === undefined ? null : String(value))),
      )
    }
  }
  const store = postgresStore(db.handle, { schema })
  const described = await store.describe({ paths: [], json: [], lookups: [], everything: true })
  const memory = memoryStore({
    schema: described.tables,
    data: rows,
    foreignKeysEnforced: world.enforced,
  })
  return {
    memory: {
      store: memory,
      rows: (table) =>
        memory
          .rows(table)
          .toSorted((a, b) => Number(a['rid']) - Number(b['rid'])) as readonly Row[],
      close() {},
    },
    postgres: {
      store,
      rows: async (table) =>
        (await db.query(`SELECT to_jsonb(t) AS row FROM ${schema}.${table} AS t ORDER BY rid`)).map(
          ({ row }) => row as unknown as Row,
        ),
      async close() {
        await db.exec(`DROP SCHEMA ${schema} CASCADE`)
      },
    },
  }
}

const JSON_COLUMNS = new Set(['members', 'doc'])
const NUMBERS = new Set(['rid', 'parent', 'self'])
const IDS = new Set(['id', 'owner', 'other', 'boss'])

/** What is no JSON is a text in a column that takes nothing else. */
function heldIn(type: string, value: Row[string] | undefined): string | null {
  if (value === null || value === undefined) return null
  if (type === 'text') return String(value)
  if (type.endsWith('[]')) return String(value).replace('[', '{').replace(/\]$/, '}')
  return isJson(String(value)) ? String(value) : JSON.stringify(value)
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function createTableSql(world: World, schema: string, table: TableSchema): string {
  const parts = [
    ...(table.columns ?? []).map((column) => columnSql(world, schema, column)),
    ...table.uniqueKeys.map((columns) => `UNIQUE (${columns.join(', ')})`),
    ...(world.enforced ? table.foreignKeys.map((key) => foreignKeySql(schema, key)) : []),
  ]
  return `CREATE TABLE ${schema}.${table.name} (${parts.join(', ')});`
}

function columnSql(world: World, schema: string, { name, nullable }: ColumnSchema): string {
  const key = name === 'rid' ? ' PRIMARY KEY' : ''
  return `${name} ${typeOf(world, schema, name)}${key}${nullable ? '' : ' NOT NULL'}`
}

function typeOf(world: World, schema: string, name: string): string {
  const { numericIds, collations, jsonForm } = world
  if (name === 'members' && hasLists(world)) {
    if (numericIds) return 'bigint[]'
    return hasUuids(world) && collations[4] === 'RTRIM' ? 'uuid[]' : 'text[]'
  }
  if (JSON_COLUMNS.has(name)) {
    return { text: 'json', bytes: 'text', mixed: 'jsonb', jsonb: 'jsonb' }[jsonForm]
  }
  if (hasUuids(world) && IDS.has(name)) return 'uuid'
  if (NUMBERS.has(name)) return 'integer'
  const choice = ['BINARY', 'NOCASE', 'RTRIM'].indexOf(collations[LOOSE.indexOf(name)] ?? 'BINARY')
  if (numericIds && IDS.has(name)) return ['bigint', 'integer', 'smallint'][choice] ?? ''
  return ['text', 'varchar(60)', `${schema}.handle`][choice] ?? ''
}

function foreignKeySql(schema: string, { columns, references, onDelete }: ForeignKey): string {
  const target = `${schema}.${references.table} (${references.columns.join(', ')})`
  const action = onDelete.replace('_', ' ').toUpperCase()
  return `FOREIGN KEY (${columns.join(', ')}) REFERENCES ${target} ON DELETE ${action}`
}

/** Documents as what they say: the database spells them in its own way. */
export function withDocuments(run: Run): Run {
  return {
    ...run,
    calls: run.calls.map((call) => ({
      ...call,
      rows: Object.fromEntries(
        Object.entries(call.rows).map(([table, rows]) => [
          table,
          rows.map((row) =>
            Object.fromEntries(
              Object.entries(row).map(([column, value]) => [
                column,
                JSON_COLUMNS.has(column) ? said(value) : value,
              ]),
            ),
          ),
        ]),
      ) as Run['calls'][number]['rows'],
    })),
  }
}

function said(value: unknown): Row[string] {
  if (value === null) return null
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return isJson(text) ? JSON.stringify(sorted(JSON.parse(text))) : text
}

/** With keys in the order in which the rows were written. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => KEYS.indexOf(a) - KEYS.indexOf(b))
  return Object.fromEntries(entries.map(([key, own]) => [key, sorted(own)]))
}

const KEYS: readonly string[] = [
  ...['user', 'list', 'ref', 'refs', 'seats', 'keep', 'by', 'row', 'tag', 'a'],
  ...['id', 'email', 'name', 'age'],
]
