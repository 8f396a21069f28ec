/**
 * Whether values in rows of the host are those of users: the oldest, the newest and some rows in between of each table.
 *
 * @module
 */

import { keyOf } from '../../../src/program/rows/key-of.ts'
import {
  candidatesIn,
  countHeld,
  type KnownUsers,
  MOST_CHARACTERS,
  MOST_SAMPLE_MS,
  SAMPLE_SEED,
  type SampledRow,
  type SampledTable,
} from '../../../src/program/sampled-values.ts'
import type {
  AskedValues,
  ColumnSchema,
  DatabaseSchema,
  TableSchema,
} from '../../../src/program/schema.ts'
import type { SqlDialect } from '../../sql/dialect.ts'
import type { Session } from '../server/session.ts'
import { elementType } from '../sql/types.ts'
import type { Described } from './describe.ts'

/** Tables that cannot be looked at in time are told of as sampled in part. Nothing is kept of the session's settings. */
export async function withValues(
  session: Session,
  dialect: SqlDialect,
  { schema }: Pick<Described, 'schema'>,
  asked: AskedValues,
): Promise<DatabaseSchema> {
  const inTime = openTime(session, await ownLimit(session))
  const wanted = new Set(asked.tables)
  const tables = schema.tables.filter(
    ({ name, kind, hidesRows }) => wanted.has(name) && kind === 'table' && hidesRows !== true,
  )
  const sampled = new Map<string, SampledTable>()
  for (const table of tables) {
    const rows = await inTime(() => rowsOf(session, dialect, table, asked.rows))
    if (rows !== null) sampled.set(table.name, { table: table.name, rows })
  }
  const candidates = candidatesIn([...sampled.values()])
  // Without the users a sample would say that none is there.
  const users = await inTime(() => usersWith(session, dialect, schema, asked, candidates))
  return {
    ...schema,
    tables: schema.tables.map((table) => {
      if (!tables.includes(table)) return table
      const own = sampled.get(table.name)
      return own === undefined || users === null
        ? { ...table, sampledInPart: true as const }
        : { ...table, sampledValues: countHeld(own, users, asked) }
    }),
  }
}

/** The time that the role gives a statement, in milliseconds; none is 0. */
async function ownLimit(session: Session): Promise<number> {
  const [[limit] = []] = await session.rows(
    "SELECT setting FROM pg_catalog.pg_settings WHERE name = 'statement_timeout'",
  )
  return Number(limit)
}

type InTime = <T>(look: () => Promise<T>) => Promise<T | null>

/** Each look gets what is left of the time, up to a third of it: one large table does not take it all. */
function openTime(session: Session, limit: number): InTime {
  const end = performance.now() + MOST_SAMPLE_MS
  return async (look) => {
    const left = Math.floor(Math.min(end - performance.now(), MOST_SAMPLE_MS / 3))
    if (left < 1) return null
    const most = limit === 0 ? left : Math.min(limit, left)
    await session.change('SAVEPOINT user_deletion_sample')
    try {
      await session.rows(`SELECT pg_catalog.set_config('statement_timeout', '${most}', TRUE)`)
      return await look()
    } catch {
      return null
    } finally {
      // What the role may not read, what is locked or takes too long costs this look alone.
      await session.change('ROLLBACK TO SAVEPOINT user_deletion_sample')
      await session.change('RELEASE SAVEPOINT user_deletion_sample')
    }
  }
}

