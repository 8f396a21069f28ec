/**
 * Creates the indexes through the host's own `Db`.
 *
 * @module
 */
import { helloJohnIndexes } from './indexes.ts'

/** The part of the driver's `Db` that is used, by shape. */
export interface IndexedDatabase {
  collection(name: string): {
    createIndex(keys: Readonly<Record<string, 1 | -1>>): Promise<unknown>
  }
}

/**
 * One after the other: a server that builds many indexes at once has little time for anything else. Collections
 * that are missing come into being. Safe to repeat: an index that is there stays.
 *
 * @example
 * await createIndexes(client.db('auth'))
 */
export async function createIndexes(db: IndexedDatabase): Promise<void> {
  for (const { collection, keys } of helloJohnIndexes) {
    await db.collection(collection).createIndex(keys)
  }
}
