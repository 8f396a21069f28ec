/** Two engines that delete at the same time. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import pg from 'pg'
import { postgresStore } from '../../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../../src/index.ts'
import { startPostgres } from '../../../worlds/postgres/postgres-server.ts'

const server = await startPostgres()

const TABLES = `
CREATE TABLE users (id text PRIMARY KEY, email text);
CREATE TABLE invitations (id text PRIMARY KEY, email text NOT NULL);
CREATE TABLE messages (id text PRIMARY KEY, from_id text, to_id text);
CREATE TABLE invoices (id text PRIMARY KEY, payer text, payee text);
INSERT INTO users VALUES ('ann', 'shared@example.com'), ('eve', 'shared@example.com');
INSERT INTO users VALUES ('bob'), ('kim'), ('lee');
INSERT INTO invitations VALUES ('i1', 'shared@example.com');
INSERT INTO messages VALUES ('m1', 'kim', 'bob'), ('m2', 'eve', 'zed');
INSERT INTO invoices VALUES ('v1', 'lee', 'bob');
`

const policy = definePolicy({
  name: 'together',
  version: 1,
  user: { table: 'users', id: 'id', fields: { email: 'email' } },
  tables: {
    messages: [
      { match: 'from_id', action: 'delete' },
      { match: 'to_id', action: 'delete' },
    ],
    invoices: [
      { match: 'payer', action: 'retain', reason: 'tax law' },
      { match: 'payee', action: 'delete' },
    ],
    invitations: { match: { column: 'email', equals: { user: 'email' } }, action: 'delete' },
  },
})

describe('two engines on PostgreSQL', { skip: server === null }, () => {
  if (server === null) return
  const { connectionString } = server
  const host = new pg.Pool({ connectionString, max: 2 })
  let count = 0

  /** The first engine waits before it writes to a table, until the second one has answered. */
  async function whileHeld(
    table: string,
    prove: (world: {
      first: UserDeletionEngine<typeof policy>
      second: UserDeletionEngine<typeof policy>
      /** Lets the first one begin, and resolves where it waits. */
      begin: (call: () => Promise<unknown>) => Promise<void>
      /** Lets it go on, and resolves once it has ended. */
      goOn: () => Promise<unknown>
      ids: (table: string) => Promise<readonly unknown[]>
    }) => Promise<void>,
  ): Promise<void> {
    count += 1
    const schema = `together_${count}`
    await host.query(
      `CREATE SCHEMA ${schema}; SET search_path = ${schema}; ${TABLES}; RESET search_path`,
    )
    const held = new pg.Pool({ connectionString, max: 2 })
    const free = new pg.Pool({ connectionString, max: 2 })
    const engineOn = (pool: pg.Pool) =>
      new UserDeletionEngine({
        store: postgresStore(pool, { schema, busyTimeoutMs: 2_000 }),
        policy,
        logger: { warn() {} },
      })
    let reach = (): void => {}
    let release = (): void => {}
    const reached = new Promise<void>((resolve) => {
      reach = resolve
    })
    const released = new Promise<void>((resolve) => {
      release = resolve
    })
    held.on('connect', (client) => {
      const query = client.query.bind(client) as (one: unknown) => Promise<unknown>
      Object.assign(client, {
        query: async (one: { text?: string }) => {
          const text = one.text ?? ''
          if (/^(DELETE|INSERT) /.test(text) && text.includes(` "${schema}"."${table}" `)) {
            reach()
            await released
          }
          return query(one)
        },
      })
    })
    let call: Promise<unknown> = Promise.resolve()
    const [first, second] = [engineOn(held), engineOn(free)]
    try {
      await second.migrate()
      await prove({
        ...{ first, second },
        begin: async (work) => {
          call = work()
          await Promise.race([reached, call])
        },
        goOn: () => {
          release()
          return call
        },
        ids: async (table) =>
          (await host.query(`SELECT id FROM ${schema}.${table} ORDER BY id`)).rows.map(
            ({ id }) => id,
          ),
      })
      assert.equal((await second.ledger.verify()).valid, true)
    } finally {
      release()
      await call.catch(() => {})
      await held.end()
      await free.end()
    }
  }

  it('delete two users at the same time', () =>
    whileHeld('users', async ({ first, second, begin, goOn, ids }) => {
      await begin(() => first.delete('bob', {}))
      await second.delete('eve', {})
      assert.deepEqual(await ids('users'), ['ann', 'bob', 'kim', 'lee'])
      await goOn()
      assert.deepEqual(await ids('users'), ['ann', 'kim', 'lee'])
    }))

  it('seal their receipts one after the other', () =>
    whileHeld('user_deletion_ledger', async ({ first, second, begin, goOn, ids }) => {
      await begin(() => first.delete('bob', {}))
      let hasEnded = false
      const other = second.delete('eve', {}).finally(() => {
        hasEnded = true
      })
      const waiting =
        "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
      while (!hasEnded && (await host.query(waiting)).rows.length === 0) await turn()
      await goOn()
      await other
      assert.deepEqual(await ids('users'), ['ann', 'kim', 'lee'])
    }))

  it('delete nobody twice', () =>
    whileHeld('users', async ({ first, second, begin, goOn, ids }) => {
      await begin(() => first.delete('ann', {}))
      await assert.rejects(second.delete('ann', {}), { code: 'store_busy' })
      await goOn()
      await assert.rejects(second.delete('ann', {}), { code: 'resource_not_found' })
      assert.deepEqual(await ids('users'), ['bob', 'eve', 'kim', 'lee'])
    }))

  it('count a row of two users for one of them', () =>
    whileHeld('messages', async ({ first, second, begin, goOn }) => {
      let ofKim: Receipt | undefined
      await begin(async () => {
        ofKim = await first.delete('kim', {})
      })
      const ofBob = await second.delete('bob', {})
      await goOn()
      assert.equal(rowsIn(ofBob, 'messages'), 1)
      assert.equal(rowsIn(ofKim, 'messages'), 0)
    }))

  it('say of no row that it is kept, which the other one has deleted', () =>
    whileHeld('users', async ({ first, second, begin, goOn, ids }) => {
      let ofLee: Receipt | undefined
      await begin(async () => {
        ofLee = await first.delete('lee', {})
      })
      const ofBob = await second.delete('bob', {})
      await goOn()
      assert.deepEqual(await ids('invoices'), [])
      assert.equal(rowsIn(ofBob, 'invoices'), 1)
      assert.equal(rowsIn(ofLee, 'invoices'), 0)
    }))

  it('take what two users share when both have gone', () =>
    whileHeld('users', async ({ first, second, begin, goOn, ids }) => {
      await begin(() => first.delete('ann', {}))
      await second.delete('eve', {})
      assert.deepEqual(await ids('invitations'), ['i1'])
      await goOn()
      assert.deepEqual(await ids('users'), ['bob', 'kim', 'lee'])
      assert.deepEqual(await ids('invitations'), [])
    }))

  after(async () => {
    await host.end()
    await server.stop()
  })
})

type Receipt = Awaited<ReturnType<UserDeletionEngine<typeof policy>['delete']>>

function rowsIn(receipt: Receipt | undefined, table: string): number | undefined {
  return receipt?.steps
    .filter((step) => step.table === table)
    .reduce((sum, { rows }) => sum + rows, 0)
}
