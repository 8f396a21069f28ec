/**
 * Rows for which the database would refuse a deletion, as statements that answer `[position, rows]`.
 *
 * @module
 */
import type { Assignment, Hurdle, Program, Scalar } from '../../src/program/program.ts'
import { isInDocument } from '../../src/program/selectors.ts'
import { departureSql, type Ground, referringSql, stepPairs, userPairs } from './departure-sql.ts'
import type { RowKey, SqlDialect } from './dialect.ts'
import type { MarkedAssignment, MarkedProgram, MarkedSelector } from './marks.ts'
import { sameUser } from './selectors/compare-sql.ts'
import { pairsSql } from './selectors/pairs-sql.ts'
import { relationOf } from './selectors/users-sql.ts'
import { columnsSql, pendingSql } from './steps/assignment-sql.ts'
import type { TableFacts } from './table-facts.ts'

export interface HurdleSql {
  readonly sql: string
  /** Answers 1 where no row can stand there: constants fulfil a CHECK constraint, whatever else a row holds. */
  readonly never: string | null
}

/** One statement for each hurdle of the program. */
export function hurdlesSql(
  dialect: SqlDialect,
  program: MarkedProgram,
  facts: TableFacts,
): readonly HurdleSql[] {
  const ground: Ground = { dialect, program, facts }
  return (program.hurdles ?? []).map((hurdle) => {
    const rows = dialect.subquery(hurdleSql(ground, hurdle))
    return {
      sql: `WITH ${relationOf(dialect, program)} SELECT pos, count(*) FROM ${rows} GROUP BY pos`,
      never: hurdle.kind === 'check' ? neverSql(ground, hurdle) : null,
    }
  })
}

function neverSql(
  ground: Ground,
  { table, step, condition }: Extract<Hurdle, { kind: 'check' }>,
): string | null {
  const { dialect, facts } = ground
  const set = setOf(ground, step)
  const given = new Map(
    set.flatMap((one) => (one.kind === 'constant' ? [[one.column, one.value]] : [])),
  )
  const mentioned = facts.mentionedIn(table, condition)
  if (mentioned === null || mentioned.some((name) => !given.has(name))) return null
  const values = Array.from(
    given,
    ([name, value]) =>
      `${dialect.kept(dialect.literal(value), facts.column(table, name))} AS ${dialect.quote(name)}`,
  )
  return `SELECT ${dialect.isNotFalse(`(${condition})`)} FROM (SELECT ${values.join(', ')}) AS ${dialect.quote(table)}`
}

/** Different pairs of a user and a row. */
function hurdleSql(ground: Ground, hurdle: Hurdle): string {
  switch (hurdle.kind) {
    case 'held':
      return heldSql(ground, hurdle)
    case 'lost':
      return lostSql(ground, hurdle)
    case 'taken':
      return takenSql(ground, hurdle)
    case 'check':
      return checkSql(ground, hurdle)
    case 'unread':
      return unreadSql(ground, hurdle)
  }
}

/** Rows that may be those of the step by a document that cannot be read, or rows of it with one to be written into. */
function unreadSql(
  { dialect, program, facts }: Ground,
  hurdle: Extract<Hurdle, { kind: 'unread' }>,
): string {
  const { ways = [], set = [], except = [] } = program.steps[hurdle.step] ?? {}
  if (ways.length === 0) throw new Error('a hurdle of a step that finds nothing')
  const key = facts.rowKey(hurdle.table)
  const isUnread = true
  if (hurdle.written !== true) {
    const unread = ways
      .filter(({ locator }) => isInDocument(locator) && hurdle.columns.includes(locator.column))
      .map((way): MarkedSelector => ({ ...way, locator: { ...way.locator, isUnread } }))
    return pairsSql(dialect, unread, [], key)
  }
  const own = set
    .filter(({ column }) => hurdle.columns.includes(column))
    .map((assignment): MarkedAssignment => ({ ...assignment, isUnread }))
  const lacks = pendingSql(dialect, { set: own }, { gone: sameUser(dialect), lacksDerived })
  return pairsSql(dialect, ways, except, key, ` AND (${lacks})`)
}

const lacksDerived = (): null => null

/** Rows that refer to what goes, without those that let go before. */
function heldSql(
  ground: Ground,
  { departure, freed, ...reference }: Extract<Hurdle, { kind: 'held' }>,
): string {
  const { dialect, facts } = ground
  const key = facts.rowKey(reference.table)
  const columns = key.map((name) => `c.${dialect.quote(name)}`)
  const gone = referringSql(
    ground,
    reference,
    `(${departureSql(ground, reference.references.table, departure)})`,
  )
  if (freed.length === 0) return gone
  const free = freed.map((one) => {
    const rows = dialect.subquery(departureSql(ground, reference.table, one))
    return `SELECT ${listed(key)} FROM ${rows}`
  })
  return `${gone} AND ${tuple(columns)} NOT IN (${free.join(' UNION ')})`
}

