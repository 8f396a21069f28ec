/**
 * The engine's own collections with their indexes.
 *
 * @module
 */
import type { Doc, IndexKeys } from '../server/driver.ts'
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
  SESSIONS,
  SPOOL,
  TOKENS,
  WRITER,
} from '../server/engine-collections.ts'
import {
  isCollectionThere,
  isDuplicateKey,
  isMissingCollection,
  isMissingIndex,
} from '../server/mongo-errors.ts'
import { retry } from '../server/retries.ts'
import { DURABLE } from '../server/scope.ts'

interface EngineIndex {
  readonly collection: string
  readonly keys: IndexKeys
  readonly options?: Doc
}

const INDEXES: readonly EngineIndex[] = [
  { collection: LEDGER, keys: { userTable: 1, subject: 1, tenantId: 1, kind: 1, at: 1 } },
  {
    collection: LEDGER,
    keys: { idempotencyKey: 1, userTable: 1, tenantId: 1 },
    options: { unique: true, partialFilterExpression: { idempotencyKey: { $type: 'string' } } },
  },
  { collection: LEDGER_IMPORT, keys: { run: 1 } },
  { collection: JOBS, keys: { userId: 1, userTable: 1, tenantId: 1 }, options: { unique: true } },
  { collection: JOBS, keys: { createdAt: 1, _id: 1 } },
  { collection: HOLDS, keys: { userId: 1 } },
  { collection: TOKENS, keys: { userId: 1 } },
  { collection: DISABLED, keys: { userId: 1 } },
  { collection: SPOOL, keys: { run: 1, position: 1 } },
  { collection: RETENTIONS, keys: { step: 1, seq: 1 } },
  { collection: RETENTIONS, keys: { step: 1, state: 1, at: 1, seq: 1 } },
  { collection: RESERVATIONS, keys: { hash: 1 } },
  { collection: RESERVATIONS, keys: { userTable: 1, until: 1, _id: 1 } },
]

/** Of the first layout: the unique ones would let two users of one id get into each other's way. */
const EARLIER_INDEXES: readonly (readonly [collection: string, name: string])[] = [
  [LEDGER, 'subject_1_tenantId_1_kind_1_at_1'],
  [LEDGER, 'idempotencyKey_1_tenantId_1'],
  [JOBS, 'userId_1_tenantId_1'],
  [SPOOL, 'run_1_from_1'],
]

/** Collections without an index of their own; a transaction over several shards cannot make one. */
const PLAIN: readonly string[] = [WRITER, SESSIONS, LEDGER_HEAD, OUTBOX, LATE_ACCESS, MARKS]

/**
 * One after the other: building indexes side by side gains nothing here. Safe to repeat, and for several processes
 * at once.
 */
export async function createEngineCollections(db: OwnDb, limitMs: number): Promise<void> {
  for (const { collection, keys, options = {} } of INDEXES) {
    await retry(limitMs, () => db.collection(collection).createIndex(keys, options))
  }
  for (const [collection, name] of EARLIER_INDEXES) {
    await retry(limitMs, () => dropIndex(db, collection, name))
  }
  const known = await db.listCollections({}, { nameOnly: true }).toArray()
  const missing = PLAIN.filter((name) => !known.some((one) => one['name'] === db.nameOf(name)))
  for (const name of missing) await retry(limitMs, () => create(db, name))
  await retry(limitMs, () => insertWriter(db))
}

async function dropIndex(db: OwnDb, collection: string, index: string): Promise<void> {
  try {
    await db.command({ dropIndexes: db.nameOf(collection), index })
  } catch (error) {
    if (!isMissingIndex(error) && !isMissingCollection(error)) throw error
  }
}

async function create(db: OwnDb, name: string): Promise<void> {
  try {
    await db.command({ create: db.nameOf(name) })
  } catch (error) {
    if (!isCollectionThere(error)) throw error
  }
}

async function insertWriter(db: OwnDb): Promise<void> {
  try {
    const writer = {
      _id: 'writer',
      commits: [],
      owner: null,
      fence: 0,
      until: new Date(0),
      change: null,
    }
    await db.collection(WRITER).insertMany([writer], DURABLE)
  } catch (error) {
    if (!isDuplicateKey(error)) throw error
  }
}
