/**
 * Databases for the store contract on MongoDB: collections, indexes and rows as a host would have them.
 *
 * A database costs ten times as much to create as to restore, so a clause gets the database of an earlier one, and
 * what differs from its own data is written over. It stays migrated: every clause begins with that, and it takes a
 * fifth of all commands. A clause that migrates once more does so. Where the data is the same, so is the store,
 * which knows the server and the schema by then.
 *
 * @module
 */
import { BSON, type Db, type Document, type IndexDescription, type WriteConcern } from 'mongodb'
import type { PathInput } from '../../../src/policy/policy.ts'
import type { TableSchema } from '../../../src/program/schema.ts'
import type { Store } from '../../../src/store/store.ts'
import { contractPolicy } from '../../../src/testing/contract/fixture.ts'
import type { OpenStore, Row } from '../../../src/testing/index.ts'
import type { Driver, SharedMongo } from './mongo-server.ts'

/** How a test opens its databases. */
export interface MongoWorldOptions {
  /** Called when a test runs. */
  readonly server: () => SharedMongo
  /** The driver of the store; raw reads go through the newest one. */
  readonly driver: Driver
  readonly createStore: (db: Db) => Store
}

/** Every collection with its documents, numbers as the types that they have in the database. */
type Contents = ReadonlyMap<string, readonly Document[]>

/** A database with what a clause leaves behind that the next one can use. */
interface Used {
  readonly db: Db
  /** The data of the clause. */
  readonly kind: string
  readonly store: Store
  /** The one document that migrating has written, or null where nobody has migrated. */
  readonly writer: Document | null
}

/** Makes the function that opens a database for one clause. Most clauses have the same schema. */
export function openOnMongo({ server, driver, createStore }: MongoWorldOptions): OpenStore {
  const idle = new Map<string, Used[]>()
  /** What a database of this data holds, by the data: read once, with the keys that the server gave. */
  const known = new Map<string, Contents>()
  return async (schema, data) => {
    const shape = JSON.stringify(schema)
    const kind = JSON.stringify(data, (_, one) => (typeof one === 'bigint' ? `${one}n` : one))
    const used = takeFrom(idle.get(shape), kind)
    const db = used?.db ?? (await created(server().newDatabase(), schema))
    const contents = known.get(kind)
    const engines = used?.writer == null ? [] : [[WRITER, [used.writer]] as const]
    await restore(db, new Map([...(contents ?? []), ...engines]))
    if (contents === undefined) known.set(kind, await filled(db, schema, data))
    const store =
      used?.kind === kind ? used.store : createStore(server().client(driver).db(db.databaseName))
    let writer = used?.writer ?? null
    return {
      store: migratedOnce(store, writer !== null, async () => {
        writer ??= await db.collection(WRITER).findOne()
      }),
      rows: (table) =>
        db
          .collection(table)
          .find({}, { projection: { _id: 0 } })
          .toArray(),
      async close() {
        idle.set(shape, [...(idle.get(shape) ?? []), { db, kind, store, writer }])
      },
    }
  }
}

const WRITER = 'user_deletion_writer'

/** The last one that had this data, or else the last one. */
function takeFrom(idle: Used[] | undefined, kind: string): Used | undefined {
  if (idle === undefined) return undefined
  const place = idle.findLastIndex((used) => used.kind === kind)
  return idle.splice(place, 1)[0]
}

/** The same store, whose first migration there is nothing left to do for if there has been one. */
function migratedOnce(store: Store, isMigrated: boolean, note: () => Promise<void>): Store {
  let isDone = isMigrated
  const migrate: Store['migrate'] = async (whose) => {
    if (isDone) {
      isDone = false
      return
    }
    await store.migrate(whose)
    await note()
  }
  const methods = Object.getOwnPropertyDescriptors(store)
  return Object.assign(Object.defineProperties({}, methods) as Store, { migrate })
}

async function filled(
  db: Db,
  schema: readonly TableSchema[],
  data: Record<string, Row[]>,
): Promise<Contents> {
  for (const [table, rows] of Object.entries(data)) {
    if (rows.length > 0) await db.collection(table).insertMany(rows)
  }
  const all = await readAll(db)
  return new Map(schema.map(({ name }) => [name, all.get(name) ?? []]))
}

/** One after the other: indexes that are built side by side over several connections may stall a server. */
async function created(db: Db, schema: readonly TableSchema[]): Promise<Db> {
  for (const table of schema) {
    await db.createCollection(table.name, { validator: notNull(table) })
    await db.collection(table.name).createIndexes([...uniqueIndexes(table), ...lookups(table)])
  }
  return db
}

/** A host's rules for its documents, where SQL would say NOT NULL. */
function notNull({ columns }: TableSchema): Document {
  const required = (columns ?? []).filter(({ nullable }) => !nullable).map(({ name }) => name)
  const value = { not: { bsonType: 'null' } }
  const properties = Object.fromEntries(required.map((name) => [name, value]))
  return { $jsonSchema: { required, properties } }
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
  const fields = new Set(rules.flatMap((rule) => [rule.match].flat().flatMap(matchedField)))
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
      readonly path?: PathInput
      readonly element?: PathInput
    }

function matchedField(match: Match | undefined): readonly string[] {
  if (match === undefined) return []
  if (typeof match === 'string') return [match]
  const { column, json, array, path, element } = match
  const parts = [column ?? json ?? array, path, element].filter((part) => part !== undefined)
  return [parts.flat().join('.').replaceAll('[]', '')]
}

function ascending(fields: readonly string[]): Record<string, 1> {
  return Object.fromEntries(fields.map((field) => [field, 1 as const]))
}

/** One command for all collections: on a small database the number of commands is what takes time. */
async function readAll(db: Db): Promise<Contents> {
  const found = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()
  const contents = new Map<string, Document[]>(found.map(({ name }) => [name, []]))
  const documents = (name: string): Document[] => [
    { $project: { name: { $literal: name }, document: '$$ROOT' } },
  ]
  const [first = '', ...others] = contents.keys()
  const unions = others.map((coll) => ({ $unionWith: { coll, pipeline: documents(coll) } }))
  const pipeline = [...documents(first), ...unions]
  const options = { promoteValues: false, batchSize: 10_000 }
  for (const { name, document } of await db
    .collection(first)
    .aggregate(pipeline, options)
    .toArray()) {
    contents.get(name)?.push(document)
  }
  return contents
}

/** Writes what differs, and empties collections that are not wanted, such as the engine's own. */
async function restore(db: Db, contents: Contents): Promise<void> {
  const writes: ((options: { writeConcern: WriteConcern }) => Promise<unknown>)[] = []
  for (const [name, documents] of await readAll(db)) {
    const wanted = contents.get(name) ?? []
    if (inWords(documents) === inWords(wanted)) continue
    const collection = db.collection(name)
    if (documents.length > 0) writes.push((options) => collection.deleteMany({}, options))
    if (wanted.length > 0) writes.push((options) => collection.insertMany([...wanted], options))
  }
  // The majority acknowledges the last write, and with it all that stand before.
  const last = writes.at(-1)
  for (const write of writes) await write({ writeConcern: { w: write === last ? 'majority' : 1 } })
}

function inWords(documents: readonly Document[]): string {
  return BSON.EJSON.stringify(documents, { relaxed: false })
}
