/**
 * Which layout the engine's own collections have, and how an earlier one becomes the present one.
 *
 * The one document of the writer says which it is. Every step can be repeated, and may be taken by several
 * processes at once: each writes the same.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import { EARLIER_LAYOUT_MARK, saidUserTable } from '../../../src/store/earlier-layout.ts'
import type { LedgerEntry, Whose } from '../../../src/store/records.ts'
import type { Doc, UpdateManyOperation } from '../server/driver.ts'
import {
  DISABLED,
  HOLDS,
  JOBS,
  LATE_ACCESS,
  LEDGER,
  LEDGER_HEAD,
  LEDGER_IMPORT,
  MARKS,
  OUTBOX,
  type OwnDb,
  RESERVATIONS,
  RETENTIONS,
  SPOOL,
  TOKENS,
  WRITER,
} from '../server/engine-collections.ts'
import { isDuplicateKey } from '../server/mongo-errors.ts'
import { DURABLE } from '../server/scope.ts'
import { createEngineCollections } from './create-collections.ts'

/** Since the second one records name the table of the users. */
const LAYOUT = 2

/**
 * Whether the layout is the present one; there may be no collections yet.
 *
 * @throws {@link UserDeletionError} `not_migrated` for an earlier one, `schema_mismatch` where a collection of the
 * host has the name of one of the engine's.
 */
export async function checkLayout(db: OwnDb): Promise<boolean> {
  const [writer] = await db.collection(WRITER).find({ _id: 'writer' }, PRIMARY).toArray()
  if (writer?.['layout'] === LAYOUT) return true
  await refuseStrangers(db)
  if (writer === undefined) return false
  throw new UserDeletionError(
    'not_migrated',
    "The engine's own collections are those of an earlier version: call `engine.migrate()` once.",
  )
}

/** `finish` brings to its end what a process has begun that is gone: it may write in the earlier layout. */
export async function migrateCollections(
  db: OwnDb,
  whose: Whose | undefined,
  limitMs: number,
  finish: () => Promise<void>,
): Promise<void> {
  await refuseStrangers(db)
  const isEarlier = await isEarlierLayout(db)
  await createEngineCollections(db, limitMs)
  await finish()
  await nameEntries(db)
  if (whose !== undefined) await nameRecords(db, whose)
  await keyDisabled(db)
  // A run that was killed has left them, and nobody goes on with it.
  await db.collection(SPOOL).deleteMany({ from: { $exists: true } }, DURABLE)
  if (isEarlier) await markEarlier(db)
  const layout = { $set: { layout: LAYOUT } }
  await db.collection(WRITER).updateMany({ _id: 'writer' }, layout, DURABLE)
}

/** One that was at work. Without a record it may as well be the present one, half created. */
async function isEarlierLayout(db: OwnDb): Promise<boolean> {
  const writer = await first(db, WRITER, { _id: 'writer', layout: { $ne: LAYOUT } })
  if (writer === undefined) return false
  for (const collection of [LEDGER, JOBS, DISABLED, HOLDS]) {
    if ((await first(db, collection, {})) !== undefined) return true
  }
  return false
}

async function markEarlier(db: OwnDb): Promise<void> {
  try {
    const mark = { _id: EARLIER_LAYOUT_MARK, value: '0.1.0' }
    await db.collection(MARKS).insertMany([mark], DURABLE)
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
  }
}

/** What a document of the engine has, by collection. The others are known by nothing of their own. */
const FIELDS: readonly (readonly [collection: string, fields: readonly string[]])[] = [
  [LEDGER, ['kind', 'at', 'body', 'hash']],
  [OUTBOX, ['type', 'at', 'rows']],
  [JOBS, ['kind', 'userId', 'fence', 'policyDigest', 'state']],
  [DISABLED, ['userId', 'since', 'before']],
  [HOLDS, ['userId', 'reason', 'placedAt']],
  [TOKENS, ['userId', 'sessionId', 'expiresAt']],
  [LEDGER_HEAD, ['seq', 'hash']],
  [LEDGER_IMPORT, ['run', 'seq', 'hash']],
  [SPOOL, ['run', 'ids']],
  [MARKS, ['value']],
  [RETENTIONS, ['step', 'seq', 'state', 'subjects']],
  [RESERVATIONS, ['hash', 'keyName', 'until']],
  [LATE_ACCESS, ['work']],
]

