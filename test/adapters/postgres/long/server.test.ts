import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import pg from 'pg'
import { postgresStore } from '../../../../adapters/postgres/index.ts'
import { type OpenStore, type Row, storeContract } from '../../../../src/testing/index.ts'
import { fillSchema, type Query } from '../../../worlds/postgres/postgres-schema.ts'
import { startPostgres } from '../../../worlds/postgres/postgres-server.ts'
import { quote } from '../../../worlds/sql/sqlite-schema.ts'
import { ofTypedColumns } from '../../../worlds/sql/typed-columns.ts'

const server = await startPostgres()

describe('postgres on a server, over a pool', { skip: server === null }, () => {
  if (server === null) return
  const pool = new pg.Pool({ connectionString: server.connectionString, max: 4 })
  const query: Query = async (sql, values = []) => {
    const { rows } = await pool.query<Row>({
      text: sql,
      values: [...values],
      types: { getTypeParser: (type: number, format?: unknown) => parserOf(type, format) },
    })
    return { rows }
  }
  let count = 0
  const open: OpenStore = async (tables, data) => {
    count += 1
    const schema = `clause_${count}`
    await fillSchema(query, schema, tables, data)
    return {
      store: postgresStore(pool, { schema }),
      rows: async (table) =>
        (await query(`SELECT * FROM ${quote(schema)}.${quote(table)}`)).rows as Row[],
      close: () => query(`DROP SCHEMA ${quote(schema)} CASCADE`),
    }
  }

  storeContract({ describe, it: ofTypedColumns(it) }, open)

  it('refuses a client that has a transaction of the host open', async () => {
    const client = new pg.Client({ connectionString: server.connectionString })
    await client.connect()
    try {
      await client.query('CREATE TABLE host_rows (id integer PRIMARY KEY)')
      await client.query('BEGIN')
      await client.query('INSERT INTO host_rows VALUES (1)')
      const store = postgresStore(client)
      await assert.rejects(store.migrate(), { code: 'connection_busy' })
      await client.query('ROLLBACK')
      const { rows } = await client.query('SELECT * FROM host_rows')
      assert.deepEqual(rows, [])
      await store.migrate()
    } finally {
      await client.end()
    }
  })

  after(async () => {
    await pool.end()
    await server.stop()
  })
})

/** Integers of 64 bits as numbers where a number holds them. */
function parserOf(type: number, format: unknown): (value: string) => unknown {
  if (type === 20) {
    return (value) => (Number.isSafeInteger(Number(value)) ? Number(value) : BigInt(value))
  }
  return pg.types.getTypeParser(type, format as 'text') as (value: string) => unknown
}
