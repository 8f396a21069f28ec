import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { postgresStore } from '../../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../../src/index.ts'
import { startPostgres } from '../../../worlds/postgres-server.ts'

const server = await startPostgres()

const TABLES = `
CREATE TABLE users (id text PRIMARY KEY);
CREATE TABLE sessions (id text PRIMARY KEY, user_id text NOT NULL);
CREATE TABLE hints (id text PRIMARY KEY, session_id text NOT NULL);
CREATE TABLE keys (id text PRIMARY KEY, user_id text NOT NULL REFERENCES users (id));
CREATE TABLE members (org text, user_id text, PRIMARY KEY (org, user_id));
INSERT INTO users VALUES ('ann'), ('bob'), ('eve');
INSERT INTO sessions VALUES ('s1', 'ann'), ('s2', 'ann');
INSERT INTO hints VALUES ('h1', 's1'), ('h2', 's2');
INSERT INTO members VALUES ('org', 'ann'), ('org', 'bob');

`

const policy = definePolicy({
  name: 'races',
  version: 1,
  user: { table: 'users', id: 'id' },
  tables: {
    sessions: { match: 'user_id', action: 'delete', grantsAccess: true },
    hints: {
      match: { column: 'session_id', through: { table: 'sessions', key: 'id' } },
      action: 'delete',
    },
    keys: { match: 'user_id', action: 'delete', grantsAccess: true },
    members: { match: 'user_id', action: 'delete' },
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
      const engine = () =>
        new UserDeletionEngine({
          store: postgresStore(pool, { schema }),
          policy,
          logger: { warn() {} },
        })
      await engine().migrate()
      const ids = async (table: string): Promise<readonly unknown[]> =>
        (await host.query(`SELECT id FROM ${table} ORDER BY id`)).rows.map(({ id }) => id)
      await prove({ engine, host, ids, schema })
    } finally {
      await host.end()
      await pool.end()
    }
  }

  it('leaves a row that goes to somebody else while the deletion waits for it', () =>
    withWorld(async ({ engine, host, ids }) => {
      await host.query('BEGIN')
      await host.query("UPDATE sessions SET user_id = 'eve' WHERE id = 's1'")
      const deletion = engine().delete('ann', {})
      await sleep(300)
      await host.query('COMMIT')
      await deletion
      assert.deepEqual(await ids('sessions'), ['s1'])
      assert.deepEqual(await ids('hints'), ['h1'])
    }))

  it('leaves a child whose parent changes while the deletion waits for it', () =>
    withWorld(async ({ engine, host, ids }) => {
      await host.query("INSERT INTO sessions VALUES ('s3', 'eve')")
      await host.query('BEGIN')
      await host.query("UPDATE hints SET session_id = 's3' WHERE id = 'h1'")
      const deletion = engine().delete('ann', {})
      await sleep(300)
      await host.query('COMMIT')
      await deletion
      assert.deepEqual(await ids('hints'), ['h1'])
      assert.deepEqual(await ids('sessions'), ['s3'])
    }))

  it('takes a row that the host inserts before the user is locked', () =>
    withWorld(async ({ engine, host, ids }) => {
      await host.query('BEGIN')
      await host.query("INSERT INTO keys VALUES ('k1', 'ann')")
      const deletion = engine().delete('ann', {})
      await sleep(300)
      await host.query('COMMIT')
      await deletion
      assert.deepEqual(await ids('keys'), [])
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
