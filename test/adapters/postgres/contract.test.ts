import { after, describe, it } from 'node:test'
import { PGlite } from '@electric-sql/pglite'
import { postgresStore } from '../../../adapters/postgres/index.ts'
import type { OpenStore, Row } from '../../../src/testing/index.ts'
import { groupsOfContract } from '../../worlds/hosts/contract-groups.ts'
import { fillSchema, type Query } from '../../worlds/postgres/postgres-schema.ts'
import { quote } from '../../worlds/sql/sqlite-schema.ts'
import { ofTypedColumns } from '../../worlds/sql/typed-columns.ts'

/** One database in process; each clause has a schema of its own. */
const db = await PGlite.create()
const query: Query = async (sql, values = []) => {
  const { rows } = await db.query<Row>(sql, [...values])
  return { rows }
}
let count = 0

const open: OpenStore = async (tables, data) => {
  count += 1
  const schema = `clause_${count}`
  await fillSchema(query, schema, tables, data)
  return {
    store: postgresStore(db, { schema }),
    rows: async (table) =>
      (await query(`SELECT * FROM ${quote(schema)}.${quote(table)}`)).rows as Row[],
    close: () => query(`DROP SCHEMA ${quote(schema)} CASCADE`),
  }
}

describe('postgres in process', () => {
  groupsOfContract(
    [
      'the shape of a store',
      'actions',
      'values of rows and users',
      'groups',
      'inside JSON',
      'texts that read like JSON',
      'values that users share',
      'tenants',
      'isolation',
      'atomicity',
      'the ledger',
      'outbox, spool and marks',
      'a schema that changes',
    ],
    open,
    ofTypedColumns(it),
  )
  after(() => db.close())
})
