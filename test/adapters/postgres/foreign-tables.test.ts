/**
 * What stands beside the tables of the policy: heirs, partitions, and tables of other schemas that refer to them.
 */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import { definePolicy, UserDeletionEngine } from '../../../src/index.ts'
import { openTestDatabase } from '../../worlds/postgres/test-database.ts'

const USERS = `CREATE TABLE users (id text PRIMARY KEY); INSERT INTO users VALUES ('ann'), ('bob');`
const OWN = { match: 'user_id', action: 'delete' } as const

const db = await openTestDatabase()
let count = 0

async function open(
  sql: (schema: string, other: string) => string,
  tablesOf: (other: string) => Parameters<typeof definePolicy>[0]['tables'],
) {
  count += 1
  const [schema, other] = [`own_${count}`, `other_${count}`]
  await db.exec(
    `CREATE SCHEMA ${schema}; CREATE SCHEMA ${other}; SET search_path = ${schema}; ${USERS} ${sql(schema, other)}`,
  )
  const policy = definePolicy({
    ...{ name: 'beside', version: 1, user: { table: 'users', id: 'id' } },
    tables: tablesOf(other),
  })
  const store = postgresStore(db.handle, { schema })
  const engine = new UserDeletionEngine({ store, policy, logger: { warn() {} } })
  await engine.migrate()
  const rows = async (select: string): Promise<readonly unknown[]> =>
    (await db.query<{ x: unknown }>(select)).rows.map(({ x }) => x)
  const errors = async (): Promise<readonly string[]> =>
    (await engine.checkSchema()).findings
      .filter(({ severity }) => severity === 'error')
      .map(({ code, table }) => `${code} ${table}`)
  return { engine, rows, errors, schema, other }
}

describe('beside the tables of a policy', () => {
  after(() => db.close())

  it('leaves rows of a table that inherits, whose keys may be the same', async () => {
    const { engine, rows } = await open(
      () => `CREATE TABLE logs (id integer PRIMARY KEY, user_id text);
        CREATE TABLE old_logs () INHERITS (logs);
        CREATE TABLE lines (id integer PRIMARY KEY, log integer);
        INSERT INTO logs VALUES (1, 'ann'), (2, 'bob');
        INSERT INTO old_logs VALUES (1, 'bob'), (2, 'ann');
        INSERT INTO lines VALUES (1, 1), (2, 2);`,
      () => ({
        logs: OWN,
        old_logs: 'unrelated',
        lines: {
          match: { column: 'log', through: { table: 'logs', key: 'id' } },
          action: 'delete',
        },
      }),
    )
    const plan = await engine.plan('ann')
    assert.deepEqual(
      plan.steps.map(({ table, rows: own }) => [table, own]),
      [
        ['lines', 1],
        ['logs', 1],
      ],
    )
    await engine.delete('ann')
    assert.deepEqual(await rows(`SELECT tableoid::regclass || ' ' || user_id AS x FROM logs`), [
      'logs bob',
      'old_logs bob',
      'old_logs ann',
    ])
    assert.deepEqual(await rows('SELECT id AS x FROM lines'), [2])
  })

  it('takes rows of all partitions, and sees keys that lead to one of them', async () => {
    const { engine, rows, errors } = await open(
      () => `CREATE TABLE logs (id integer PRIMARY KEY, user_id text) PARTITION BY RANGE (id);
        CREATE TABLE logs_a PARTITION OF logs FOR VALUES FROM (0) TO (10);
        CREATE TABLE logs_b PARTITION OF logs DEFAULT;
        INSERT INTO logs VALUES (1, 'ann'), (11, 'ann'), (2, 'bob');
        CREATE TABLE notes (id integer PRIMARY KEY, log integer REFERENCES logs_a ON DELETE CASCADE);
        INSERT INTO notes VALUES (1, 1);`,
      () => ({ logs: OWN, notes: 'unrelated' }),
    )
    assert.deepEqual(await errors(), ['foreign_key_deletes notes'])
    await assert.rejects(engine.delete('ann'), { code: 'schema_mismatch' })
    assert.deepEqual(await rows('SELECT id AS x FROM notes'), [1])
    await db.exec('DROP TABLE notes')
    await engine.delete('ann')
    assert.deepEqual(await rows('SELECT id AS x FROM logs'), [2])
  })

  it('wants a rule for a table of another schema of which rows go along, and carries it out', async () => {
    const tables = (other: string) =>
      `CREATE TABLE ${other}.invoices (id integer PRIMARY KEY, user_id text REFERENCES users ON DELETE CASCADE);
       CREATE TABLE ${other}.lines (id integer PRIMARY KEY, invoice integer REFERENCES ${other}.invoices ON DELETE SET NULL);
       CREATE TABLE ${other}.countries (id integer PRIMARY KEY);
       INSERT INTO ${other}.invoices VALUES (1, 'ann'), (2, 'bob');
       INSERT INTO ${other}.lines VALUES (1, 1), (2, 2);`
    const refused = await open(
      (_, other) => tables(other),
      () => ({}),
    )
    assert.deepEqual(await refused.errors(), [`unclassified_table ${refused.other}.invoices`])
    await assert.rejects(refused.engine.delete('ann'), { code: 'schema_mismatch' })
    assert.equal((await refused.rows(`SELECT id AS x FROM ${refused.other}.invoices`)).length, 2)

    const { engine, rows, errors, other } = await open(
      (_, other) => tables(other),
      (other) => ({
        [`${other}.invoices`]: OWN,
        [`${other}.lines`]: {
          match: { column: 'invoice', through: { table: `${other}.invoices`, key: 'id' } },
          action: 'delete',
        },
      }),
    )
    assert.deepEqual(await errors(), [])
    await engine.delete('ann')
    assert.deepEqual(await rows(`SELECT id AS x FROM ${other}.invoices`), [2])
    assert.deepEqual(await rows(`SELECT id AS x FROM ${other}.lines`), [2])
  })

  it('wants a rule for a table of another schema that inherits', async () => {
    const { errors, other } = await open(
      (_, other) => `CREATE TABLE logs (id integer PRIMARY KEY, user_id text);
        CREATE TABLE ${other}.logs () INHERITS (logs);`,
      () => ({ logs: OWN }),
    )
    // It has no key of its own, and is no part of the other table.
    assert.deepEqual(await errors(), [`unclassified_table ${other}.logs`])
  })

  it('refuses the name of a schema that the server would cut off', () => {
    assert.throws(() => postgresStore(db.handle, { schema: 's'.repeat(64) }), {
      ...{ code: 'invalid_argument', details: { path: 'schema' } },
    })
  })
})
