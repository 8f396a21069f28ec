/**
 * Statements that go to the server together: each is answered as it would be alone, and a deletion takes few ways.
 */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import pg from 'pg'
import postgres from 'postgres'
import { type PostgresHandle, postgresStore } from '../../../adapters/postgres/index.ts'
import { UserDeletionEngine } from '../../../src/index.ts'
import { helloJohnPolicy, helloJohnPostgresSchema } from '../../../src/presets/hellojohn/index.ts'
import { openCountingProxy } from '../../worlds/postgres/counting-proxy.ts'
import { startPostgres } from '../../worlds/postgres/postgres-server.ts'

const server = await startPostgres()
const proxy = server === null ? null : await openCountingProxy(server.connectionString)
const TNT = { tenantId: 'tnt' } as const

const ROWS = `
INSERT INTO users (id, tenant_id, email) VALUES ('ann', 'tnt', 'ann@example.com'), ('bob', 'tnt', 'bob@example.com'), ('eve', 'tnt', 'eve@example.com');
INSERT INTO sessions (id, user_id, tenant_id, refresh_token_hash, expires_at, last_active_at)
  SELECT concat(u.id, n), u.id, 'tnt', concat(u.id, n), now(), now() FROM users AS u, generate_series(1, 3) AS n;
INSERT INTO audit_log (id, tenant_id, type, actor_type, actor_id, actor_email, metadata)
  SELECT concat('log_', id), 'tnt', 'user.updated', 'user', id, email,
    jsonb_build_object('email', email, 'kept', 1, 'device', jsonb_build_object('name', email)) FROM users;
INSERT INTO webhook_events (id, tenant_id, type, data)
  SELECT concat('evt_', id), 'tnt', 'user.updated', jsonb_build_object('user', jsonb_build_object('id', id, 'email', email)) FROM users;
ANALYZE;`

