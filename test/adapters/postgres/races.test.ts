import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import pg from 'pg'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { startPostgres } from '../../worlds/postgres/postgres-server.ts'

const server = await startPostgres()

const TABLES = `
CREATE TABLE users (id text PRIMARY KEY, email text);
CREATE UNIQUE INDEX users_email ON users (email);
CREATE TABLE invitations (id text PRIMARY KEY, email text NOT NULL);
CREATE TABLE sessions (id text PRIMARY KEY, user_id text NOT NULL);
CREATE TABLE hints (id text PRIMARY KEY, session_id text NOT NULL);
CREATE TABLE keys (id text PRIMARY KEY, user_id text NOT NULL REFERENCES users (id));
CREATE TABLE members (org text, user_id text, PRIMARY KEY (org, user_id));
INSERT INTO users VALUES ('ann', 'ann@example.com'), ('bob', 'bob@example.com'), ('eve', NULL);
INSERT INTO invitations VALUES ('i1', 'ann@example.com');
INSERT INTO sessions VALUES ('s1', 'ann'), ('s2', 'ann');
INSERT INTO hints VALUES ('h1', 's1'), ('h2', 's2');
INSERT INTO members VALUES ('org', 'ann'), ('org', 'bob');

`

const policy = definePolicy({
  name: 'races',
  version: 1,
  user: { table: 'users', id: 'id', fields: { email: 'email' } },
  tables: {
    sessions: { match: 'user_id', action: 'delete', grantsAccess: true },
    hints: {
      match: { column: 'session_id', through: { table: 'sessions', key: 'id' } },
      action: 'delete',
    },
    keys: { match: 'user_id', action: 'delete', grantsAccess: true },
    members: { match: 'user_id', action: 'delete' },
    invitations: { match: { column: 'email', equals: { user: 'email' } }, action: 'delete' },
  },
  checks: {
    last_member: {
      ...{ table: 'members', match: 'user_id', within: 'org' },
      ...{ effect: 'block', remedy: 'Hand the organization over.' },
    },
  },
})

