/**
 * Which layout the engine's own tables have, and how an earlier one becomes the present one.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { RecordTable } from '../../../src/store/record-tables.ts'
import type { Whose } from '../../../src/store/records.ts'
import { jsonText } from '../../sql/json-text.ts'
import { type Connection, type ConnectionOptions, openConnection } from '../handle/connection.ts'
import type { SqliteDatabase } from '../handle/database.ts'
import {
  addColumnSql,
  earlierIndexStatements,
  earlierLayoutSql,
  earlierSpoolSql,
  firstColumns,
  indexStatements,
  NAMING_USERS,
  nameEntriesSql,
  OWN_TABLES,
  tableStatements,
} from '../sql/engine-tables.ts'

/** The connection of a store. Every call first rejects with `not_migrated` on an earlier layout. */
export function openLaidOut(
  db: SqliteDatabase,
  options: ConnectionOptions,
): { readonly connection: Connection; migrate(whose?: Whose): Promise<void> } {
  const connection = openConnection(db, options)
  let isPresent = false
  const checked = <T>(work: () => T): T => {
    if (!isPresent) isPresent = checkLayout(connection)
    return work()
  }
  return {
    connection: {
      ...connection,
      read: (work) => connection.read(() => checked(work)),
      readOne: (work) => connection.readOne(() => checked(work)),
      write: (work, how) => connection.write(() => checked(work), how),
    },
    migrate: (whose) => connection.write(() => migrateTables(connection, whose)),
  }
}

/** Creates what is missing and changes what is earlier, inside the transaction that the caller has opened. */
export function migrateTables(connection: Connection, whose: Whose | undefined): void {
  const { prefix } = connection
  const found = columnsOfOwn(connection)
  refuseStrangers(connection, found)
  if (isEarlierSpool(found)) connection.change(earlierSpoolSql(prefix))
  for (const sql of tableStatements(prefix)) connection.change(sql)
  const earlier = NAMING_USERS.filter((table) => isEarlier(found, table))
  for (const table of earlier) connection.change(addColumnSql(prefix, table))
  if (earlier.length > 0) connection.change(earlierLayoutSql(prefix))
  for (const sql of earlierIndexStatements(prefix)) connection.change(sql)
  for (const sql of indexStatements(prefix)) connection.change(sql)
  connection.change(nameEntriesSql(prefix))
  if (whose !== undefined) nameRecords(connection, whose)
}

/** Answers whether the layout is the present one; there may be no tables yet. */
export function checkLayout(connection: Connection): boolean {
  const found = columnsOfOwn(connection)
  refuseStrangers(connection, found)
  if (isEarlierSpool(found) || NAMING_USERS.some((table) => isEarlier(found, table))) {
    throw earlierLayout()
  }
  return OWN_TABLES.every((table) => found.has(table))
}

type Found = ReadonlyMap<RecordTable, ReadonlySet<string>>

/** Whatever has the name of one of the engine's tables, with its columns. */
function columnsOfOwn(connection: Connection): Found {
  const { prefix } = connection
  const names = OWN_TABLES.map((table) => `${prefix}${table}`.toLowerCase())
  const rows = connection.rows(
    `SELECT lower(t.name), c.name FROM pragma_table_list AS t LEFT JOIN pragma_table_xinfo(t.name, 'main') AS c WHERE t.schema = 'main' AND lower(t.name) IN (SELECT value FROM json_each(@names))`,
    { names: jsonText(names) },
  )
  const found = new Map<RecordTable, Set<string>>()
  for (const [name, column] of rows) {
    const table = OWN_TABLES[names.indexOf(String(name))]
    if (table === undefined) continue
    found.set(table, (found.get(table) ?? new Set<string>()).add(String(column)))
  }
  return found
}

function isEarlier(found: Found, table: RecordTable): boolean {
  return found.get(table)?.has('user_table') === false
}

/** Ids stood there one by one. */
function isEarlierSpool(found: Found): boolean {
  const columns = found.get('spool')
  return columns?.size === 3 && columns.has('user_id')
}

/** @throws {@link UserDeletionError} `schema_mismatch` for a table of the host that has the name of one of the engine's. */
function refuseStrangers({ prefix }: Connection, found: Found): void {
  const taken = [...found].filter(
    ([table, columns]) =>
      firstColumns(table).some((column) => !columns.has(column)) ||
      (table === 'spool' && !columns.has('ids') && !isEarlierSpool(found)),
  )
  const [first] = taken
  if (first === undefined) return
  const findings = taken.map(([table]) => ({
    code: 'own_table_taken',
    table: `${prefix}${table}`,
    path: 'tablePrefix',
  }))
  throw new UserDeletionError(
    'schema_mismatch',
    `The table "${prefix}${first[0]}" is not the engine's own, which would have this name: choose another prefix with the option "tablePrefix" of the store.`,
    { details: { findings } },
  )
}

function earlierLayout(): UserDeletionError {
  return new UserDeletionError(
    'not_migrated',
    "The engine's own tables are those of an earlier version: call `engine.migrate()` once.",
  )
}

/** Gives records of an earlier layout their users' table, by what proves it. */
function nameRecords(connection: Connection, { userTable, policyDigest }: Whose): void {
  const { own } = connection
  const unnamed = ['jobs', 'disabled', 'holds', 'tokens', 'outbox'] as const
  const isThere = (table: RecordTable): boolean =>
    connection.rows(`SELECT 1 FROM ${own[table]} WHERE user_table IS NULL LIMIT 1`).length > 0
  if (!unnamed.some(isThere)) return
  const nameJobs = `UPDATE OR IGNORE ${own.jobs} SET user_table = @userTable WHERE user_table IS NULL AND policy_digest = @digest`
  connection.change(nameJobs, { userTable, digest: policyDigest })
  if (isThere('jobs')) {
    // Receipts tell which policy was whose.
    const policies = connection.rows(
      `SELECT DISTINCT user_table, json_extract(body, '$.policy.digest') FROM ${own.ledger} WHERE user_table IS NOT NULL AND kind = 'user.deleted' AND json_valid(body)`,
    )
    for (const [table, digest] of policies)
      connection.change(nameJobs, { userTable: table, digest })
  }
  const others = [own.ledger, own.jobs].map(
    (table) => `SELECT 1 FROM ${table} WHERE user_table IS NOT NULL AND user_table <> @userTable`,
  )
  if (connection.rows(`${others.join(' UNION ALL ')} LIMIT 1`, { userTable }).length > 0) return
  for (const table of unnamed) {
    connection.change(
      `UPDATE OR IGNORE ${own[table]} SET user_table = @userTable WHERE user_table IS NULL`,
      { userTable },
    )
  }
}
