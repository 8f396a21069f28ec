/**
 * The host's side of a database that is written down as SQL: rows are read and written past the adapter.
 *
 * @module
 */
import Database from 'better-sqlite3'
import type { Db, Document } from 'mongodb'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import type { TableSchema } from '../../../src/program/schema.ts'
import type { Store } from '../../../src/store/store.ts'
import { mongoPool, type PooledDatabase } from '../mongodb/mongo-pool.ts'
import type { SharedMongo } from '../mongodb/mongo-server.ts'
import { quote } from '../sql/sqlite-schema.ts'

export type Row = Readonly<Record<string, unknown>>

export interface TablesHost {
  readonly store: Store
  /** Another one over the same database, as another part of the host may open it; memory has but one. */
  openStore(): Store
  /** Rows with these values, or all, by their id; JSON as values. */
  rows(table: string, where?: Row): Promise<readonly Row[]>
  insert(table: string, ...rows: readonly Row[]): Promise<void>
  /** Writes the rows that hold the values of `where`. */
  update(table: string, where: Row, set: Row): Promise<void>
  remove(table: string, where: Row): Promise<void>
  close(): Promise<void>
}

export async function openInMemory(sql: string): Promise<TablesHost> {
  const { schema, data } = await readSql(sql)
  const store = memoryStore({ schema, data })
  return {
    store,
    openStore: () => store,
    rows: async (table, where) => inOrder(store.rows(table).map(parsed), where),
    insert: async (table, ...rows) => store.insert(table, ...rows),
    update: async (table, where, set) => void store.update(table, where, set),
    remove: async (table, where) => void store.remove(table, where),
    close: async () => {},
  }
}

export function openInSqlite(sql: string): TablesHost {
  const db = new Database(':memory:')
  db.exec(sql)
  const run = (text: string, values: readonly unknown[]): void => void db.prepare(text).run(values)
  return {
    store: sqliteStore(db),
    openStore: () => sqliteStore(db),
    rows: async (table, where) => inOrder(selectAll(db, table).map(parsed), where),
    async insert(table, ...rows) {
      for (const row of rows) {
        const marks = Object.keys(row).map(() => '?')
        const columns = Object.keys(row).map(quote)
        run(`INSERT INTO ${quote(table)} (${columns}) VALUES (${marks})`, Object.values(row))
      }
    },
    async update(table, where, set) {
      const values = [...Object.values(set), ...Object.values(where)]
      run(`UPDATE ${quote(table)} SET ${places(set, '=').join(', ')} ${whereSql(where)}`, values)
    },
    async remove(table, where) {
      run(`DELETE FROM ${quote(table)} ${whereSql(where)}`, Object.values(where))
    },
    close: async () => void db.close(),
  }
}

/** Makes the function that opens a database; one that was closed is emptied and used again. */
export function tablesOnMongo(server: () => SharedMongo): (sql: string) => Promise<TablesHost> {
  const known = new Map<string, { take(): Promise<PooledDatabase>; readonly data: Data }>()
  return async (sql) => {
    let tables = known.get(sql)
    if (tables === undefined) {
      const { schema, data } = await readSql(sql)
      const keys = new Map(schema.map(({ name, primaryKey }) => [name, primaryKey[0] ?? '']))
      const documents = Object.entries(data).map(([table, rows]): [string, Document[]] => [
        table,
        rows.map((row) => toDocument(row, keys.get(table))),
      ])
      const take = mongoPool(server, (db) => createCollections(db, schema))
      tables = { take, data: Object.fromEntries(documents) }
      known.set(sql, tables)
    }
    return hostOn(await tables.take(), tables.data)
  }
}

async function hostOn(
  { db, store, createStore, release }: PooledDatabase,
  data: Data,
): Promise<TablesHost> {
  const insert: TablesHost['insert'] = async (table, ...rows) => {
    if (rows.length > 0) await db.collection(table).insertMany(rows.map((row) => ({ ...row })))
  }
  for (const [table, documents] of Object.entries(data)) await insert(table, ...documents)
  return {
    store,
    openStore: () => createStore(),
    async rows(table, where) {
      const found = await db
        .collection(table)
        .find({}, { projection: { _id: 0 } })
        .toArray()
      return inOrder(found, where)
    },
    insert: (table, ...rows) => insert(table, ...rows.map((row) => toDocument(row, 'id'))),
    async update(table, where, set) {
      await db.collection(table).updateMany(where, { $set: set })
    },
    async remove(table, where) {
      await db.collection(table).deleteMany(where)
    },
    close: release,
  }
}

type Data = Readonly<Record<string, readonly Row[]>>

/** Tables and rows as the statements make them. */
async function readSql(
  sql: string,
): Promise<{ readonly schema: readonly TableSchema[]; readonly data: Data }> {
  const db = new Database(':memory:')
  db.exec(sql)
  const { tables } = await sqliteStore(db).describe()
  const data = Object.fromEntries(tables.map(({ name }) => [name, selectAll(db, name)]))
  db.close()
  return { schema: tables, data: parentsFirst(tables, data) }
}

function parentsFirst(tables: readonly TableSchema[], data: Data): Data {
  const left = new Map(tables.map((table) => [table.name, table]))
  const sorted: [string, readonly Row[]][] = []
  while (left.size > 0) {
    const free = [...left.values()].filter(({ name, foreignKeys }) =>
      foreignKeys.every(({ references: { table } }) => table === name || !left.has(table)),
    )
    if (free.length === 0) throw new Error('tables refer to each other in a circle')
    for (const { name } of free) {
      sorted.push([name, data[name] ?? []])
      left.delete(name)
    }
  }
  return Object.fromEntries(sorted)
}

function selectAll(db: Database.Database, table: string): readonly Row[] {
  return db.prepare(`SELECT * FROM ${quote(table)}`).all() as Row[]
}

async function createCollections(db: Db, schema: readonly TableSchema[]): Promise<void> {
  for (const { name, uniqueKeys } of schema) {
    await db.createCollection(name)
    for (const key of uniqueKeys) {
      // As in SQL, keys with a null in them may repeat.
      const filter = Object.fromEntries(key.map((column) => [column, { $type: 'string' }]))
      const options = { unique: true, partialFilterExpression: filter } as const
      await db
        .collection(name)
        .createIndex(Object.fromEntries(key.map((column) => [column, 1])), options)
    }
  }
}

/** The primary key is the `_id` too, which keeps it from repeating. */
function toDocument(row: Row, key = ''): Document {
  const { [key]: _id } = row
  return { ...(_id === undefined ? {} : { _id }), ...parsed(row) }
}

function parsed(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([column, value]) => [
      column,
      typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) : value,
    ]),
  )
}

function inOrder(rows: readonly Row[], where: Row = {}): readonly Row[] {
  return rows
    .filter((row) => Object.entries(where).every(([column, value]) => row[column] === value))
    .toSorted((a, b) => (String(a['id']) < String(b['id']) ? -1 : 1))
}

function places(columns: Row, operator: string): readonly string[] {
  return Object.keys(columns).map((column) => `${quote(column)} ${operator} ?`)
}

function whereSql(where: Row): string {
  const conditions = places(where, 'IS')
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
}
