/**
 * Whether the server has transactions, and the caller's own BSON classes.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { Doc, MongoDb, MongoSession } from './driver.ts'
import { WRITER } from './engine-collections.ts'
import { lacksTransactions } from './mongo-errors.ts'
import type { BsonTypes } from './values.ts'

/** `auto`: where the server has them. `require`: refuse to write without. `never`: go by the journal. */
export type TransactionUse = 'auto' | 'require' | 'never'

export interface Detected {
  readonly mode: 'transaction' | 'journal'
  readonly types: BsonTypes
}

/** What the server says about itself is a hint; a read inside a transaction is the proof. */
export async function detect(db: MongoDb, use: TransactionUse): Promise<Detected> {
  const hello = await db.command({ hello: 1 })
  const session = db.client.startSession()
  try {
    const types = bsonTypes(hello, session)
    if (use === 'never') return { mode: 'journal', types }
    const claims = typeof hello['setName'] === 'string' || hello['msg'] === 'isdbgrid'
    const mode = claims && (await canTransact(db, session)) ? 'transaction' : 'journal'
    if (use === 'require' && mode === 'journal') throw transactionsUnsupported()
    return { mode, types }
  } finally {
    await session.endSession()
  }
}

async function canTransact(db: MongoDb, session: MongoSession): Promise<boolean> {
  session.startTransaction({ readConcern: { level: 'snapshot' }, readPreference: 'primary' })
  try {
    await db.collection(WRITER).find({ _id: 'writer' }, { session }).toArray()
    await session.commitTransaction()
    return true
  } catch (error) {
    await session.abortTransaction().catch(() => {})
    if (lacksTransactions(error)) return false
    throw error
  }
}

/**
 * The driver is not imported, and values of another copy of BSON are refused by the host's: so the classes are
 * taken from values that the host's driver has made itself.
 */
function bsonTypes(hello: Doc, session: MongoSession): BsonTypes {
  const ObjectIdClass = classOf(hello, 'topologyVersion', 'processId')
  const BinaryClass = classOf(session, 'id', 'id')
  return {
    objectId: (hex) => new (known(ObjectIdClass, 'ObjectId'))(hex),
    binary: (bytes, subtype) => new (known(BinaryClass, 'Binary'))(Buffer.from(bytes), subtype),
  }
}

type BsonClass = new (...parts: readonly unknown[]) => unknown

function classOf(holder: unknown, ...path: readonly string[]): BsonClass | null {
  let value = holder
  for (const key of path) {
    if (typeof value !== 'object' || value === null) return null
    value = Reflect.get(value, key)
  }
  if (typeof value !== 'object' || value === null) return null
  return value.constructor as BsonClass
}

function known(found: BsonClass | null, name: string): BsonClass {
  if (found !== null) return found
  throw new UserDeletionError('store_failed', `The server does not show what its ${name} is.`)
}

function transactionsUnsupported(): UserDeletionError {
  return new UserDeletionError(
    'transactions_unsupported',
    'The server has no transactions, and the store was told to require them.',
  )
}
