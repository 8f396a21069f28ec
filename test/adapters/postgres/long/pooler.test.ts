/** Through a pooler that gives each transaction another connection. */
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import pg from 'pg'
import { postgresStore } from '../../../../adapters/postgres/index.ts'
import type { OpenStore, Row } from '../../../../src/testing/index.ts'
import { groupsOfContract } from '../../../worlds/hosts/contract-groups.ts'
import { fillSchema, type Query } from '../../../worlds/postgres/postgres-schema.ts'
import { startPostgres } from '../../../worlds/postgres/postgres-server.ts'
import { openTransactionPooler } from '../../../worlds/postgres/transaction-pooler.ts'
import { quote } from '../../../worlds/sql/sqlite-schema.ts'
import { ofTypedColumns } from '../../../worlds/sql/typed-columns.ts'

const server = await startPostgres()

describe('postgres behind a pooler in transaction mode', { skip: server === null }, async () => {
  if (server === null) return
  const { connectionString } = server
  const pooler = await openTransactionPooler(Number(new URL(connectionString).port))
  const pooled = connectionString.replace(/:\d+\//, `:${pooler.port}/`)
  const direct = new pg.Pool({ connectionString, max: 2 })
  const through = new pg.Pool({ connectionString: pooled, max: 3 })
  const query: Query = async (text, values = []) => {
    const { rows } = await direct.query<Row>(text, [...values])
    return { rows }
  }
  let count = 0
  const open: OpenStore = async (tables, data) => {
    count += 1
    const schema = `pooled_${count}`
    await fillSchema(query, schema, tables, data)
    return {
      store: postgresStore(through, { schema }),
      rows: async (table) =>
        (await query(`SELECT * FROM ${quote(schema)}.${quote(table)}`)).rows as Row[],
      close: () => query(`DROP SCHEMA ${quote(schema)} CASCADE`),
    }
  }

  groupsOfContract(['isolation', 'atomicity'], open, ofTypedColumns(it))

  it('relies on nothing of a session, and leaves nothing in one', async () => {
    assert.ok(pooler.moved() > 100, `${pooler.moved()} transactions were on another connection`)
    const states = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const { rows } = await through.query(
          "SELECT current_setting('lock_timeout') AS patience, current_setting('row_security') AS rows, (SELECT count(*)::int FROM pg_prepared_statements) AS named, (SELECT count(*)::int FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS locks",
        )
        return rows[0]
      }),
    )
    for (const state of states) {
      assert.deepEqual(state, { patience: '0', rows: 'on', named: 0, locks: 0 })
    }
  })

  it('leaves a transaction alone that the host has open on a client', async () => {
    await query('CREATE TABLE host_rows (id integer)')
    const client = await through.connect()
    await client.query('BEGIN')
    await client.query('INSERT INTO host_rows VALUES (1)')
    await assert.rejects(postgresStore(client).migrate(), { code: 'connection_busy' })
    await client.query('ROLLBACK')
    client.release()
    assert.deepEqual((await query('SELECT * FROM host_rows')).rows, [])
  })

  after(async () => {
    await through.end()
    await direct.end()
    await pooler.close()
    await server.stop()
  })
})
