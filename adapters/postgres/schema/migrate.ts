/**
 * Creates the engine's own tables where they are missing.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import { RECORD_TABLE_NAMES } from '../../../src/store/record-tables.ts'
import type { SqlDialect } from '../../sql/dialect.ts'
import { indexStatements, tableStatements } from '../../sql/own-tables/record-tables-sql.ts'
import { columnOf, fieldsOf } from '../../sql/own-tables/record-values.ts'
import type { Session } from '../server/session.ts'

/** Inside the transaction that the caller has opened. */
export async function migrateTables(
  session: Session,
  dialect: SqlDialect,
  place: { readonly schema: string; readonly prefix: string },
): Promise<void> {
  await refuseStrangers(session, place)
  for (const sql of tableStatements(dialect, place.prefix)) await session.change(sql)
  for (const sql of indexStatements(dialect, place.prefix)) await session.change(sql)
}

/** @throws {@link UserDeletionError} `schema_mismatch` for a table of the host that has the name of one of the engine's. */
async function refuseStrangers(
  session: Session,
  { schema, prefix }: { readonly schema: string; readonly prefix: string },
): Promise<void> {
  const rows = await session.rows(
    'SELECT c.relname, a.attname FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace LEFT JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped WHERE n.nspname = @schema',
    { schema },
  )
  const found = new Map<unknown, Set<unknown>>()
  for (const [table, column] of rows) {
    found.set(table, (found.get(table) ?? new Set()).add(column))
  }
  const taken = RECORD_TABLE_NAMES.filter((table) => {
    const columns = found.get(`${prefix}${table}`)
    return columns !== undefined && fieldsOf(table).some((field) => !columns.has(columnOf(field)))
  })
  const [first] = taken
  if (first === undefined) return
  const findings = taken.map((table) => ({
    code: 'own_table_taken',
    table: `${prefix}${table}`,
    path: 'tablePrefix',
  }))
  throw new UserDeletionError(
    'schema_mismatch',
    `The table "${prefix}${first}" is not the engine's own, which would have this name: choose another prefix with the option "tablePrefix" of the store.`,
    { details: { findings } },
  )
}
