/**
 * Databases that keep the engine's collections: to create them and their indexes takes longer than most tests, and to
 * find them there takes a few commands.
 *
 * @module
 */
import type { Db } from 'mongodb'
import type { SharedMongo } from './mongo-server.ts'

const ENGINES = 'user_deletion_'
const kept = new WeakMap<SharedMongo, Db[]>()

/** A database that nobody else has, without documents and without collections of a host. Kept once `use` has ended. */
export async function withKeptDatabase(
  server: SharedMongo,
  use: (db: Db) => Promise<void>,
): Promise<void> {
  const idle = kept.get(server) ?? []
  kept.set(server, idle)
  const db = idle.pop() ?? server.keptDatabase()
  await use(db)
  // One that a test has failed on is left as it is.
  await empty(db)
  idle.push(db)
}

async function empty(db: Db): Promise<void> {
  const found = await db.listCollections({}, { nameOnly: true }).toArray()
  for (const { name } of found) {
    // What the server keeps for views and time series goes with them.
    if (name.startsWith('system.')) continue
    if (!name.startsWith(ENGINES)) await db.dropCollection(name)
    else await db.collection(name).deleteMany({})
  }
}