async function rowsOf(
  session: Session,
  dialect: SqlDialect,
  table: TableSchema,
  count: number,
): Promise<readonly SampledRow[]> {
  const columns = (table.columns ?? []).filter(isLookedAt)
  if (columns.length === 0) return []
  const name = dialect.table(table.name)
  const list = columns.map((column) => textOf(dialect, column)).join(', ')
  const own = keyOf(table)
  // Rows cannot be put in order by what the role may not read.
  const isKnown = own.every((name) =>
    table.columns?.some((one) => one.name === name && !one.refuses?.includes('select')),
  )
  const key = isKnown ? own.map(dialect.quote) : []
  const read = (rest: string): Promise<readonly (readonly unknown[])[]> =>
    session.rows(`SELECT ${list} FROM ${name} AS t0 ${rest}`)
  const inOrder = (direction: string): string =>
    key.length === 0 ? '' : `ORDER BY ${key.map((one) => `t0.${one} ${direction}`).join(', ')}`
  const first = await read(`${inOrder('ASC')} LIMIT ${2 * count}`)
  const isWhole = first.length < 2 * count
  const rows = isWhole
    ? first
    : [
        ...first.slice(0, count),
        ...(await read(await between(session, table, name, count))),
        ...(key.length === 0
          ? first.slice(count)
          : await read(`${inOrder('DESC')} LIMIT ${count}`)),
      ]
  return rows.map((row) =>
    Object.fromEntries(columns.map((column, place) => [column.name, row[place]])),
  )
}

/** Some pages of the table, the same ones each time. */
async function between(
  session: Session,
  table: TableSchema,
  name: string,
  count: number,
): Promise<string> {
  const [[pages] = []] = await session.rows(
    'SELECT pg_catalog.pg_relation_size(CAST(CAST(@name AS text) AS regclass)) / 8192',
    { name: name.replace(/^ONLY /, '') },
  )
  // A table in partitions has no pages of its own.
  const share = Number(pages) > 0 ? SOME_PAGES / Number(pages) : count / (table.rows ?? 1)
  const percent = Math.min(100, 100 * share)
  return `TABLESAMPLE SYSTEM (${percent}) REPEATABLE (${SAMPLE_SEED}) LIMIT ${count / 2}`
}

const SOME_PAGES = 8

function isLookedAt({ holds, refuses = [] }: ColumnSchema): boolean {
  if (holds === undefined || refuses.includes('select')) return false
  const kind = typeof holds === 'object' && 'listOf' in holds ? holds.listOf : holds
  return typeof kind === 'string' && ['text', 'integer', 'number', 'uuid', 'json'].includes(kind)
}

/** A longer value is passed over, and not even read where it is kept apart from its row. */
function textOf(dialect: SqlDialect, { name, type = '' }: ColumnSchema): string {
  const column = `t0.${dialect.quote(name)}`
  const text = `CAST(${elementType(type) === null ? column : `to_jsonb(${column})`} AS text)`
  const isShort = `pg_column_size(${column}) <= ${MOST_CHARACTERS}`
  return `CASE WHEN ${isShort} THEN CASE WHEN length(${text}) <= ${MOST_CHARACTERS} THEN ${text} END END`
}

/** Users whose rows hold one of the values. */
async function usersWith(
  session: Session,
  dialect: SqlDialect,
  { tables }: DatabaseSchema,
  { users }: AskedValues,
  candidates: readonly string[],
): Promise<KnownUsers> {
  const table = tables.find(({ name }) => name === users.table)
  const columns = new Map(table?.columns?.map((column) => [column.name, column]))
  const known = new Map<string, Map<string, Set<string>>>()
  if (!columns.has(users.id)) return known
  const id = dialect.quote(users.id)
  const from = dialect.table(users.table)
  for (const [field, name] of [['id', users.id] as const, ...Object.entries(users.fields)]) {
    const column = columns.get(name)
    if (column === undefined || !isLookedAt(column)) continue
    const byValue = new Map<string, Set<string>>()
    known.set(field, byValue)
    const held = dialect.quote(name)
    for (let place = 0; place < candidates.length; place += TOGETHER) {
      const found = await session.rows(
        `SELECT CAST(u.${held} AS text), CAST(u.${id} AS text) FROM ${from} AS u WHERE u.${held} IN (SELECT value FROM ${dialect.list('@list', column.type)}) LIMIT ${MOST_FOUND}`,
        { list: JSON.stringify(candidates.slice(place, place + TOGETHER)) },
      )
      for (const [value, owner] of found) {
        const text = String(value)
        byValue.set(text, (byValue.get(text) ?? new Set()).add(String(owner)))
      }
    }
  }
  return known
}

const TOGETHER = 20_000
const MOST_FOUND = 100_000
