/**
 * Generated worlds in MongoDB, in types of BSON that memory does not have. What a deletion leaves reads as
 * memory's rows do, and every value that nobody wrote is the very value that was there.
 */
import assert from 'node:assert/strict'
import {
  Binary,
  BSON,
  type Db,
  Decimal128,
  type Document,
  Double,
  Int32,
  Long,
  ObjectId,
  Timestamp,
  UUID,
} from 'mongodb'
import { memoryStore } from '../../../adapters/memory/index.ts'
import type { AcceptableCode, AcceptedFinding } from '../../../src/index.ts'
import type { Store } from '../../../src/store/store.ts'
import { withAnswers } from '../../../src/testing/contract/altered-store.ts'
import { withMethods } from '../../../src/testing/contract/world.ts'
import { mongoPool } from '../mongodb/mongo-pool.ts'
import type { SharedMongo } from '../mongodb/mongo-server.ts'
import { type KeyType, type MongoWorld, type NumberType, WIDTH } from './generated-mongo-world.ts'
import { policyOf } from './generated-policy.ts'
import type { Host } from './generated-run.ts'
import { type Row, rowsOf, schemaOf, tableName } from './generated-schema.ts'
import type { World } from './generated-world.ts'

/** Memory with what MongoDB has of a schema, unique keys and nothing of columns, and of transactions. */
export function openSchemaless({ world }: MongoWorld, transactions: boolean): Host {
  const schema = schemaOf(world).map((table) => ({ ...table, columns: null, primaryKey: [] }))
  const store = memoryStore({ schema, data: rowsOf(world), foreignKeysEnforced: false })
  const rows = (table: string): readonly Row[] =>
    store.rows(table).toSorted((a, b) => Number(a['rid']) - Number(b['rid'])) as readonly Row[]
  const capabilities = { ...store.capabilities, transactions }
  // What it warns of is to be refused alike when it happens.
  const schemaCheck = { accept: acceptedIn(world, 'constant_into_unique', 'value_reference') }
  return {
    store: withMethods(withoutForesight(store), { capabilities }),
    ...{ schemaCheck, rows, close: () => {} },
  }
}

/** As MongoDB, which meets what a unique index refuses only when it writes. */
function withoutForesight(store: Store): Store {
  return withAnswers(store, (question, own) => (question.kind === 'hurdles' ? [] : own))
}

/** Makes the function that opens a world, in an empty database. */
export function openOnMongo(server: () => SharedMongo): (world: MongoWorld) => Promise<Host> {
  const pools = [false, true].map((isUnique) =>
    mongoPool(server, (db) => createCollections(db, isUnique)),
  )
  return async (mongoWorld) => {
    const { world } = mongoWorld
    const take = pools[world.tables[0]?.uniqueNote === true ? 1 : 0]
    if (take === undefined) throw new RangeError('no such pool')
    const { db, createStore, release } = await take()
    const before = new Map<string, Document>()
    for (const [table, rows] of Object.entries(rowsOf(world))) {
      const documents = rows.map((row) => toDocument(mongoWorld, table, row))
      for (const document of documents) before.set(`${table} ${document['rid']}`, document)
      if (documents.length > 0) {
        await db.collection(table).insertMany(documents, { writeConcern: { w: 'majority' } })
      }
    }
    const policy = policyOf(world)
    const { nativeIds } = world
    return {
      store: createStore(),
      // Rows hold ids in forms that no rule looks for, so that none is found by mistake.
      schemaCheck: {
        accept: acceptedIn(
          world,
          ...(['constant_into_unique', 'id_type_mismatch', 'mixed_id_types'] as const),
          'value_reference',
        ),
      },
      policy:
        nativeIds === undefined
          ? policy
          : { ...policy, user: { ...policy.user, idType: nativeIds } },
      async rows(table) {
        const options = { promoteValues: false, bsonRegExp: true, sort: { rid: 1 } } as const
        const found = await db.collection(table).find({}, options).toArray()
        return found.map((document) => {
          const place = `${table} ${document['rid']}`
          assertSameValues(before.get(place), document, place)
          return toRow(document)
        })
      },
      close: release,
    }
  }
}

function acceptedIn(world: World, ...codes: readonly AcceptableCode[]): readonly AcceptedFinding[] {
  return schemaOf(world).flatMap(({ name: table }) => codes.map((code) => ({ code, table })))
}

/** The same for every world of a kind: a wide one of which a world uses a part. */
async function createCollections(db: Db, isUnique: boolean): Promise<void> {
  for (const name of ['users', ...Array.from({ length: WIDTH }, (_, index) => tableName(index))]) {
    await db.createCollection(name)
  }
  await db.collection('users').createIndex({ id: 1 }, { unique: true })
  if (!isUnique) return
  const partialFilterExpression = { note: { $type: 'string' } }
  await db
    .collection(tableName(0))
    .createIndex({ note: 1 }, { unique: true, partialFilterExpression })
}

