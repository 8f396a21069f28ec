/**
 * Rows for which SQLite would refuse a deletion, as statements that answer `[position, rows]`.
 *
 * @module
 */
import type {
  Assignment,
  Departure,
  Hurdle,
  Program,
  Scalar,
  Step,
  TableReference,
} from '../../../src/program/program.ts'
import { columnsSql } from './assignment-sql.ts'
import { literal, quoteName, quoteTable } from './literals.ts'
import type { MarkedProgram } from './loose-comparisons.ts'
import { pairsSql, type RowKey, sameUser, tenantSql, userId } from './selector-sql.ts'
import { mentionsName } from './sql-text.ts'
import { relationOf } from './step-sql.ts'
import type { TableFacts } from './table-facts.ts'

export interface HurdleSql {
  readonly sql: string
  /** Answers 1 where no row can stand there: constants fulfil a CHECK constraint, whatever else a row holds. */
  readonly never: string | null
}

/** One statement for each hurdle of the program. */
export function hurdlesSql(program: MarkedProgram, facts: TableFacts): readonly HurdleSql[] {
  const users = relationOf(program)
  return (program.hurdles ?? []).map((hurdle) => {
    const rows = hurdleSql({ program, facts }, hurdle)
    return {
      sql: `WITH ${users} SELECT pos, count(*) FROM (${rows}) GROUP BY pos`,
      never: hurdle.kind === 'check' ? neverSql(program, hurdle, facts) : null,
    }
  })
}

function neverSql(
  { steps, user }: Program,
  { table, step, condition }: Extract<Hurdle, { kind: 'check' }>,
  facts: TableFacts,
): string | null {
  const set = step === null ? user.set : (steps[step]?.set ?? [])
  const given = new Map(
    set.flatMap((one) => (one.kind === 'constant' ? [[one.column, one.value]] : [])),
  )
  const others = facts.columns(table).filter((name) => !given.has(name))
  if (others.some((name) => mentionsName(condition, name))) return null
  const values = Array.from(
    given,
    ([name, value]) => `${keptSql(facts, table, name, literal(value))} AS ${quoteName(name)}`,
  )
  return `SELECT (${condition}) IS NOT 0 FROM (SELECT ${values.join(', ')}) AS ${quoteName(table)}`
}

interface Ground {
  readonly program: MarkedProgram
  readonly facts: TableFacts
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
  }
}

/** Rows that refer to what goes, without those that let go before. */
function heldSql(
  ground: Ground,
  { departure, freed, ...reference }: Extract<Hurdle, { kind: 'held' }>,
): string {
  const key = ground.facts.rowKey(reference.table)
  const columns = key.map((name) => `c.${quoteName(name)}`)
  const gone = referringSql(
    ground,
    reference,
    `(${departureSql(ground, reference.references.table, departure)})`,
  )
  if (freed.length === 0) return gone
  const free = freed.map(
    (one) => `SELECT ${listed(key)} FROM (${departureSql(ground, reference.table, one)})`,
  )
  return `${gone} AND ${tuple(columns)} NOT IN (${free.join(' UNION ')})`
}

/** Pairs of a user and a row `c` that refers to one of the rows in `parents`. */
function referringSql(
  { facts }: Ground,
  { table, columns, references }: TableReference,
  parents: string,
): string {
  const own = facts.rowKey(table).map((name, index) => `c.${quoteName(name)} AS k${index}`)
  const parentKey = facts.rowKey(references.table)
  const isParent = parentKey.map((name, index) => `t.${quoteName(name)} = p.k${index}`)
  const refers = columns.map(
    // By the comparison of the column that is referred to, as the foreign key has it.
    (name, index) => `t.${quoteName(references.columns[index] ?? name)} = c.${quoteName(name)}`,
  )
  return `SELECT DISTINCT p.pos AS pos, ${own.join(', ')} FROM ${parents} AS p CROSS JOIN ${quoteTable(references.table)} AS t ON ${isParent.join(' AND ')} CROSS JOIN ${quoteTable(table)} AS c ON ${refers.join(' AND ')} WHERE TRUE`
}

/** Those rows, and the rows of the same table that refer to them, to the end. */
function onAndOnSql(ground: Ground, reference: TableReference, first: string): string {
  const columns = ['pos', ...ground.facts.rowKey(reference.table).map((_, index) => `k${index}`)]
  const list = columns.join(', ')
  return `SELECT ${list} FROM (WITH RECURSIVE goes(${list}) AS (${first} UNION ${referringSql(ground, reference, 'goes')}) SELECT ${list} FROM goes)`
}

/** Pairs of a user and a row of the table that goes with them. */
function departureSql(ground: Ground, table: string, departure: Departure): string {
  const { program, facts } = ground
  switch (departure.kind) {
    case 'step':
      return stepPairs(ground, program.steps[departure.step])
    case 'user':
      return userPairs(ground)
    case 'along': {
      const [first, ...others] = departure.with.map((parent) =>
        departureSql(ground, departure.references.table, parent),
      )
      if (first === undefined) return nothing(facts.rowKey(table))
      const all = referringSql(ground, departure, `(${[first, ...others].join(' UNION ')})`)
      return departure.onAndOn ? onAndOnSql(ground, departure, all) : all
    }
  }
}

