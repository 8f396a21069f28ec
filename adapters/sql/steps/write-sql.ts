/**
 * What a step does to its rows, as statements. Those that touch one plain column take the short way (`IN` over the
 * slice's values); the others pair rows with users first.
 *
 * @module
 */
import type { Assignment, Selector, Step } from '../../../src/program/program.ts'
import { isSamePath, wayInto } from '../../../src/program/selectors.ts'
import { chainSql, directSql } from '../selectors/chain-sql.ts'
import { chainsOf, directWay } from '../selectors/chains.ts'
import { anyUser, type Compare, sameUser } from '../selectors/compare-sql.ts'
import { belongsByOneSql, guardSql } from '../selectors/pairs-sql.ts'
import { valueKey } from '../selectors/user-value.ts'
import type { RefusedStatement } from '../statement.ts'
import {
  type AssignmentContext,
  assignmentsSql,
  type ColumnSql,
  columnsSql,
  differsSql,
} from './assignment-sql.ts'
import { keyColumns, keyTuple, pairKey, type StepContext, usersOf } from './step-context.ts'

/** A statement that writes the rows of all users of the slice, and what explains its refusal. */
export interface WriteSql extends Omit<RefusedStatement, 'parameters'> {
  readonly sql: string
}

/** `null` for steps that write nothing. */
export function wholeSql(context: StepContext): WriteSql | null {
  const { dialect, step } = context
  const columns = columnsFor(context, (index) => `p.d${index}`, goneFrom(context))
  const verb = verbSql(context, columns)
  if (verb === null) return null
  const rows = step.set.some(({ kind }) => kind === 'derived')
    ? updateFromPairs(context, verb)
    : onRows(context, verb)
  return {
    sql: step.action === 'delete' ? rows : `${rows} AND (${differsSql(dialect, columns)})`,
    table: step.table,
    writes: columns.map(({ column }) => column),
    select: (names) => onRows(context, `SELECT ${names} FROM ${dialect.table(step.table)} AS t0`),
  }
}

export function columnsFor(
  { dialect, step, facts }: StepContext,
  derived: AssignmentContext['derived'],
  gone: AssignmentContext['gone'],
): readonly ColumnSql[] {
  const nullable = (column: string): boolean => facts.nullable(step.table, column)
  return columnsSql(step.set, { dialect, gone, derived, nullable })
}

export function verbSql(
  { dialect, step }: StepContext,
  columns: readonly ColumnSql[],
): string | null {
  const table = dialect.table(step.table)
  if (step.action === 'delete') return `DELETE FROM ${table} AS t0`
  if (columns.length === 0 || step.action === 'block' || step.action === 'external') return null
  return `${dialect.update} ${table} AS t0 SET ${assignmentsSql(dialect, columns)}`
}

/** Where the array that is written is not the one that was matched, a row's elements and its users differ. */
export function pairsForPull({ set, ways, except }: Step): boolean {
  const writes = set.filter(choosesElements)
  const [way, ...others] = ways
  if (writes.length === 0 || way === undefined) return false
  if (others.length > 0 || except.length > 0) return true
  return writes.some((write) => !writesWhatMatched(write, way))
}

/** A verb on all rows of the step for all users of the slice. */
function onRows(context: StepContext, verb: string): string {
  const { dialect, step, ways, key } = context
  const own = keyTuple(dialect, key)
  if (context.isFound || step.except.length > 0 || pairsForPull(step)) {
    const pairs = dialect.subquery(context.pairs())
    return `WITH ${usersOf(context)} ${verb} WHERE ${own} IN (SELECT ${pairKey(key)} FROM ${pairs})${stillTheirs(context)}`
  }
  const way = directWay(ways)
  if (way !== null) return `${verb} WHERE ${directSql(dialect, way, 'row').where}`
  const rows = ways.flatMap(chainsOf).map((chain) => {
    const { from, where } = chainSql(dialect, chain, anyUser(dialect))
    return `SELECT ${keyColumns(dialect, key)} FROM ${from} WHERE ${where}`
  })
  const found = `${verb} WHERE ${own} IN (${rows.join(' UNION ')})`
  return dialect.rechecks ? `WITH ${usersOf(context)} ${found}${stillTheirs(context)}` : found
}

/** That the row belongs to a user of the slice, by the row as it is now: it may have changed hands since it was found. */
export function stillTheirs({ dialect, ways, step, isFound }: StepContext, isUser = ''): string {
  if (!dialect.rechecks || isFound) return ''
  return ` AND EXISTS (SELECT 1 FROM u WHERE ${isUser}${belongsByOneSql(dialect, ways)}${guardSql(dialect, step.except)})`
}

/** Which elements leave an array: those of users to whom the row belongs, past exceptions. */
function goneFrom({ dialect, step, ways, key, pairs, isFound }: StepContext): Compare {
  const same = sameUser(dialect)
  if (isFound) {
    const own = key.map((name, index) => `found.k${index} = t0.${dialect.quote(name)}`)
    return (value, wanted) =>
      `EXISTS (SELECT 1 FROM u JOIN (${pairs()}) AS found ON found.pos = u.pos WHERE ${own.join(' AND ')} AND ${same(value, wanted)})`
  }
  if (!pairsForPull(step)) return anyUser(dialect)
  return (value, wanted) =>
    `EXISTS (SELECT 1 FROM u WHERE ${same(value, wanted)} AND ${belongsByOneSql(dialect, ways)}${guardSql(dialect, step.except)})`
}

type ElementWrite = Extract<Assignment, { kind: 'pull' | 'json_value' }>

/** Whether it is for elements of an array that hold a value of the user. */
function choosesElements(assignment: Assignment): assignment is ElementWrite {
  return (
    assignment.kind === 'pull' ||
    (assignment.kind === 'json_value' && assignment.holding !== undefined)
  )
}

function writesWhatMatched(write: ElementWrite, { locator, target }: Selector): boolean {
  const wanted = write.kind === 'pull' ? write : write.holding
  const way = write.kind === 'pull' ? wayInto({ ...write, each: true }) : write.path
  return (
    locator.each &&
    target.kind === 'user' &&
    write.column === locator.column &&
    isSamePath(way, wayInto(locator)) &&
    wanted !== undefined &&
    valueKey(wanted) === valueKey(target)
  )
}

/** Where two users of the slice share a row, the later one's value stays, as if they had gone one by one. */
function updateFromPairs(context: StepContext, verb: string): string {
  const { dialect, key, program } = context
  const values = program.derived.map((_, index) => `u.d${index} AS d${index}`).join(', ')
  const keys = pairKey(key)
  const pairs = dialect.subquery(context.pairs())
  const last = `SELECT ${keys}, max(pos) AS pos FROM ${pairs} GROUP BY ${keys}`
  const joined = `SELECT last.*, ${values} FROM (${last}) AS last JOIN u ON u.pos = last.pos`
  const match = key.map((name, index) => `t0.${dialect.quote(name)} = p.k${index}`).join(' AND ')
  return `WITH ${usersOf(context)}, p AS MATERIALIZED (${joined}) ${verb} FROM p WHERE ${match}${stillTheirs(context, 'u.pos = p.pos AND ')}`
}
