/**
 * Lists and documents on a server: how old it is decides whether a text is read as JSON.
 */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import pg from 'pg'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { startPostgres } from '../../worlds/postgres/postgres-server.ts'

const server = await startPostgres()

describe('lists and documents on a server', { skip: server === null }, () => {
  if (server === null) return
  const pool = new pg.Pool({ connectionString: server.connectionString, max: 2 })
  const idsOf = async (table: string): Promise<readonly unknown[]> =>
    (await pool.query(`SELECT id FROM ${table} ORDER BY id`)).rows.map(({ id }) => id)

  after(async () => {
    await pool.end()
    await server.stop()
  })

  async function engineOn(tables: Parameters<typeof definePolicy>[0]['tables']) {
    const policy = definePolicy({
      ...{ name: 'forms', version: 1, user: { table: 'users', id: 'id' }, tables },
    })
    const store = postgresStore(pool)
    const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
    await engine.migrate()
    return engine
  }

  it('finds users in lists and in documents of type json', async () => {
    await pool.query(`CREATE TABLE users (id text PRIMARY KEY);
      CREATE TABLE rooms (id integer PRIMARY KEY, members text[]);
      CREATE TABLE logs (id integer PRIMARY KEY, data json);
      INSERT INTO users VALUES ('ann'), ('bob');
      INSERT INTO rooms VALUES (1, '{ann,bob}'), (2, '{bob}');
      INSERT INTO logs VALUES (1, '{"by": "ann"}'), (2, '{"by": "bob"}');`)
    const engine = await engineOn({
      rooms: { match: { array: 'members' }, action: 'detach' },
      logs: { match: { json: 'data', path: 'by' }, action: 'delete' },
    })
    await engine.delete('ann')
    const { rows } = await pool.query('SELECT members FROM rooms ORDER BY id')
    assert.deepEqual(rows, [{ members: ['bob'] }, { members: ['bob'] }])
    assert.deepEqual(await idsOf('logs'), [2])
    await pool.query('DROP TABLE users, rooms, logs')
  })

  it('reads a text as JSON where the server can tell whether it is, and refuses it elsewhere', async () => {
    await pool.query(`CREATE TABLE users (id text PRIMARY KEY);
      CREATE TABLE logs (id integer PRIMARY KEY, data text);
      INSERT INTO users VALUES ('ann');
      INSERT INTO logs VALUES (1, '{"by": "ann"}'), (2, 'ann');`)
    const engine = await engineOn({
      logs: { match: { json: 'data', path: 'by' }, action: 'delete' },
    })
    const { rows } = await pool.query('SHOW server_version_num')
    if (Number(rows[0].server_version_num) >= 160_000) {
      await engine.delete('ann')
      assert.deepEqual(await idsOf('logs'), [2])
    } else {
      const { findings } = await engine.checkSchema()
      assert.ok(findings.some(({ code }) => code === 'unsupported_column'))
      await assert.rejects(engine.delete('ann'), { code: 'schema_mismatch' })
      assert.deepEqual(await idsOf('logs'), [1, 2])
    }
  })
})
