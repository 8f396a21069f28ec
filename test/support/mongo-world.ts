/**
 * Databases for the store contract on MongoDB: collections, indexes and rows as a host would have them.
 *
 * Collections and indexes take ten times as long to create as rows take to write, so a database is emptied
 * and handed to the next clause.
 *
 * @module
 */
import type { Db, IndexDescription } from 'mongodb'
import type { Store, TableSchema } from '../../src/store.ts'
import { contractPolicy } from '../../src/testing/contract-fixture.ts'
import type { OpenStore, Row } from '../../src/testing/index.ts'
import type { Driver, SharedMongo } from './mongo-server.ts'

/** How a test opens its databases. */
export interface MongoWorldOptions {
  /** Called when a test runs. */
  readonly server: () => SharedMongo
  /** The driver of the store; raw reads go through the newest one. */
  readonly driver: Driver
  readonly createStore: (db: Db) => Store
}

/** Makes the function that opens a database for one clause; all clauses have the same schema. */
export function openOnMongo({ server, driver, createStore }: MongoWorldOptions): OpenStore {
  const emptied: Db[] = []
  return async (schema, data) => {
    const raw = emptied.pop() ?? (await createCollections(server().newDatabase(), schema))
    await insertRows(raw, data)
    return {
      store: createStore(server().client(driver).db(raw.databaseName)),
      rows: (table) =>
        raw
          .collection(table)
          .find({}, { projection: { _id: 0 } })
          .toArray(),
      async close() {
        await removeRows(raw)
        emptied.push(raw)
      },
    }
  }
}

/** One after the other: indexes that are built side by side over several connections may stall a server. */
async function createCollections(db: Db, schema: readonly TableSchema[]): Promise<Db> {
  for (const table of schema) {
    await db.collection(table.name).createIndexes([...uniqueIndexes(table), ...lookups(table)])
  }
  return db
}

function uniqueIndexes({ primaryKey, uniqueKeys, columns }: TableSchema): IndexDescription[] {
  const isNullable = (name: string): boolean =>
    columns?.some((column) => column.name === name && column.nullable) ?? true
  return [primaryKey, ...uniqueKeys].map((key) => {
    const nullable = key.filter(isNullable)
    // As in SQL, keys with a null in them may repeat.
    const filter = Object.fromEntries(nullable.map((name) => [name, { $type: 'string' }]))
    return {
      key: ascending(key),
      unique: true,
      ...(nullable.length > 0 ? { partialFilterExpression: filter } : {}),
    }
  })
}

/** On the fields by which the policy finds a user's rows. */
function lookups({ name, primaryKey }: TableSchema): IndexDescription[] {
  const entry = contractPolicy.tables[name]
  const rules = typeof entry !== 'object' ? [] : 'rules' in entry ? entry.rules : [entry].flat()
  const fields = new Set(rules.flatMap((rule) => ('match' in rule ? matchedField(rule.match) : [])))
  if (name === contractPolicy.user.table) fields.add('email').add('tenant_id')
  if (primaryKey.length === 1) fields.delete(primaryKey[0] ?? '')
  return [...fields].map((field) => ({ key: ascending([field]) }))
}

type Match =
  | string
  | {
      readonly column?: string
      readonly json?: string
      readonly array?: string
      readonly path?: string
    }

function matchedField(match: Match | undefined): readonly string[] {
  if (match === undefined || typeof match === 'string') return match === undefined ? [] : [match]
  const column = match.column ?? match.json ?? match.array
  return [[column, match.path].filter((part) => part !== undefined).join('.')]
}

function ascending(fields: readonly string[]): Record<string, 1> {
  return Object.fromEntries(fields.map((field) => [field, 1 as const]))
}

/** Acknowledged by the majority with the last write, which stands behind all others. */
async function insertRows(db: Db, data: Record<string, Row[]>): Promise<void> {
  const [last, ...others] = Object.entries(data).filter(([, rows]) => rows.length > 0)
  const insert = ([table, rows]: [string, Row[]], w: 1 | 'majority') =>
    db.collection(table).insertMany(rows, { writeConcern: { w } })
  await Promise.all(others.map((entry) => insert(entry, 1)))
  if (last !== undefined) await insert(last, 'majority')
}

/** Those of the engine's own collections too. */
async function removeRows(db: Db): Promise<void> {
  const collections = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()
  await Promise.all(
    collections.map(({ name }) => db.collection(name).deleteMany({}, { writeConcern: { w: 1 } })),
  )
}
