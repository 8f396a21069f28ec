import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import type { Db } from 'mongodb'
import { measureOwn } from '../../bench/own-data/measure-own.ts'
import { withClone } from '../../bench/own-data/mongodb.ts'
import { UserDeletionEngine } from '../../src/index.ts'
import { acmePolicy } from '../worlds/acme.ts'
import { describeMongo } from '../worlds/mongodb/mongo-server.ts'

const root = path.resolve(import.meta.dirname, '../..')
const run = promisify(execFile)
const POLICY = path.join(root, 'test/worlds/acme.ts')

describeMongo('the benchmark on the own data in MongoDB', 'replica set', ({ it, server }) => {
  const addressOf = ({ databaseName }: Db): string =>
    server().uri.replace(/^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*/, `$1/${databaseName}`)
  const databases = async (): Promise<string[]> =>
    (await server().client().db().admin().listDatabases({ nameOnly: true })).databases
      .map(({ name }) => name)
      .filter((name) => name.startsWith('user_deletion_bench_'))
  /** A digest over every document, and all that describes a collection. */
  const stateOf = async (db: Db): Promise<unknown> => {
    const collections = await db.listCollections({}, { nameOnly: false }).toArray()
    collections.sort((a, b) => (a.name < b.name ? -1 : 1))
    const indexes = collections.map(({ name }) => db.collection(name).listIndexes().toArray())
    const { md5 } = await db.command({ dbHash: 1 })
    return { md5, collections, indexes: await Promise.all(indexes) }
  }
  const requestFor = (db: Db, signal = new AbortController().signal) =>
    ({ database: addressOf(db), policy: acmePolicy, tenantId: 'tnt_a', signal }) as const

  /** Runs the test on a database of its own, and proves that nothing of it has changed and that no clone is left. */
  const onUnchanged = (test: (db: Db) => Promise<void>) => () =>
    server().withDatabase(async (db) => {
      await fill(db)
      const before = await stateOf(db)
      await test(db)
      assert.deepEqual(await stateOf(db), before)
      assert.deepEqual(await databases(), [])
    })

  it(
    'prints plan, rate and estimate of both modes, and writes nothing to the database',
    onUnchanged(async (db) => {
      const flags = ['--import', 'tsx', 'bench/run.ts', '--db', addressOf(db), '--policy', POLICY]
      const all = [...flags, '--users', '10', '--tenant', 'tnt_a']
      const { stdout } = await run(process.execPath, all, { cwd: root })
      assert.match(stdout, /40 users; 10 of them/)
      assert.match(stdout, /Plan for 10 of them/)
      for (const mode of ['throughput', 'cooperative']) {
        assert.match(stdout, new RegExp(`${mode}: 10 deleted in .* all 40 users would take about`))
      }
    }),
  )

  it('refuses what the original would refuse, and leaves no clone', () =>
    server().withDatabase(async (db) => {
      await fill(db)
      await db.collection('strangers').insertOne({ a: 1 })
      const before = await stateOf(db)
      const own = { database: addressOf(db), policy: POLICY, users: 10, tenantId: 'tnt_a' }
      await assert.rejects(measureOwn(own), { code: 'schema_mismatch' })
      assert.deepEqual(await stateOf(db), before)
      assert.deepEqual(await databases(), [])
    }))

  it(
    'clones what has a rule, with options and indexes; of all else only that it is there',
    onUnchanged(async (db) => {
      await withClone(requestFor(db), async ({ userIds }) => {
        const [name, ...others] = await databases()
        assert.deepEqual(others, [])
        const clone = server().client().db(name)
        for (const table of ['users', 'sessions', 'audit_log']) {
          const documents = (of: Db) => of.collection(table).find().sort({ _id: 1 }).toArray()
          const essence = async (of: Db) => {
            const [info] = await of.listCollections({ name: table }, { nameOnly: false }).toArray()
            return { options: info?.options, indexes: await of.collection(table).indexes() }
          }
          assert.deepEqual(await documents(clone), await documents(db))
          const { options, indexes } = await essence(db)
          assert.deepEqual(await essence(clone), {
            options,
            indexes: indexes.map(({ expireAfterSeconds: _, ...index }) => index),
          })
        }
        assert.equal(await clone.collection('countries').countDocuments(), 0)
        const names = (await clone.listCollections().toArray()).map((one) => one.name)
        assert.deepEqual(names.sort(), ['audit_log', 'countries', 'sessions', 'users'])
        assert.deepEqual((await userIds()).length, 40)
      })
    }),
  )

  it(
    'drops the clone when the work fails on it half way, or is interrupted',
    onUnchanged(async (db) => {
      const failing = withClone(requestFor(db), async ({ store, userIds }) => {
        const engine = new UserDeletionEngine({ store, policy: acmePolicy })
        await engine.migrate()
        await engine.deleteMany(await userIds(), { tenantId: 'tnt_a' })
        assert.equal((await databases()).length, 1)
        throw new Error('the work fails')
      })
      await assert.rejects(failing, /the work fails/)
      const stopped = AbortSignal.abort(new Error('interrupted'))
      const unused = () => assert.fail('no work is begun')
      await assert.rejects(withClone(requestFor(db, stopped), unused), /interrupted/)
    }),
  )

  it('refuses an address without a database', async () => {
    const request = { policy: acmePolicy, tenantId: 'tnt_a', signal: new AbortController().signal }
    for (const database of ['mongodb://localhost', 'mongodb://localhost/?tls=true']) {
      const unused = () => assert.fail('no work is begun')
      await assert.rejects(withClone({ ...request, database }, unused), /names no database/)
    }
  })
})

/** Forty users in each of two tenants, indexes of every kind that the clone has to have, and one that expires. */
async function fill(db: Db): Promise<void> {
  await db.createCollection('users', {
    collation: { locale: 'en', strength: 2 },
    validator: { id: { $type: 'string' } },
  })
  const users = ['a', 'b'].flatMap((tenant) =>
    Array.from({ length: 40 }, (_, index) => ({ id: `usr_${tenant}${index}`, tenant })),
  )
  await db.collection('users').insertMany(
    users.map(({ id, tenant }) => ({
      ...{ id, tenant_id: `tnt_${tenant}`, email: `${id}@example.com`, status: 'active' },
    })),
  )
  await db.collection('users').createIndex({ id: 1 }, { unique: true, collation: SIMPLE })
  await db.collection('users').createIndex({ email: 1 }, { sparse: true })
  await db.collection('sessions').insertMany(users.map(({ id }) => ({ user_id: id, at: AT })))
  await db.collection('sessions').createIndex({ user_id: 1 })
  await db.collection('sessions').createIndex({ at: 1 }, { expireAfterSeconds: 1_000_000_000 })
  await db
    .collection('audit_log')
    .insertMany(users.map(({ id }) => ({ actor_id: id, actor_email: `${id}@example.com` })))
  await db.collection('audit_log').createIndex({ actor_id: 1 })
  await db.collection('countries').insertOne({ code: 'CH' })
  await db.collection('user_deletion_ledger').insertOne({ seq: 1 })
}

const SIMPLE = { locale: 'simple' }
const AT = new Date('2026-01-01T00:00:00.000Z')
