import { type PostgresHandle, postgresStore } from '../../../adapters/postgres/index.ts'
import type { OpenStore, Row } from '../../../src/testing/index.ts'
import { quote } from '../sql/sqlite-schema.ts'
import { fillSchema, type Query } from './postgres-schema.ts'

/** One database; each clause has a schema of its own. */
export function openOn(handle: PostgresHandle, query: Query): OpenStore {
  let count = 0
  return async (tables, data) => {
    count += 1
    const schema = `clause_${count}`
    await fillSchema(query, schema, tables, data)
    return {
      store: postgresStore(handle, { schema }),
      rows: async (table) =>
        (await query(`SELECT * FROM ${quote(schema)}.${quote(table)}`)).rows as Row[],
      close: () => query(`DROP SCHEMA ${quote(schema)} CASCADE`),
    }
  }
}
