/**
 * Of which state of the database an export is, while others write.
 */
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, describe, it } from 'node:test'
import pg from 'pg'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import {
  definePolicy,
  type ExportEnd,
  type ExportRecord,
  type Store,
  UserDeletionEngine,
} from '../../../src/index.ts'
import { fixedClock } from '../../worlds/fixed-clock.ts'
import { forEachTables } from '../../worlds/hosts/each-tables.ts'
import { openInSqlite, tablesOnMongo } from '../../worlds/hosts/tables-host.ts'
import { describeMongo } from '../../worlds/mongodb/mongo-server.ts'
import { startPostgres } from '../../worlds/postgres/postgres-server.ts'

const POSTS = 1_200
const SQL = `
  CREATE TABLE users (id TEXT PRIMARY KEY, name TEXT);
  CREATE TABLE posts (id TEXT PRIMARY KEY, author TEXT);
  INSERT INTO users VALUES ('ann', 'Ann'), ('bob', 'Bob');
  INSERT INTO posts VALUES ${Array.from({ length: POSTS }, (_, place) => `('p${place}', 'ann')`).join(', ')};`

const policy = definePolicy({
  ...{ name: 'view', version: 1, user: { table: 'users', id: 'id' } },
  tables: { posts: { match: 'author', action: 'delete' } },
})

function engineOn(store: Store, maxRowsPerTransaction = 2_000) {
  const logger = { warn() {} }
  return new UserDeletionEngine({
    store,
    policy,
    clock: fixedClock(),
    logger,
    maxRowsPerTransaction,
  })
}

/** Deletes the user behind the first row, and reads on. */
async function exportedWhileDeleted(store: Store, maxRowsPerTransaction?: number) {
  const engine = engineOn(store, maxRowsPerTransaction)
  await engine.migrate()
  const records: ExportRecord[] = []
  for await (const record of engine.export('ann')) {
    records.push(record)
    if (records.length === 3) assert.equal((await engine.delete('ann')).steps[0]?.rows, POSTS)
  }
  const end = records.at(-1) as ExportEnd
  return { end, rows: records.filter(({ kind }) => kind === 'row').length }
}

forEachTables(({ name, describe, it, open }) => {
  describe(`an export while its user is deleted, on ${name}`, () => {
    it('is of one state', async () => {
      const { store } = await open(SQL)
      const { end, rows } = await exportedWhileDeleted(store)
      assert.deepEqual([end.view, end.complete, rows], ['one', true, POSTS])
    })
  })
})

describe('an export from SQLite of a user who has more rows than one read takes', () => {
  it('says that it is of several states, and leaves the handle free between them', async () => {
    const host = openInSqlite(SQL)
    try {
      const { end, rows } = await exportedWhileDeleted(host.store, POSTS - 1)
      assert.deepEqual([end.view, end.complete, rows], ['pages', true, 500])
    } finally {
      await host.close()
    }
  })
})

describeMongo('an export without transactions', 'standalone', ({ it, server }) => {
  it('says that it is of several states', async () => {
    const host = await tablesOnMongo(server)(SQL)
    try {
      const { end, rows } = await exportedWhileDeleted(host.store)
      assert.deepEqual([end.view, end.complete, rows], ['pages', true, 500])
    } finally {
      await host.close()
    }
  })
})

const server = await startPostgres()

describe('an export from PostgreSQL', { skip: server === null }, () => {
  const { connectionString = '' } = server ?? {}
  const schema = `view_${randomBytes(6).toString('hex')}`
  const admin = new pg.Pool({ connectionString, max: 1 })
  after(async () => {
    await admin.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE`)
    await admin.end()
    await server?.stop()
  })

  it('is of one state while its user is deleted, and gives its connection back', async () => {
    await admin.query(`CREATE SCHEMA ${schema}; SET search_path = ${schema}; ${SQL}`)
    const pool = new pg.Pool({ connectionString, max: 2 })
    const store = postgresStore(pool, { schema })
    const { end, rows } = await exportedWhileDeleted(store)
    assert.deepEqual([end.view, end.complete, rows], ['one', true, POSTS])
    for await (const record of engineOn(store).export('bob')) if (record.kind === 'begin') break
    await assert.rejects(engineOn(store).export('nobody').next(), { code: 'resource_not_found' })
    assert.deepEqual([pool.totalCount - pool.idleCount, pool.waitingCount], [0, 0])
    await pool.end()
  })
})
