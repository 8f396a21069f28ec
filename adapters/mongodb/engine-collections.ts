/**
 * The engine's own collections and their indexes.
 *
 * @module
 */
import { ENGINE_TABLE_PREFIX } from '../../src/store.ts'
import type { Doc, IndexKeys, MongoDb } from './driver.ts'
import { isDuplicateKey } from './mongo-errors.ts'
import { DURABLE } from './scope.ts'

/** One document: whose turn it is to write, and what is being written where there are no transactions. */
export const WRITER: string = `${ENGINE_TABLE_PREFIX}writer`
export const LEDGER: string = `${ENGINE_TABLE_PREFIX}ledger`
export const LEDGER_HEAD: string = `${ENGINE_TABLE_PREFIX}ledger_head`
export const LEDGER_IMPORT: string = `${ENGINE_TABLE_PREFIX}ledger_import`
export const OUTBOX: string = `${ENGINE_TABLE_PREFIX}outbox`
export const JOBS: string = `${ENGINE_TABLE_PREFIX}jobs`
export const DISABLED: string = `${ENGINE_TABLE_PREFIX}disabled`
export const HOLDS: string = `${ENGINE_TABLE_PREFIX}holds`
export const TOKENS: string = `${ENGINE_TABLE_PREFIX}tokens`
export const SPOOL: string = `${ENGINE_TABLE_PREFIX}spool`
export const MARKS: string = `${ENGINE_TABLE_PREFIX}marks`
/** Users whose access is looked for once more. */
export const LATE_ACCESS: string = `${ENGINE_TABLE_PREFIX}late_access`

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