/** Looks at one document of each: a collection is written by the engine alone, or not at all. */
async function refuseStrangers(db: OwnDb): Promise<void> {
  const taken: string[] = []
  for (const [collection, fields] of FIELDS) {
    const [first] = await db
      .collection(collection)
      .find({}, { ...PRIMARY, limit: 1 })
      .toArray()
    if (first !== undefined && fields.some((field) => !(field in first))) {
      taken.push(db.nameOf(collection))
    }
  }
  const [name] = taken
  if (name === undefined) return
  const findings = taken.map((table) => ({ code: 'own_table_taken', table, path: 'tablePrefix' }))
  throw new UserDeletionError(
    'schema_mismatch',
    `The collection "${name}" is not the engine's own, which would have this name: choose another prefix with the option "tablePrefix" of the store.`,
    { details: { findings } },
  )
}

const PAGE = 500

/** Receipts of an earlier layout say whose they are. */
async function nameEntries(db: OwnDb): Promise<void> {
  const ledger = db.collection(LEDGER)
  const filter = { userTable: null, kind: 'user.deleted' }
  for (;;) {
    const entries = await ledger
      .find(filter, { ...PRIMARY, projection: { body: 1 }, limit: PAGE })
      .toArray()
    const updates = entries.flatMap(({ _id, body }): UpdateManyOperation[] => {
      const entry: Pick<LedgerEntry, 'kind' | 'body'> = { kind: 'user.deleted', body: String(body) }
      const userTable = saidUserTable(entry)
      if (userTable === null) return []
      return [{ updateMany: { filter: { _id }, update: { $set: { userTable } } } }]
    })
    if (updates.length > 0) await ledger.bulkWrite(updates, DURABLE)
    if (entries.length < PAGE || updates.length === 0) return
  }
}

const UNNAMED = [JOBS, DISABLED, HOLDS, TOKENS, OUTBOX]

/** Gives records of an earlier layout their users' table, by what proves it. */
async function nameRecords(db: OwnDb, { userTable, policyDigest }: Whose): Promise<void> {
  const isThere = async (collection: string): Promise<boolean> =>
    (await first(db, collection, { userTable: null })) !== undefined
  const unnamed: string[] = []
  for (const collection of UNNAMED) if (await isThere(collection)) unnamed.push(collection)
  if (unnamed.length === 0) return
  const name = (collection: string, filter: Doc, table: string): Promise<unknown> =>
    db
      .collection(collection)
      .updateMany({ ...filter, userTable: null }, { $set: { userTable: table } }, DURABLE)
  await name(JOBS, { policyDigest }, userTable)
  if (await isThere(JOBS)) {
    for (const [digest, table] of await policiesOf(db)) {
      await name(JOBS, { policyDigest: digest }, table)
    }
  }
  const others = { userTable: { $nin: [null, userTable] } }
  if ((await first(db, LEDGER, others)) ?? (await first(db, JOBS, others))) return
  for (const collection of unnamed) await name(collection, {}, userTable)
}

async function first(db: OwnDb, collection: string, filter: Doc): Promise<Doc | undefined> {
  const options = { ...PRIMARY, projection: { _id: 1 }, limit: 1 }
  return (await db.collection(collection).find(filter, options).toArray())[0]
}

/** Receipts tell which policy was whose. */
async function policiesOf(db: OwnDb): Promise<ReadonlyMap<string, string>> {
  const policies = new Map<string, string>()
  for (let after: unknown = 0; ; ) {
    const filter = { _id: { $gt: after }, kind: 'user.deleted' }
    const entries = await db
      .collection(LEDGER)
      .find(filter, { ...PRIMARY, sort: { _id: 1 }, limit: PAGE })
      .toArray()
    for (const { userTable, body } of entries) {
      const digest = /"policy":\{"digest":"([0-9a-f]+)"/.exec(String(body))?.[1]
      if (digest !== undefined && typeof userTable === 'string') policies.set(digest, userTable)
    }
    const last = entries.at(-1)
    if (last === undefined || entries.length < PAGE) return policies
    after = last['_id']
  }
}

/** What says that a user is disabled is found by its key, which has the table of the user in it now. */
async function keyDisabled(db: OwnDb): Promise<void> {
  const disabled = db.collection(DISABLED)
  const filter = { userTable: { $type: 'string' }, '_id.userTable': { $exists: false } }
  for (const record of await disabled
    .find(filter, { ...PRIMARY, promoteValues: false })
    .toArray()) {
    const { userTable, tenantId, userId } = record
    try {
      await disabled.insertMany([{ ...record, _id: { userTable, tenantId, userId } }], DURABLE)
    } catch (error) {
      if (!isDuplicateKey(error)) throw error
    }
    await disabled.deleteMany({ _id: record['_id'] }, DURABLE)
  }
}

const PRIMARY: Doc = { readPreference: 'primary', readConcern: { level: 'majority' } }