/** What the host keeps beside what the policy knows, in every type that is easily lost on the way. */
const UNTOUCHED: Document = {
  binary: new Binary(Buffer.from([0, 255, 7]), 0),
  uuid: new UUID('00112233-4455-4677-8899-aabbccddeeff'),
  decimal: Decimal128.fromString('12.340'),
  date: new Date('2020-02-29T12:34:56.789Z'),
  timestamp: new Timestamp({ t: 7, i: 3 }),
  small: Long.fromNumber(7),
  large: Long.fromString('9007199254740993'),
  whole: new Double(5),
  zero: new Double(-0),
  int: new Int32(5),
  regex: new BSON.BSONRegExp('^a', 'ix'),
  key: new ObjectId('65f0c0ffee00aaaaaaaaaaaa'),
  nested: { empty: {}, list: [new Int32(1), [Long.fromNumber(2), { deep: new Double(3) }], null] },
}

function toDocument(mongoWorld: MongoWorld, table: string, { rid, ...row }: Row): Document {
  const { world, key, id, reference } = mongoWorld
  const native = (value: unknown, number: NumberType): unknown => {
    if (typeof value === 'number') return numberOf(number, value)
    if (typeof value !== 'string') return value
    if (world.nativeIds === 'objectId' && OBJECT_ID.test(value)) return new ObjectId(value)
    return world.nativeIds === 'uuid' && UUID_TEXT.test(value) ? new UUID(value) : value
  }
  const columns = Object.entries(row).map(([column, value]) => {
    const isText = world.asText?.some((name) => name === column)
    const written = (part: unknown): unknown =>
      isText ? part : native(part, table === 'users' && column === 'id' ? id : reference)
    return [column, JSON_COLUMNS.has(column) ? document(value, written) : written(value)] as const
  })
  return {
    _id: keyOf(key, Number(rid)),
    rid: numberOf(id, Number(rid)),
    ...Object.fromEntries(columns),
    untouched: UNTOUCHED,
  }
}

const JSON_COLUMNS = new Set(['members', 'doc'])
const OBJECT_ID = /^[0-9a-f]{24}$/
const UUID_TEXT = /^[0-9a-f]{8}-[0-9a-f-]{27}$/

/** JSON text becomes a document; text that is no JSON stays text. */
function document(text: unknown, written: (part: unknown) => unknown): unknown {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null) return text
  const isObject = !Array.isArray(value)
  const inside = mapLeaves(value, written) as Document
  return isObject ? { ...inside, untouched: UNTOUCHED } : inside
}

function parsed(text: unknown): unknown {
  try {
    return JSON.parse(String(text))
  } catch {
    return undefined
  }
}

function mapLeaves(value: unknown, change: (leaf: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map((element) => mapLeaves(element, change))
  if (!isDocument(value)) return change(value)
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, mapLeaves(part, change)]),
  )
}

function isDocument(value: unknown): value is Document {
  return typeof value === 'object' && value?.constructor === Object
}

function numberOf(type: NumberType, value: number): unknown {
  if (type === 'long') return Long.fromNumber(value)
  return type === 'double' ? new Double(value) : new Int32(value)
}

function keyOf(type: KeyType, rid: number): unknown {
  switch (type) {
    case 'number':
      return rid
    case 'long':
      return Long.fromString('9007199254740993').add(rid)
    case 'text':
      return `key ${rid}`
    case 'object_id':
      return new ObjectId(rid.toString(16).padStart(24, '0'))
    case 'uuid':
      return new UUID(`00000000-0000-4000-8000-${String(rid).padStart(12, '0')}`)
    case 'date':
      return new Date(rid)
  }
}

/** What memory would hold. */
function toRow({ _id, untouched: _, ...columns }: Document): Row {
  return Object.fromEntries(
    Object.entries(columns).map(([column, value]) => {
      if (!JSON_COLUMNS.has(column) || typeof value !== 'object' || value === null)
        return [column, plain(value)]
      const { untouched: __, ...inside } = value
      return [column, JSON.stringify(mapLeaves(Array.isArray(value) ? value : inside, plain))]
    }),
  ) as Row
}

function plain(value: unknown): unknown {
  if (value instanceof ObjectId) return value.toHexString()
  if (value instanceof Binary) return value.toUUID().toString()
  const isNumber = value instanceof Long || value instanceof Int32 || value instanceof Double
  return isNumber ? Number(value.toString()) : value
}

/** Fails when a value reads as before and is not the same to the database, or is gone without being asked. */
function assertSameValues(before: unknown, now: unknown, place: string): void {
  if (isDocument(before) && isDocument(now)) {
    if ('untouched' in before)
      assert.ok('untouched' in now, `${place} has lost what nobody touched`)
    for (const key of Object.keys(now)) {
      if (key === 'untouched') assert.equal(canonical(now[key]), canonical(before[key]), place)
      else if (key in before) assertSameValues(before[key], now[key], `${place} ${key}`)
    }
    return
  }
  if (Array.isArray(before) && Array.isArray(now)) {
    const known = before.map(canonical)
    for (const element of now) {
      assert.ok(known.includes(canonical(element)), `${place} has an element it did not have`)
    }
    return
  }
  if (JSON.stringify(mapLeaves(before, plain)) === JSON.stringify(mapLeaves(now, plain)))
    assert.equal(canonical(now), canonical(before), `${place} has another type`)
}

function canonical(value: unknown): string {
  return BSON.EJSON.stringify({ value }, { relaxed: false })
}
