/**
 * Steps that may be written together as statements that read each row once.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import type { Assignment, Program, Step, StepGroup } from '../../src/store.ts'
import { type PlainAssignment, plainValueSql } from './assignment-sql.ts'
import { quoteName, quoteTable } from './literals.ts'
import { anyUser, chainSql, conditionSql, located, userValueOf } from './selector-sql.ts'
import type { CountSql, TableFacts } from './step-sql.ts'

export interface GroupSql extends StepGroup {
  /** Rows of the steps, in their order. */
  readonly count: CountSql
  readonly apply: string
}

/** `null` for a step that is alone, and where a trigger would see the steps of a group at once. */
export function groupSql(program: Program, group: StepGroup, facts: TableFacts): GroupSql | null {
  const steps = group.steps.flatMap((position) => program.steps[position] ?? [])
  const widest = program.steps[group.widest]
  const selector = widest?.selector
  if (steps.length < 2 || widest === undefined || selector == null) return null
  if (facts.reactsToUpdates(widest.table)) return null
  const { from, where } = chainSql([selector], anyUser)
  const held = located('t0', selector.locator)
  const parts = steps.map((step): Part => ({ set: step.set, when: conditionsOf(step, widest) }))
  const rows = parts.map(({ when }) =>
    when === null ? 'count(*)' : `count(*) FILTER (WHERE ${when})`,
  )
  const columns = columnsOf(parts, (column) => facts.nullable(widest.table, column))
  const set = columns.map(({ name, value }) => `${name} = ${value}`)
  const differs = columns.map(({ name, value }) => `t0.${name} COLLATE BINARY IS NOT (${value})`)
  return {
    ...group,
    count: {
      sql: `SELECT ${held}, ${rows.join(', ')} FROM ${from} WHERE ${where} GROUP BY 1`,
      by: { kind: 'value', value: userValueOf([selector]) },
    },
    apply: `UPDATE ${quoteTable(widest.table)} AS t0 SET ${set.join(', ')} WHERE ${where} AND (${differs.join(' OR ')})`,
  }
}

interface Part {
  readonly set: readonly Assignment[]
  /** Which rows of the widest step are those of this one; `null` for all. */
  readonly when: string | null
}

function conditionsOf({ selector }: Step, widest: Step): string | null {
  const known = widest.selector?.where ?? []
  const own = (selector?.where ?? []).filter(
    (condition) => !known.some((other) => isDeepStrictEqual(other, condition)),
  )
  return own.length === 0
    ? null
    : own.map((condition) => conditionSql('t0', condition)).join(' AND ')
}

interface ColumnSql {
  readonly name: string
  readonly value: string
}

/** What each column holds once all steps have had their turn, one after the other. */
function columnsOf(
  parts: readonly Part[],
  nullable: (column: string) => boolean,
): readonly ColumnSql[] {
  const writes = new Map<string, Write[]>()
  for (const { set, when } of parts) {
    for (const assignment of set) {
      if (assignment.kind !== 'constant' && assignment.kind !== 'scrub') continue
      const earlier = writes.get(assignment.column) ?? []
      writes.set(assignment.column, [...earlier, { assignment, when }])
    }
  }
  // Where everything is a constant it is compared sooner than JSON is written.
  return [...writes]
    .map(([column, own]) => ({
      name: quoteName(column),
      value: afterwards(`t0.${quoteName(column)}`, own, [], nullable(column)),
      isConstant: own.every(({ assignment }) => assignment.kind === 'constant'),
    }))
    .sort((a, b) => Number(b.isConstant) - Number(a.isConstant))
}

interface Write {
  readonly assignment: PlainAssignment
  readonly when: string | null
}

/** The value that comes of the writes, behind those that are known to have been made. */
function afterwards(
  held: string,
  [next, ...rest]: readonly Write[],
  made: readonly PlainAssignment[],
  nullable: boolean,
): string {
  if (next === undefined) return madeSql(held, made, nullable)
  const written = afterwards(held, rest, add(made, next.assignment), nullable)
  if (next.when === null) return written
  return `CASE WHEN ${next.when} THEN ${written} ELSE ${afterwards(held, rest, made, nullable)} END`
}

/** A constant makes what came before it void, and two scrubs are one of more paths. */
function add(made: readonly PlainAssignment[], next: PlainAssignment): readonly PlainAssignment[] {
  const last = made.at(-1)
  if (next.kind === 'constant') return [next]
  if (last?.kind !== 'scrub') return [...made, next]
  return [...made.slice(0, -1), { ...last, paths: [...last.paths, ...next.paths] }]
}

function madeSql(held: string, made: readonly PlainAssignment[], nullable: boolean): string {
  return made.reduce((value, assignment) => plainValueSql(assignment, value, nullable), held)
}
