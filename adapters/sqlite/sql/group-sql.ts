/**
 * Steps that may be written together as statements that read each row once.
 *
 * @module
 */

import type { Program, Step } from '../../../src/program/program.ts'
import {
  conditionsBeyond,
  groupSteps,
  type StepGroup,
} from '../../../src/program/written-together.ts'
import {
  assignmentsSql,
  type ColumnSql,
  differsSql,
  type PlainAssignment,
  plainValueSql,
} from './assignment-sql.ts'
import { quoteName, quoteTable, UPDATE } from './literals.ts'
import { conditionSql, directSql, userValueOf } from './selector-sql.ts'
import {
  type CountSql,
  heldSql,
  lacksAlone,
  type ResidueSql,
  type StepSql,
  type WriteSql,
} from './step-sql.ts'
import type { TableFacts } from './table-facts.ts'

/** Most steps are a group of their own. */
export interface GroupSql extends StepGroup {
  /** Rows of the steps, in their order. */
  readonly count: CountSql
  /** `null` for steps that write nothing. */
  readonly write: WriteSql | null
  /** Of all steps at once; `null` where there is none, or each is looked for at another time. */
  readonly residue: ResidueSql | null
}

/** Every step that a query can find, in order. `alone`: the statements of each by itself. */
export function groupsSql(
  program: Program,
  alone: readonly (StepSql | null)[],
  facts: TableFacts,
): readonly GroupSql[] {
  return groupSteps(program.steps).flatMap((group) => {
    const together = group.steps.length > 1 ? togetherSql(program, group, alone, facts) : null
    return together ?? group.steps.flatMap((index) => aloneSql(alone[index] ?? null, index))
  })
}

function aloneSql(step: StepSql | null, index: number): readonly GroupSql[] {
  if (step === null) return []
  const { count, write, residue } = step
  return [{ steps: [index], widest: index, count, write, residue }]
}

/** `null` where a trigger would see the steps at once, or rows hold a value in several spellings. */
function togetherSql(
  program: Program,
  group: StepGroup,
  alone: readonly (StepSql | null)[],
  facts: TableFacts,
): GroupSql | null {
  const widest = program.steps[group.widest]
  const selector = widest?.selector
  if (widest === undefined || selector == null || facts.reactsToUpdates(widest.table)) return null
  const { table } = widest
  const value = userValueOf([selector])
  // What is held is none of the values that were looked for.
  if (value.collation !== undefined) return null
  const { from, where } = directSql(selector, 'row')
  const parts = group.steps
    .flatMap((position) => program.steps[position] ?? [])
    .map((step): Part => ({ step, when: conditionSqlBeyond(widest, step) }))
  const rows = parts.map(({ when }) =>
    when === null ? 'count(*)' : `count(*) FILTER (WHERE ${when})`,
  )
  const columns = columnsOf(parts, (column) => facts.nullable(table, column))
  const times = new Set(group.steps.map((position) => alone[position]?.residue?.when))
  const [time] = times
  return {
    ...group,
    count: {
      sql: `SELECT ${heldSql('t0', selector, value)}, ${rows.join(', ')} FROM ${from} WHERE ${where} GROUP BY 1`,
      by: { kind: 'value', value },
    },
    write: {
      sql: `${UPDATE} ${quoteTable(table)} AS t0 SET ${assignmentsSql(columns)} WHERE ${where} AND (${differsSql(columns)})`,
      table,
      writes: columns.map(({ column }) => column),
      select: (names) => `SELECT ${names} FROM ${from} WHERE ${where}`,
    },
    residue:
      time === undefined || times.size > 1
        ? null
        : {
            table,
            sql: `SELECT count(*) FROM ${from} WHERE ${where} AND (${parts.map(lacksPart).join(' OR ')})`,
            when: time,
          },
  }
}

interface Part {
  readonly step: Step
  /** Which rows of the widest step are those of this one; `null` for all. */
  readonly when: string | null
}

function conditionSqlBeyond(widest: Step, step: Step): string | null {
  const beyond = conditionsBeyond(widest, step)
  if (beyond.length === 0) return null
  return beyond.map((condition) => conditionSql('t0', condition)).join(' AND ')
}

function lacksPart({ step, when }: Part): string {
  const lacks = lacksAlone(step)
  return when === null ? lacks : `(CASE WHEN ${when} THEN ${lacks} ELSE 0 END)`
}

/** What each column holds once all steps have had their turn, one after the other. */
function columnsOf(
  parts: readonly Part[],
  nullable: (column: string) => boolean,
): readonly ColumnSql[] {
  const writes = new Map<string, Write[]>()
  for (const { step, when } of parts) {
    for (const assignment of step.set) {
      if (assignment.kind !== 'constant' && assignment.kind !== 'scrub') continue
      const earlier = writes.get(assignment.column) ?? []
      writes.set(assignment.column, [...earlier, { assignment, when }])
    }
  }
  return Array.from(writes, ([column, own]) => ({
    column,
    value: afterwards(`t0.${quoteName(column)}`, own, [], nullable(column)),
    isConstant: own.every(({ assignment }) => assignment.kind === 'constant'),
  }))
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
