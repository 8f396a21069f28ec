/**
 * The engine's own collections with their indexes.
 *
 * @module
 */
import type { Doc, IndexKeys, MongoDb } from './driver.ts'
import {
  DISABLED,
  HOLDS,
  JOBS,
  LEDGER,
  LEDGER_IMPORT,
  SPOOL,
  TOKENS,
  WRITER,
} from './engine-collections.ts'
import { isDuplicateKey } from './mongo-errors.ts'
import { DURABLE } from './scope.ts'

interface EngineIndex {
  readonly collection: string
  readonly keys: IndexKeys
  readonly options?: Doc
}

const INDEXES: readonly EngineIndex[] = [
  { collection: LEDGER, keys: { subject: 1, tenantId: 1, kind: 1, at: 1 } },
  {
    collection: LEDGER,
    keys: { idempotencyKey: 1, tenantId: 1 },
    options: { unique: true, partialFilterExpression: { idempotencyKey: { $type: 'string' } } },
  },
  { collection: LEDGER_IMPORT, keys: { run: 1 } },
  { collection: JOBS, keys: { userId: 1, tenantId: 1 }, options: { unique: true } },
  { collection: JOBS, keys: { createdAt: 1, _id: 1 } },
  { collection: HOLDS, keys: { userId: 1 } },
  { collection: TOKENS, keys: { userId: 1 } },
  { collection: DISABLED, keys: { userId: 1 } },
  { collection: SPOOL, keys: { run: 1, from: 1 } },
]

/** One after the other: building indexes side by side gains nothing here. Safe to repeat. */
export async function createEngineCollections(db: MongoDb): Promise<void> {
  for (const { collection, keys, options = {} } of INDEXES) {
    await db.collection(collection).createIndex(keys, options)
  }
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
