/**
 * The world that things go wrong in, on MongoDB, and snapshots of it in the form that the invariants know.
 *
 * Its rows are those of the SQLite world; JSON text becomes documents.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { BSON, type Db, type Document } from 'mongodb'
import type { MongoDb } from '../../../adapters/mongodb/index.ts'
import { faultModel } from './fault-policy.ts'
import { openFaultWorld } from './fault-world.ts'
import { checkInvariants, type Row, type Snapshot, takeSnapshot } from './invariants.ts'
import { mongoEngine, NEXT, TARGETS } from './mongo-fault-engine.ts'

/** This user has so many comments more than the others. */
const LARGE = { user: 'a2', comments: 24 } as const
const ENGINE = 'user_deletion_'
const INDEXED: Readonly<Record<string, readonly string[]>> = {
  users: ['id'],
  sessions: ['user_id'],
  session_hints: ['session_id'],
  invitations: ['email', 'invited_by'],
  audit_log: ['actor_id', 'resource_id', 'metadata.email'],
  groups: ['members'],
  documents: ['owner_id'],
  comments: ['user_id'],
  members: ['user_id'],
  invoices: ['user_id'],
}
const JSON_COLUMNS = ['metadata', 'members']

const world = hostDocuments()

/** Creates collections and indexes in an empty database, the engine's own among them, and fills it. */
export async function createMongoWorld(db: Db): Promise<void> {
  for (const [name, fields] of Object.entries(INDEXED)) {
    await db.collection(name).createIndexes(fields.map((field) => ({ key: { [field]: 1 } })))
  }
  await resetMongoWorld(db)
}

/** Puts the database back to the beginning. */
export async function resetMongoWorld(db: Db): Promise<void> {
  const names = new Set([...Object.keys(world), ...(await engineCollections(db))])
  await Promise.all([...names].map((name) => refill(db, name)))
  await mongoEngine(db as MongoDb).migrate()
}

async function refill(db: Db, name: string): Promise<void> {
  await db.collection(name).deleteMany({})
  const documents = world[name]
  if (documents !== undefined) await db.collection<Document>(name).insertMany([...documents])
}

/** Every document, read past the adapter. The engine's own get the names that they have in SQLite. */
export async function mongoSnapshot(db: Db): Promise<Snapshot> {
  const names = [...Object.keys(world), ...(await engineCollections(db))]
  const tables = names.map(async (name): Promise<[string, ReadonlyMap<string, Row>]> => {
    const documents = await db.collection<Document>(name).find().toArray()
    return [name, new Map(documents.map(name.startsWith(ENGINE) ? engineRow : hostRow))]
  })
  return Object.fromEntries(await Promise.all(tables))
}

/** The bytes of every document of the host, by collection and key. */
export async function hostBytes(db: Db): Promise<ReadonlyMap<string, string>> {
  const bytes = new Map<string, string>()
  for (const name of Object.keys(world)) {
    for (const raw of await db.collection(name).find({}, { raw: true }).toArray()) {
      const document = Buffer.from(raw as unknown as Uint8Array)
      bytes.set(`${name} ${BSON.deserialize(document)['_id']}`, document.toString('hex'))
    }
  }
  return bytes
}

export interface Before {
  readonly rows: Snapshot
  readonly bytes: ReadonlyMap<string, string>
}

/** Deletes the users who are left, and once more when all are gone. */
export async function finishBulk(db: Db): Promise<void> {
  const engine = mongoEngine(db as MongoDb, { ...NEXT, startAt: '2026-03-01T14:00:00.000Z' })
  assert.deepEqual((await engine.resume()).failed, [])
  const { errors, deleted, alreadyDeleted } = await engine.deleteMany(TARGETS, { tenantId: 'a' })
  assert.deepEqual(errors, [])
  assert.equal(deleted + alreadyDeleted, TARGETS.length)
  const again = await engine.deleteMany(TARGETS, { tenantId: 'a' })
  assert.equal(again.alreadyDeleted, TARGETS.length)
  assert.equal((await engine.ledger.verify()).valid, true)
}

