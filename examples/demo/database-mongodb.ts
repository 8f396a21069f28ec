/**
 * The demo's database in MongoDB, with the documents of the same users.
 *
 * The server is the one that the tests would find. One that is started here goes with the demo.
 *
 * @module
 */
import Database from 'better-sqlite3'
import { type Db, type Document, MongoClient } from 'mongodb'
import { mongoStore } from '../../adapters/mongodb/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'
import {
  createIndexes,
  helloJohnPolicy,
  soleOwner,
} from '../../src/presets/hellojohn-mongodb/index.ts'
import { findMongo } from '../../test/worlds/mongodb/find-mongo.ts'
import { startMongo } from '../../test/worlds/mongodb/start-mongo.ts'
import type { DemoDatabase, DemoPolicy } from './database.ts'
import { fillDemo } from './database-sqlite.ts'
import { camelCase, documentOf, withObjectId } from './documents.ts'
import { mongoOutside } from './outside-mongodb.ts'

/** The built-in policy, and a rule for a collection of the application. */
const policy = definePolicy({
  ...helloJohnPolicy,
  name: 'demo',
  tables: { ...helloJohnPolicy.tables, notes: { match: 'authorId', action: 'delete' } },
  // In the deletion of a whole tenant its notes have gone with their authors.
  tenant: { tables: { ...helloJohnPolicy.tenant.tables, notes: 'unrelated' } },
}) as DemoPolicy

const BATCH = 5_000

export async function openMongodb(): Promise<DemoDatabase> {
  const server = await findServer()
  const client = new MongoClient(server.uri)
  const db = client.db(`user_deletion_demo_${process.pid}`)
  const outside = mongoOutside(server.uri, db.databaseName)
  const close = async (): Promise<void> => {
    await db.dropDatabase()
    await outside.close()
    await client.close()
    await server.stop()
  }
  try {
    const tables = new Database(':memory:')
    const users = fillDemo(tables, 1_000).map(withObjectId)
    await copy(tables, db)
    tables.close()
    const engine = new UserDeletionEngine({ store: mongoStore(db), policy, blockers: [soleOwner] })
    return { engine, users, bulk: 400, outside, close }
  } catch (error) {
    await close()
    throw error
  }
}

async function findServer(): Promise<{ readonly uri: string; stop(): Promise<void> }> {
  const found = await findMongo()
  if (found.kind === 'none') throw new Error(`There is no MongoDB: ${found.because}.`)
  if (found.kind === 'running') return { uri: found.uri, stop: async () => {} }
  return startMongo(found.path, 'replica set')
}

async function copy(tables: Database.Database, db: Db): Promise<void> {
  await createIndexes(db)
  await db.collection('notes').createIndex({ authorId: 1 })
  const names = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
  for (const table of tables.prepare<[], string>(names).pluck().all()) {
    let batch: Document[] = []
    const write = async (): Promise<void> => {
      if (batch.length > 0) await db.collection(camelCase(table)).insertMany(batch)
      batch = []
    }
    const rows = tables.prepare<[], Record<string, unknown>>(`SELECT * FROM ${table}`)
    for (const row of rows.iterate()) {
      if (batch.push(documentOf(row)) === BATCH) await write()
    }
    await write()
  }
}