function stepPairs({ facts }: Ground, step: Step | undefined): string {
  const key = facts.rowKey(step?.table ?? '')
  return step === undefined || step.selector === null
    ? nothing(key)
    : pairsSql(step.selector, step.except, key)
}

function userPairs({ program: { user }, facts }: Ground): string {
  const key = facts.rowKey(user.table).map((name, index) => `t0.${quoteName(name)} AS k${index}`)
  const isTheirs = sameUser(`t0.${quoteName(user.id)}`, userId(user))
  const tenant =
    user.tenant === null
      ? ''
      : ` AND (${tenantSql('t0', user.tenant, user.hasLooseTenant)}) IS TRUE`
  return `SELECT u.pos AS pos, ${key.join(', ')} FROM u CROSS JOIN ${quoteTable(user.table)} AS t0 WHERE ${isTheirs}${tenant}`
}

function nothing(key: RowKey): string {
  return `SELECT NULL AS pos, ${key.map((_, index) => `NULL AS k${index}`).join(', ')} WHERE FALSE`
}

/** Rows whose reference, as it is written, leads to no row. */
function lostSql(ground: Ground, hurdle: Extract<Hurdle, { kind: 'lost' }>): string {
  const { table, step, columns, references } = hurdle
  const written = constantsOf(setOf(ground, step))
  const values = columns.map((name) => valueSql(written, 'r', name))
  const refers = values.map(
    (value, index) => `o.${quoteName(references.columns[index] ?? '')} = ${value}`,
  )
  const isGiven = values.map((value) => `${value} IS NOT NULL`)
  return `${rowsSql(ground, table, step)} WHERE ${isGiven.join(' AND ')} AND NOT EXISTS (SELECT 1 FROM ${quoteTable(references.table)} AS o WHERE ${refers.join(' AND ')})`
}

/** Rows whose key, as it is written, another row has. */
function takenSql(ground: Ground, hurdle: Extract<Hurdle, { kind: 'taken' }>): string {
  const { table, step } = hurdle
  const written = constantsOf(setOf(ground, step))
  const key = ground.facts.rowKey(hurdle.table)
  const isSame = hurdle.columns.map(
    (name) => `o.${quoteName(name)} = ${valueSql(written, 'r', name)}`,
  )
  const isOther = key.map((name) => `o.${quoteName(name)} IS NOT r.${quoteName(name)}`)
  return `${rowsSql(ground, table, step)} WHERE EXISTS (SELECT 1 FROM ${quoteTable(hurdle.table)} AS o WHERE ${isSame.join(' AND ')} AND (${isOther.join(' OR ')}))`
}

/** Pairs of a user and a row `r` that is written: of the step, or the user row. */
function rowsSql(ground: Ground, table: string, step: number | null): string {
  const isRow = ground.facts
    .rowKey(table)
    .map((name, index) => `r.${quoteName(name)} = p.k${index}`)
    .join(' AND ')
  return `SELECT p.pos FROM (${writtenPairs(ground, step)}) AS p CROSS JOIN ${quoteTable(table)} AS r ON ${isRow}`
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

function valueSql(written: ReadonlyMap<string, Scalar>, alias: string, column: string): string {
  const value = written.get(column)
  return value === undefined ? `${alias}.${quoteName(column)}` : literal(value)
}

/** Rows that the constraint refuses as they are written. */
function checkSql(ground: Ground, hurdle: Extract<Hurdle, { kind: 'check' }>): string {
  const { program, facts } = ground
  const columns = columnsSql(setOf(ground, hurdle.step), {
    gone: sameUser,
    nullable: (column) => facts.nullable(hurdle.table, column),
    // What only comes to be known then has the length and the letters of this.
    derived: (index) => literal(sampleOf(program, index)),
  })
  const key = facts.rowKey(hurdle.table)
  const isRow = key.map((name, index) => `t0.${quoteName(name)} = p.k${index}`).join(' AND ')
  const names = facts.columns(hurdle.table)
  const after = names.map((name) => {
    const written = columns.find(({ column }) => column === name)
    if (written === undefined) return `t0.${quoteName(name)} AS ${quoteName(name)}`
    const { value, isConstant } = written
    return `${isConstant ? keptSql(facts, hurdle.table, name, value) : value} AS ${quoteName(name)}`
  })
  const rows = `SELECT p.pos AS user_deletion_pos, ${after.join(', ')} FROM (${writtenPairs(ground, hurdle.step)}) AS p CROSS JOIN u ON u.pos = p.pos CROSS JOIN ${quoteTable(hurdle.table)} AS t0 ON ${isRow}`
  return `SELECT user_deletion_pos AS pos FROM (${rows}) AS ${quoteName(hurdle.table)} WHERE NOT (${hurdle.condition})`
}

/** A constant as the column keeps it and compares by it: as text where it holds nothing else, and by its collation. */
function keptSql({ schema }: TableFacts, table: string, name: string, value: string): string {
  const columns = schema.tables.find((one) => one.name === table)?.columns ?? []
  const { type = '', collation } = columns.find((one) => one.name === name) ?? {}
  const isText = /CHAR|CLOB|TEXT/i.test(type) && !/INT/i.test(type)
  const kept = isText ? `CAST(${value} AS TEXT)` : value
  return collation === undefined ? kept : `${kept} COLLATE ${quoteName(collation)}`
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
