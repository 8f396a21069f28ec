/**
 * What a host passes, on a server: one transaction of the engine, and never one of the host.
 */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { drizzle } from 'drizzle-orm/node-postgres'
import pg from 'pg'
import postgres from 'postgres'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { startPostgres } from '../../worlds/postgres/postgres-server.ts'

const server = await startPostgres()

const TABLES = `CREATE TABLE users (id text PRIMARY KEY, org integer, gone boolean, data jsonb, at timestamptz);
  CREATE TABLE logs (id integer PRIMARY KEY, user_id text, note text);
  CREATE TABLE host (x integer);
  INSERT INTO users VALUES ('ann', 7), ('bob', 7);
  INSERT INTO logs VALUES (1, 'ann', 'a'), (2, 'bob', 'b');`

const policy = definePolicy({
  name: 'handles',
  version: 1,
  user: {
    ...{ table: 'users', id: 'id', tenant: 'org', action: 'anonymize', reason: 'kept for counts' },
    set: { gone: true, data: '{"kept":[1,"1"]}', at: '2020-01-01T00:00:00Z' },
  },
  tables: {
    // A quote behind a backslash is no end of the text.
    logs: {
      match: 'user_id',
      action: 'anonymize',
      reason: 'kept',
      set: { user_id: null, note: "\\' , id = 99 --" },
    },
    host: 'unrelated',
  },
})

describe('handles of PostgreSQL', { skip: server === null }, () => {
  if (server === null) return
  const { connectionString } = server
  const host = new pg.Pool({ connectionString, max: 2 })
  let count = 0

  async function fresh() {
    count += 1
    const schema = `handles_${count}`
    await host.query(
      `CREATE SCHEMA ${schema}; SET search_path = ${schema}; ${TABLES}; RESET search_path`,
    )
    const engineOn = (handle: Parameters<typeof postgresStore>[0]) =>
      new UserDeletionEngine({
        store: postgresStore(handle, { schema }),
        policy,
        logger: { warn() {} },
      })
    const rows = async (table: string) =>
      (await host.query(`SELECT * FROM ${schema}.${table} ORDER BY 1`)).rows
    return { schema, engineOn, rows }
  }

  async function provesDeletion(handle: Parameters<typeof postgresStore>[0]): Promise<void> {
    const { engineOn, rows } = await fresh()
    const engine = engineOn(handle)
    await engine.migrate()
    await engine.delete('ann', { tenantId: '7' })
    const [ann, bob] = await rows('users')
    assert.deepEqual(
      [ann.gone, ann.data, ann.at.toISOString()],
      [true, { kept: [1, '1'] }, '2020-01-01T00:00:00.000Z'],
    )
    assert.deepEqual([bob.gone, bob.data], [null, null])
    assert.deepEqual(await rows('logs'), [
      { id: 1, user_id: null, note: "\\' , id = 99 --" },
      { id: 2, user_id: 'bob', note: 'b' },
    ])
  }

  after(async () => {
    await host.end()
    await server.stop()
  })

  it('takes a Pool', () => provesDeletion(host))

  it('takes a client of a Pool, which stays the host’s', async () => {
    const client = await host.connect()
    await provesDeletion(client)
    assert.equal((await client.query('SELECT 1 AS one')).rows[0].one, 1)
    client.release()
  })

  it('takes the function of postgres.js', async () => {
    const sql = postgres(connectionString, { max: 2, onnotice() {} })
    await provesDeletion(sql)
    await sql.end()
  })

  it('takes the handle that an instance of Drizzle holds', () => provesDeletion(drizzle(host)))

  it('leaves a transaction alone that the host has begun without waiting for the answer', async () => {
    const { engineOn, rows, schema } = await fresh()
    const client = new pg.Client({ connectionString })
    await client.connect()
    const engine = engineOn(client)
    await engine.migrate()
    const begun = client.query('BEGIN')
    const inserted = client.query(`INSERT INTO ${schema}.host VALUES (1)`)
    await assert.rejects(engine.delete('ann', { tenantId: '7' }), { code: 'connection_busy' })
    await Promise.all([begun, inserted])
    await client.query('COMMIT')
    assert.deepEqual(await rows('host'), [{ x: 1 }])
    await client.query(`BEGIN; INSERT INTO ${schema}.host VALUES (2)`)
    await assert.rejects(engine.delete('ann', { tenantId: '7' }), { code: 'connection_busy' })
    await client.query('ROLLBACK')
    assert.equal((await rows('host')).length, 1)
    await engine.delete('ann', { tenantId: '7' })
    await client.end()
  })

  it('does not commit what the host has left open on a client of its pool', async () => {
    const { engineOn, rows, schema } = await fresh()
    const pool = new pg.Pool({ connectionString, max: 1 })
    await engineOn(pool).migrate()
    const client = await pool.connect()
    await client.query(`BEGIN; INSERT INTO ${schema}.host VALUES (1)`)
    client.release()
    await assert.rejects(engineOn(pool).delete('ann', { tenantId: '7' }), {
      code: 'connection_busy',
    })
    assert.deepEqual(await rows('host'), [])
    await engineOn(pool).delete('ann', { tenantId: '7' })
    await pool.end()
  })

  it('reads and writes alike under settings of the session, and leaves them', async () => {
    const client = new pg.Client({ connectionString })
    await client.connect()
    await client.query(
      `SET standard_conforming_strings = off; SET escape_string_warning = off; SET DateStyle = 'German';
       SET bytea_output = 'escape'; SET extra_float_digits = -10; SET lock_timeout = '7s'`,
    )
    await provesDeletion(client)
    const settings = ['standard_conforming_strings', 'DateStyle', 'lock_timeout', 'row_security']
    const { rows } = await client.query(
      `SELECT ${settings.map((name) => `current_setting('${name}') AS "${name}"`).join(', ')}`,
    )
    assert.deepEqual(rows, [
      {
        ...{ standard_conforming_strings: 'off', DateStyle: 'German, DMY' },
        ...{ lock_timeout: '7s', row_security: 'on' },
      },
    ])
    await client.end()
  })

  it('says that the database cannot be reached where one connection of a pool is lost', async () => {
    const { engineOn, rows } = await fresh()
    await engineOn(host).migrate()
    const cut = {
      totalCount: 1,
      query() {},
      async connect() {
        const client = await host.connect()
        let asked = 0
        return {
          release: (cause?: Error | boolean) => client.release(cause),
          async query(query: never) {
            asked += 1
            if (asked === 3) {
              const { rows: own } = await client.query('SELECT pg_backend_pid() AS pid')
              const ended = new Promise((resolve) => client.once('error', resolve))
              await host.query(`SELECT pg_terminate_backend(${own[0].pid})`)
              await ended
            }
            return client.query(query)
          },
        }
      },
    }
    await assert.rejects(engineOn(cut).delete('ann', { tenantId: '7' }), {
      code: 'store_unavailable',
    })
    assert.equal((await rows('users'))[0].gone, null)
  })
})