describe('postgres beside a host that writes', { skip: server === null }, () => {
  if (server === null) return
  const { connectionString } = server
  let count = 0

  async function withWorld(
    prove: (world: {
      engine: () => UserDeletionEngine<typeof policy>
      host: pg.Client
      ids: (table: string) => Promise<readonly unknown[]>
      schema: string
      /** Resolves once somebody waits for a lock of the host. */
      isWaiting: () => Promise<void>
    }) => Promise<void>,
  ): Promise<void> {
    count += 1
    const schema = `race_${count}`
    const options = `-c search_path=${schema}`
    const host = new pg.Client({ connectionString, options })
    const pool = new pg.Pool({ connectionString, max: 4 })
    await host.connect()
    try {
      await host.query(`CREATE SCHEMA ${schema}`)
      await host.query(TABLES)
      const pidOf = Number((await host.query('SELECT pg_backend_pid() AS pid')).rows[0]?.pid)
      const engine = () =>
        new UserDeletionEngine({
          store: postgresStore(pool, { schema }),
          policy,
          logger: { warn() {} },
        })
      await engine().migrate()
      const ids = async (table: string): Promise<readonly unknown[]> =>
        (await host.query(`SELECT id FROM ${table} ORDER BY id`)).rows.map(({ id }) => id)
      const isWaiting = async (): Promise<void> => {
        const sql = `SELECT 1 FROM pg_locks WHERE NOT granted AND ${pidOf} = ANY(pg_blocking_pids(pid))`
        while ((await pool.query(sql)).rows.length === 0) await turn()
      }
      await prove({ engine, host, ids, schema, isWaiting })
    } finally {
      await host.end()
      await pool.end()
    }
  }

  it('leaves a row that goes to somebody else while the deletion waits for it', () =>
    withWorld(async ({ engine, host, ids, isWaiting }) => {
      await host.query('BEGIN')
      await host.query("UPDATE sessions SET user_id = 'eve' WHERE id = 's1'")
      const deletion = engine().delete('ann', {})
      await isWaiting()
      await host.query('COMMIT')
      await deletion
      assert.deepEqual(await ids('sessions'), ['s1'])
      assert.deepEqual(await ids('hints'), ['h1'])
    }))

  it('leaves a child whose parent changes while the deletion waits for it', () =>
    withWorld(async ({ engine, host, ids, isWaiting }) => {
      await host.query("INSERT INTO sessions VALUES ('s3', 'eve')")
      await host.query('BEGIN')
      await host.query("UPDATE hints SET session_id = 's3' WHERE id = 'h1'")
      const deletion = engine().delete('ann', {})
      await isWaiting()
      await host.query('COMMIT')
      await deletion
      assert.deepEqual(await ids('hints'), ['h1'])
      assert.deepEqual(await ids('sessions'), ['s3'])
    }))

  it('takes a row that the host inserts before the user is locked', () =>
    withWorld(async ({ engine, host, ids, isWaiting }) => {
      await host.query('BEGIN')
      await host.query("INSERT INTO keys VALUES ('k1', 'ann')")
      const deletion = engine().delete('ann', {})
      await isWaiting()
      await host.query('COMMIT')
      await deletion
      assert.deepEqual(await ids('keys'), [])
    }))

  it('believes no unique key that the host drops while the deletion waits for it', () =>
    withWorld(async ({ engine, host, ids, isWaiting }) => {
      const warm = engine()
      await warm.plan('ann', {})
      await host.query('BEGIN')
      await host.query('DROP INDEX users_email')
      await host.query("UPDATE users SET email = 'ann@example.com' WHERE id = 'eve'")
      const deletion = warm.delete('ann', {})
      await isWaiting()
      await host.query('COMMIT')
      await deletion
      assert.deepEqual(await ids('users'), ['bob', 'eve'])
      assert.deepEqual(await ids('invitations'), ['i1'])
    }))

  it('goes by a foreign key that the host adds while the deletion waits for it', () =>
    withWorld(async ({ engine, host, ids, isWaiting }) => {
      const warm = engine()
      await warm.plan('ann', {})
      await host.query('BEGIN')
      await host.query(
        "CREATE TABLE notes (id text PRIMARY KEY, by text REFERENCES users ON DELETE CASCADE); INSERT INTO notes VALUES ('n1', 'ann')",
      )
      const deletion = outcomeOf(warm.delete('ann', {}))
      await isWaiting()
      await host.query('COMMIT')
      assert.equal(await deletion, 'schema_mismatch')
      assert.deepEqual(await ids('notes'), ['n1'])
      assert.deepEqual(await ids('users'), ['ann', 'bob', 'eve'])
    }))

  it('lets one of the last two members go, when two engines are asked at once', () =>
    withWorld(async ({ engine, host }) => {
      const outcomes = await Promise.allSettled([
        engine().delete('ann', {}),
        engine().delete('bob', {}),
      ])
      assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
      const { rows } = await host.query('SELECT * FROM members')
      assert.equal(rows.length, 1)
    }))

  it('says that it is busy where the host keeps a lock for longer than it may wait', () =>
    withWorld(async ({ engine, host, ids }) => {
      await host.query('BEGIN')
      await host.query("SELECT 1 FROM users WHERE id = 'ann' FOR UPDATE")
      await assert.rejects(engine().delete('ann', {}), { code: 'store_busy' })
      await host.query('ROLLBACK')
      assert.deepEqual(await ids('users'), ['ann', 'bob', 'eve'])
    }))

  it('knows a commit whose answer is lost for what it is', () =>
    withWorld(async ({ host, ids, schema }) => {
      for (const [id, isSent] of [
        ['ann', true],
        ['bob', false],
      ] as const) {
        const pool = new pg.Pool({ connectionString, max: 2 })
        let isCut = false
        let isWriting = false
        pool.on('connect', (client) => {
          const query = client.query.bind(client) as (one: unknown) => Promise<unknown>
          Object.assign(client, {
            query: async (one: { text?: string }) => {
              if (one.text?.includes('pg_current_xact_id') === true) isWriting = true
              if (one.text !== 'COMMIT' || !isCut || !isWriting) return query(one)
              isCut = false
              await query(isSent ? one : { text: 'ROLLBACK' })
              throw Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
            },
          })
        })
        try {
          const store = postgresStore(pool, { schema })
          const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
          await engine.plan(id, {})
          isCut = true
          if (isSent) await engine.delete(id, {})
          else await assert.rejects(engine.delete(id, {}), { code: 'store_unavailable' })
        } finally {
          await pool.end()
        }
      }
      assert.deepEqual(await ids('users'), ['bob', 'eve'])
      assert.equal((await host.query('SELECT * FROM user_deletion_ledger')).rows.length, 1)
    }))

  after(() => server.stop())
})

async function outcomeOf(call: Promise<unknown>): Promise<unknown> {
  try {
    await call
    return 'done'
  } catch (error) {
    return Reflect.get(Object(error), 'code')
  }
}