describe('ways to a server', { skip: server === null }, () => {
  if (server === null || proxy === null) return
  const { connectionString } = server
  const host = new pg.Pool({ connectionString, max: 2 })
  let count = 0

  /** A handle whose statements are found in a schema of their own. */
  async function withWorld(
    handle: PostgresHandle,
    prove: (world: {
      readonly engine: UserDeletionEngine<typeof helloJohnPolicy>
      readonly rows: (sql: string) => Promise<readonly Record<string, unknown>[]>
    }) => Promise<void>,
  ): Promise<void> {
    count += 1
    const schema = `ways_${count}`
    const client = await host.connect()
    await client.query(`CREATE SCHEMA ${schema}; SET search_path = ${schema}`)
    await client.query(`${helloJohnPostgresSchema}; ${ROWS}`)
    try {
      const store = postgresStore(handle, { schema })
      const engine = new UserDeletionEngine({ store, policy: helloJohnPolicy, logger: SILENT })
      await engine.migrate()
      await prove({ engine, rows: async (sql) => (await client.query(sql)).rows })
    } finally {
      client.release(true)
    }
  }

  after(async () => {
    await host.end()
    await proxy.close()
    await server.stop()
  })

  const pool = (config: object = {}) =>
    new pg.Pool({ connectionString: proxy.connectionString, max: 2, ...config })
  const handles: readonly (readonly [string, number, () => Opened])[] = [
    ['a Pool of pg', 18, () => opened(pool())],
    ['a Pool of pg that does not wait for answers', 100, () => opened(pool({ pipeline: true }))],
    ['a driver that sends one statement after the other', 100, () => opened(oneByOne(pool()))],
    ['postgres.js', 100, () => openedJs(proxy.connectionString)],
  ]

  for (const [name, most, open] of handles) {
    it(`${name}: deletes one of two, and says why it does not delete the other`, async () => {
      const { handle, end } = open()
      await withWorld(handle, async ({ engine, rows }) => {
        // What is looked at once, and a connection.
        await engine.delete('eve', TNT)
        proxy.roundTrips()
        const { steps } = await engine.delete('ann', TNT)
        const ways = proxy.roundTrips()
        assert.ok(ways <= most, `${ways} ways to the server`)
        assert.equal(steps.find(({ table }) => table === 'sessions')?.rows, 3)
        assert.deepEqual(await rows('SELECT id FROM users'), [{ id: 'bob' }])
        assert.deepEqual(await rows('SELECT DISTINCT user_id FROM sessions'), [{ user_id: 'bob' }])
        assert.deepEqual(
          await rows(
            "SELECT id, actor_email, metadata FROM audit_log WHERE id <> 'log_eve' ORDER BY id",
          ),
          [
            { id: 'log_ann', actor_email: null, metadata: { kept: 1, device: {} } },
            {
              ...{ id: 'log_bob', actor_email: 'bob@example.com' },
              metadata: {
                ...{ kept: 1, email: 'bob@example.com' },
                device: { name: 'bob@example.com' },
              },
            },
          ],
        )
        assert.deepEqual(await rows("SELECT data FROM webhook_events WHERE id = 'evt_ann'"), [
          { data: { user: { id: 'ann' } } },
        ])
        await rows(
          `CREATE FUNCTION stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '23514'; END $$`,
        )
        await rows(
          'CREATE TRIGGER stop BEFORE DELETE ON mfa_factors FOR EACH STATEMENT EXECUTE FUNCTION stop()',
        )
        await rows(
          "INSERT INTO mfa_factors (id, user_id, tenant_id, type) VALUES ('m', 'bob', 'tnt', 'totp')",
        )
        await assert.rejects(engine.delete('bob', TNT), { code: 'constraint_violation' })
        assert.equal((await rows("SELECT 1 FROM sessions WHERE user_id = 'bob'")).length, 3)
        await rows('DROP TRIGGER stop ON mfa_factors')
        await engine.delete('bob', TNT)
        assert.equal((await engine.ledger.verify()).valid, true)
      })
      await end()
    })
  }

  it('looks for what is left of a key behind objects and lists', async () => {
    await withWorld(host, async ({ engine, rows }) => {
      await rows(
        `CREATE FUNCTION restore() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.data := OLD.data; RETURN NEW; END $$`,
      )
      await rows(
        'CREATE TRIGGER restore BEFORE UPDATE ON webhook_events FOR EACH ROW EXECUTE FUNCTION restore()',
      )
      const left = { code: 'residue_left' }
      await assert.rejects(engine.delete('ann', TNT), left)
      await rows(`ALTER TABLE webhook_events DISABLE TRIGGER restore`)
      await rows(
        `UPDATE webhook_events SET data = '{"user":{"id":"ann","public_metadata":{}}}' WHERE id = 'evt_ann'`,
      )
      await rows(`ALTER TABLE webhook_events ENABLE TRIGGER restore`)
      await assert.rejects(engine.delete('ann', TNT), left)
      await rows('DROP TRIGGER restore ON webhook_events')
      // A list that the path does not open.
      await rows(
        `UPDATE audit_log SET metadata = '{"device":[{"name":"Ann"}]}' WHERE id = 'log_ann'`,
      )
      await assert.rejects(engine.delete('ann', TNT), left)
      await rows(`UPDATE audit_log SET metadata = '{"device":[{}]}' WHERE id = 'log_ann'`)
      await engine.delete('ann', TNT)
    })
  })

  it('finds rows by an index, however small the planner takes the table for', async () => {
    const asked: string[] = []
    const own = pool()
    own.on('connect', (client) => {
      const query = client.query.bind(client) as (one: unknown) => unknown
      Object.assign(client, {
        query(one: { text?: string }) {
          asked.push(one.text ?? String(one))
          return query(one)
        },
      })
    })
    await withWorld(own, async ({ engine }) => {
      await engine.delete('ann', TNT)
    })
    const [counting = ''] =
      asked.join(';\n').match(/SELECT t0\."user_id", count[^;]*sessions[^;]*/) ?? []
    assert.match(counting, /t0\."user_id" = ANY\(ARRAY\(/)
    await own.end()
  })
})

const SILENT = { warn() {} }

interface Opened {
  readonly handle: PostgresHandle
  end(): Promise<void>
}

function opened(handle: pg.Pool): Opened {
  handle.on('error', () => {})
  return { handle, end: () => handle.end() }
}

function openedJs(connectionString: string): Opened {
  const sql = postgres(connectionString, { max: 2, onnotice() {} })
  return { handle: sql, end: () => sql.end() }
}

/** As a client of pg over libpq is: what sends single messages is out of reach. */
function oneByOne(pool: pg.Pool): pg.Pool {
  const connect = pool.connect.bind(pool) as () => Promise<pg.PoolClient>
  return Object.assign(pool, {
    async connect() {
      const client = await connect()
      return {
        query: (query: never) => client.query(query),
        release: (cause?: Error | boolean) => client.release(cause),
      }
    },
  }) as pg.Pool
}
