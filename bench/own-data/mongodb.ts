/**
 * A clone of a MongoDB database, collection by collection, in a scratch database on the same server.
 *
 * The server copies the documents itself (`$out`), those of the collections that the policy has rules for. All
 * other collections are there too, but empty, so that the schema check finds what it would find in the original.
 * The engine's own collections are left out: the ledger of the clone begins anew.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import { type Db, type Document, MongoClient } from 'mongodb'
import { mongoStore } from '../../adapters/mongodb/index.ts'
import type { Policy, UserIdInput } from '../../src/index.ts'
import { ENGINE_TABLE_PREFIX } from '../../src/store/store-options.ts'
import { print } from '../support/figures.ts'
import type { WithOwnCopy } from './own-copy.ts'

/** Whether the text is the address of a MongoDB server, and no file. */
export function isMongoAddress(text: string): boolean {
  return /^mongodb(\+srv)?:\/\//.test(text)
}

export const withClone: WithOwnCopy = async ({ database, policy, tenantId, signal }, work) => {
  const client = new MongoClient(database)
  try {
    const source = client.db(databaseOf(database))
    const scratch = client.db(scratchName())
    await assertAbsent(scratch)
    print(`The clone is the database ${scratch.databaseName} on the same server.`)
    try {
      await cloneCollections(source, scratch, policy, signal)
      await work({
        store: mongoStore(scratch),
        userIds: () => userIdsIn(scratch, policy, tenantId),
      })
    } finally {
      await scratch.dropDatabase()
    }
  } finally {
    await client.close()
  }
}

/** The driver would take `test` where the address names none. */
function databaseOf(address: string): string {
  const [, name] = /^[^/]+\/\/[^/]+\/([^?]+)/.exec(address) ?? []
  if (name !== undefined) return decodeURIComponent(name)
  throw new Error('The address of --db names no database: mongodb://host/name')
}

/** 128 random bits: nobody has a database of that name. */
function scratchName(): string {
  return `user_deletion_bench_${randomBytes(16).toString('hex')}`
}

/** What is dropped at the end has to be what was made here. */
async function assertAbsent(scratch: Db): Promise<void> {
  const existing = await scratch.listCollections({}, { nameOnly: true }).toArray()
  if (existing.length > 0) throw new Error('There is a database of the name of the clone.')
}

async function cloneCollections(
  source: Db,
  scratch: Db,
  policy: Policy,
  signal: AbortSignal,
): Promise<void> {
  const collections = await source.listCollections({}, { nameOnly: false }).toArray()
  const ruled = tablesWithRules(policy)
  for (const { name, type = 'collection', options = {} } of collections) {
    if (name.startsWith('system.') || name.startsWith(ENGINE_TABLE_PREFIX)) continue
    signal.throwIfAborted()
    await scratch.command({ create: name, ...optionsFor(options) })
    if (type !== 'collection') continue
    if (ruled.has(name)) await copyDocuments(source, scratch, name)
    await copyIndexes(source, scratch, name)
  }
}

function tablesWithRules({ user, audit, tables }: Policy): ReadonlySet<string> {
  const ruled = Object.keys(tables).filter((name) => tables[name] !== 'unrelated')
  return new Set([user.table, ...(audit === undefined ? [] : [audit.table]), ...ruled])
}

/** The server does not write into a capped collection by `$out`. */
function optionsFor({ capped: _, size: __, max: ___, ...options }: Document): Document {
  return options
}

/** The collection that is there keeps its options, such as its collation. */
async function copyDocuments(source: Db, scratch: Db, name: string): Promise<void> {
  const out = { db: scratch.databaseName, coll: name }
  await source
    .collection(name)
    .aggregate([{ $out: out }], { bypassDocumentValidation: true })
    .toArray()
}

/** Without their expiry, which would delete documents of the clone by itself. */
async function copyIndexes(source: Db, scratch: Db, name: string): Promise<void> {
  const indexes = (await source.collection(name).listIndexes().toArray())
    .filter((index) => index['name'] !== '_id_' && index['clustered'] !== true)
    .map(({ v: _, ns: __, expireAfterSeconds: ___, ...index }) => ({
      // One without a collation compares bytes, also where the collection's does not.
      collation: { locale: 'simple' },
      ...index,
    }))
  if (indexes.length > 0) await scratch.command({ createIndexes: name, indexes })
}

async function userIdsIn(
  scratch: Db,
  { user }: Policy,
  tenantId: string | null,
): Promise<UserIdInput[]> {
  const filter = user.tenant === undefined ? {} : { [user.tenant]: tenantId }
  const users = scratch
    .collection(user.table)
    .aggregate<{ readonly id: UserIdInput }>(
      [{ $match: filter }, { $project: { _id: 0, id: `$${user.id}` } }, { $sort: { id: 1 } }],
      { allowDiskUse: true },
    )
  return (await users.toArray()).map(({ id }) => id)
}