/** Every target is wholly gone or wholly there, and nobody else has lost or gained a byte. */
export async function assertUnharmed(
  db: Db,
  before: Before,
  targets: readonly string[],
  expected?: 'deleted',
): Promise<void> {
  const after = await mongoSnapshot(db)
  assertNothingOpen(after)
  const wanted = expected === undefined ? {} : { expected }
  checkInvariants({ model: faultModel, before: before.rows, after, targets, ...wanted })
  const bytes = await hostBytes(db)
  for (const key of ofOthers(before.rows, targets)) {
    assert.equal(bytes.get(key), before.bytes.get(key), key)
  }
}

/** Which documents no deletion of the targets has anything to do with. */
function ofOthers(before: Snapshot, targets: readonly string[]): readonly string[] {
  const users = targets.map((id) => before['users']?.get(id) ?? {})
  return Object.keys(world).flatMap((table) => {
    const rules = faultModel.rules.filter((rule) => rule.table === table)
    return [...(before[table] ?? [])].flatMap(([key, row]) => {
      const isTarget = table === 'users' && targets.includes(key)
      const isOwned = users.some((user) => rules.some(({ owns }) => owns(row, user, before)))
      return isTarget || isOwned ? [] : [`${table} ${key}`]
    })
  })
}

/** Nothing is written down as still to do. */
function assertNothingOpen(snapshot: Snapshot): void {
  const writer = snapshot[`${ENGINE}writer`]
  assert.equal(writer?.size, 1, 'changes that were refused')
  assert.equal(writer?.get('writer')?.['change'], null, 'a change is not finished')
  assert.equal(snapshot[`${ENGINE}late_access`]?.size ?? 0, 0, 'late access is not cut yet')
  assert.equal(snapshot[`${ENGINE}jobs`]?.size ?? 0, 0, 'a job is open')
}

async function engineCollections(db: Db): Promise<readonly string[]> {
  const found = await db.listCollections({}, { nameOnly: true }).toArray()
  return found.map(({ name }) => name).filter((name) => name.startsWith(ENGINE))
}

function hostDocuments(): Readonly<Record<string, readonly Document[]>> {
  const db = openFaultWorld()
  const snapshot = takeSnapshot(db)
  db.close()
  const tables = Object.entries(snapshot).filter(([name]) => !name.startsWith(ENGINE))
  const documents = tables.map(([name, rows]): [string, Document[]] => [
    name,
    [...rows].map(([key, row]) => toDocument(key, row)),
  ])
  const more = Array.from({ length: LARGE.comments }, (_, index) =>
    toDocument(`more ${index}`, { user_id: LARGE.user, parent_id: null, body: 'a comment' }),
  )
  return Object.fromEntries(
    documents.map(([name, own]) => [name, name === 'comments' ? [...own, ...more] : own]),
  )
}

function toDocument(key: string, row: Row): Document {
  const columns = Object.entries(row).map(([name, value]) => [
    name,
    JSON_COLUMNS.includes(name) && typeof value === 'string' ? JSON.parse(value) : value,
  ])
  return { _id: key, ...Object.fromEntries(columns) }
}

function hostRow({ _id, ...document }: Document): [string, Row] {
  return [String(_id), asText(document)]
}

/** Whose turn it is says nothing about what was done. */
function engineRow({ _id, ...document }: Document): [string, Row] {
  if ('fence' in document && 'commits' in document) {
    return [String(_id), { id: _id, change: document['change'] }]
  }
  const columns = Object.entries(document).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    value,
  ])
  const row = Object.fromEntries(columns) as Row
  if (_id === 'head') return ['1', row]
  return [
    typeof _id === 'object' ? JSON.stringify(_id) : String(_id),
    { id: _id, seq: _id, ...row },
  ]
}

function asText(document: Document): Row {
  return Object.fromEntries(
    Object.entries(document).map(([name, value]) => [
      name,
      typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
    ]),
  )
}
