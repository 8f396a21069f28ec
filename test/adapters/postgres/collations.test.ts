/**
 * Collations that take several texts for one, on a server: PGlite knows none.
 */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import pg from 'pg'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { startPostgres } from '../../worlds/postgres/postgres-server.ts'

const server = await startPostgres()

describe('collations of PostgreSQL', { skip: server === null }, () => {
  if (server === null) return
  const pool = new pg.Pool({ connectionString: server.connectionString, max: 2 })
  let count = 0

  async function open(
    sql: string,
    logs: Parameters<typeof definePolicy>[0]['tables'][string],
    fields: Readonly<Record<string, string>> = {},
  ) {
    count += 1
    const schema = `collations_${count}`
    await pool.query(
      `CREATE SCHEMA ${schema}; SET search_path = ${schema};
       CREATE COLLATION "any Case" (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
       ${sql}; RESET search_path`,
    )
    const policy = definePolicy({
      ...{ name: 'collations', version: 1, user: { table: 'users', id: 'id', fields } },
      tables: { logs },
    })
    const store = postgresStore(pool, { schema })
    const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
    await engine.migrate()
    const ids = async (table: string) =>
      (await pool.query(`SELECT id::text FROM ${schema}.${table} ORDER BY id`)).rows.map(
        ({ id }) => id,
      )
    return { engine, ids }
  }

  after(async () => {
    await pool.end()
    await server.stop()
  })

  it('leaves rows that differ in their bytes where users do', async () => {
    const { engine, ids } = await open(
      `CREATE TABLE users (id text PRIMARY KEY);
       CREATE TABLE logs (id serial PRIMARY KEY, user_id text COLLATE "any Case");
       INSERT INTO users VALUES ('ann'), ('ANN');
       INSERT INTO logs (user_id) VALUES ('ann'), ('ANN')`,
      { match: 'user_id', action: 'delete' },
    )
    await engine.delete('ann', {})
    assert.deepEqual(await ids('logs'), ['2'])
    assert.deepEqual(await ids('users'), ['ANN'])
  })

  it('takes rows in every spelling of an id that is one to the key', async () => {
    const { engine, ids } = await open(
      `CREATE TABLE users (id text COLLATE "any Case" PRIMARY KEY);
       CREATE TABLE logs (id serial PRIMARY KEY, user_id text COLLATE "any Case" REFERENCES users);
       INSERT INTO users VALUES ('Ann'), ('bob');
       INSERT INTO logs (user_id) VALUES ('ann'), ('ANN'), ('bob')`,
      { match: 'user_id', action: 'delete' },
    )
    assert.equal((await engine.plan('ann')).steps[0]?.rows, 2)
    assert.equal((await engine.delete('ANN', {})).userId, 'Ann')
    assert.deepEqual(await ids('logs'), ['3'])
    assert.deepEqual(await ids('users'), ['bob'])
  })

  it('takes rows in every spelling of an address that is one to a unique key', async () => {
    const { engine, ids } = await open(
      `CREATE TABLE users (id text PRIMARY KEY, email text COLLATE "any Case" UNIQUE);
       CREATE TABLE logs (id serial PRIMARY KEY, email text COLLATE "any Case");
       INSERT INTO users VALUES ('ann', 'A@x'), ('bob', 'b@x');
       INSERT INTO logs (email) VALUES ('a@x'), ('A@X'), ('b@x')`,
      { match: { column: 'email', equals: { user: 'email' } }, action: 'delete' },
      { email: 'email' },
    )
    await engine.delete('ann', {})
    assert.deepEqual(await ids('logs'), ['3'])
  })
})