/** Rows whose reference, as it is written, leads to no row. */
function lostSql(ground: Ground, hurdle: Extract<Hurdle, { kind: 'lost' }>): string {
  const { dialect } = ground
  const { table, step, columns, references } = hurdle
  const written = constantsOf(setOf(ground, step))
  const values = columns.map((name) => valueSql(dialect, written, 'r', name))
  const refers = values.map(
    (value, index) => `o.${dialect.quote(references.columns[index] ?? '')} = ${value}`,
  )
  const isGiven = values.map((value) => `${value} IS NOT NULL`)
  return `${rowsSql(ground, table, step)} WHERE ${isGiven.join(' AND ')} AND NOT EXISTS (SELECT 1 FROM ${dialect.table(references.table)} AS o WHERE ${refers.join(' AND ')})`
}

/** Rows whose key, as it is written, another row has. */
function takenSql(ground: Ground, hurdle: Extract<Hurdle, { kind: 'taken' }>): string {
  const { dialect } = ground
  const { table, step } = hurdle
  const written = constantsOf(setOf(ground, step))
  const key = ground.facts.rowKey(hurdle.table)
  const isSame = hurdle.columns.map(
    (name) => `o.${dialect.quote(name)} = ${valueSql(dialect, written, 'r', name)}`,
  )
  const isOther = key.map((name) =>
    dialect.differs(`o.${dialect.quote(name)}`, `r.${dialect.quote(name)}`),
  )
  return `${rowsSql(ground, table, step)} WHERE EXISTS (SELECT 1 FROM ${dialect.table(hurdle.table)} AS o WHERE ${isSame.join(' AND ')} AND (${isOther.join(' OR ')}))`
}

/** Pairs of a user and a row `r` that is written: of the step, or the user row. */
function rowsSql(ground: Ground, table: string, step: number | null): string {
  const { quote, table: tableOf, orderedJoin: join } = ground.dialect
  const isRow = ground.facts
    .rowKey(table)
    .map((name, index) => `r.${quote(name)} = p.k${index}`)
    .join(' AND ')
  return `SELECT p.pos FROM (${writtenPairs(ground, step)}) AS p ${join} ${tableOf(table)} AS r ON ${isRow}`
}

function writtenPairs(ground: Ground, step: number | null): string {
  return step === null ? userPairs(ground) : stepPairs(ground, ground.program.steps[step])
}

function setOf({ program: { steps, user } }: Ground, step: number | null): readonly Assignment[] {
  return step === null ? user.set : (steps[step]?.set ?? [])
}

function constantsOf(set: readonly Assignment[]): ReadonlyMap<string, Scalar> {
  return new Map(set.flatMap((one) => (one.kind === 'constant' ? [[one.column, one.value]] : [])))
}

function valueSql(
  { quote, literal }: SqlDialect,
  written: ReadonlyMap<string, Scalar>,
  alias: string,
  column: string,
): string {
  const value = written.get(column)
  return value === undefined ? `${alias}.${quote(column)}` : literal(value)
}

/** Rows that the constraint refuses as they are written. */
function checkSql(ground: Ground, hurdle: Extract<Hurdle, { kind: 'check' }>): string {
  const { dialect, program, facts } = ground
  const { quote, orderedJoin: join } = dialect
  const { table } = hurdle
  const columns = columnsSql(setOf(ground, hurdle.step), {
    dialect,
    gone: sameUser(dialect),
    nullable: (column) => facts.nullable(table, column),
    // What only comes to be known then has the length and the letters of this.
    derived: (index) => dialect.literal(sampleOf(program, index)),
  })
  const isRow = facts.rowKey(table).map((name, index) => `t0.${quote(name)} = p.k${index}`)
  const after = facts.columns(table).map((name) => {
    const written = columns.find(({ column }) => column === name)
    if (written === undefined) return `t0.${quote(name)} AS ${quote(name)}`
    const { value, isConstant } = written
    const held = isConstant ? dialect.kept(value, facts.column(table, name)) : value
    return `${held} AS ${quote(name)}`
  })
  const rows = `SELECT p.pos AS user_deletion_pos, ${after.join(', ')} FROM (${writtenPairs(ground, hurdle.step)}) AS p ${join} u ON u.pos = p.pos ${join} ${dialect.table(table)} AS t0 ON ${isRow.join(' AND ')}`
  return `SELECT user_deletion_pos AS pos FROM (${rows}) AS ${quote(table)} WHERE NOT (${hurdle.condition})`
}

function sampleOf({ derived }: Program, index: number): string | number {
  const value = derived[index]
  if (value?.kind === 'instant') return INSTANTS[value.word] ?? SOME_TIME
  return `${value?.prefix ?? ''}${'0123456789abcdef'.repeat(2)}${value?.suffix ?? ''}`
}

const SOME_TIME = '2026-01-01T00:00:00.000Z'
const INSTANTS: Readonly<Record<string, number>> = {
  $atMs: Date.parse(SOME_TIME),
  $atSeconds: Date.parse(SOME_TIME) / 1_000,
}

function listed(key: RowKey): string {
  return key.map((_, index) => `k${index}`).join(', ')
}

function tuple(columns: readonly string[]): string {
  return columns.length === 1 ? columns.join('') : `(${columns.join(', ')})`
}
