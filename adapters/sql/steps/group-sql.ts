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
import type { SqlDialect } from '../dialect.ts'
import type { Kept } from '../marks.ts'
import { directSql } from '../selectors/chain-sql.ts'
import { userValueOf } from '../selectors/chains.ts'
import { conditionSql } from '../selectors/compare-sql.ts'
import type { TableFacts } from '../table-facts.ts'
import {
  assignmentsSql,
  type ColumnSql,
  differsSql,
  type PlainAssignment,
  plainValueSql,
} from './assignment-sql.ts'
import { type CountSql, heldSql } from './count-sql.ts'
import { lacksAlone, type ResidueSql } from './residue-sql.ts'
import type { StepSql } from './step-sql.ts'
import type { WriteSql } from './write-sql.ts'

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
  dialect: SqlDialect,
  program: Program,
  alone: readonly (StepSql | null)[],
  facts: TableFacts,
): readonly GroupSql[] {
  return groupSteps(program.steps).flatMap((group) => {
    const together =
      group.steps.length > 1 ? togetherSql({ dialect, program, facts }, group, alone) : null
    return together ?? group.steps.flatMap((index) => aloneSql(alone[index] ?? null, index))
  })
}

function aloneSql(step: StepSql | null, index: number): readonly GroupSql[] {
  if (step === null) return []
  const { count, write, residue } = step
  return [{ steps: [index], widest: index, count, write, residue }]
}

interface Scene {
  readonly dialect: SqlDialect
  readonly program: Program
  readonly facts: TableFacts
}

/** `null` where a trigger would see the steps at once, or rows hold a value in several spellings. */
function togetherSql(
  { dialect, program, facts }: Scene,
  group: StepGroup,
  alone: readonly (StepSql | null)[],
): GroupSql | null {
  const widest = program.steps[group.widest]
  const selector = widest?.ways[0]
  if (widest === undefined || selector === undefined || facts.reactsToUpdates(widest.table))
    return null
  const { table } = widest
  const value = userValueOf([selector])
  // What is held is none of the values that were looked for.
  if (value.collation !== undefined) return null
  const { from, where } = directSql(dialect, selector, 'row')
  const parts = group.steps
    .flatMap((position) => program.steps[position] ?? [])
    .map((step): Part => ({ step, when: conditionSqlBeyond(dialect, widest, step) }))
  const rows = parts.map(({ when }) =>
    when === null ? 'count(*)' : `count(*) FILTER (WHERE ${when})`,
  )
  const columns = columnsOf(dialect, parts, (column) => facts.nullable(table, column))
  const times = new Set(group.steps.map((position) => alone[position]?.residue?.when))
  const [time] = times
  return {
    ...group,
    count: {
      sql: `SELECT ${heldSql(dialect, 't0', selector, value)}, ${rows.join(', ')} FROM ${from} WHERE ${where} GROUP BY 1`,
      by: { kind: 'value', value },
    },
    write: {
      sql: `${dialect.update} ${dialect.table(table)} AS t0 SET ${assignmentsSql(dialect, columns)} WHERE ${where} AND (${differsSql(dialect, columns)})`,
      table,
      writes: columns.map(({ column }) => column),
      select: (names) => `SELECT ${names} FROM ${from} WHERE ${where}`,
    },
    residue:
      time === undefined || times.size > 1
        ? null
        : {
            table,
            sql: `SELECT count(*) FROM ${from} WHERE ${where} AND (${parts.map((part) => lacksPart(dialect, part)).join(' OR ')})`,
            when: time,
          },
  }
}

interface Part {
  readonly step: Step
  /** Which rows of the widest step are those of this one; `null` for all. */
  readonly when: string | null
}

function conditionSqlBeyond(dialect: SqlDialect, widest: Step, step: Step): string | null {
  const beyond = conditionsBeyond(widest, step)
  if (beyond.length === 0) return null
  return beyond.map((condition) => conditionSql(dialect, 't0', condition)).join(' AND ')
}

function lacksPart(dialect: SqlDialect, { step, when }: Part): string {
  const lacks = lacksAlone(dialect, step)
  return when === null
    ? lacks
    : `(CASE WHEN ${when} THEN ${lacks} ELSE ${dialect.literal(false)} END)`
}

/** What each column holds once all steps have had their turn, one after the other. */
function columnsOf(
  dialect: SqlDialect,
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
    value: afterwards(
      (made) => madeSql(dialect, `t0.${dialect.quote(column)}`, made, nullable(column)),
      own,
      [],
    ),
    keptIn: own.at(-1)?.assignment.keptIn,
    isConstant: own.every(({ assignment }) => assignment.kind === 'constant'),
  }))
}

interface Write {
  readonly assignment: PlainAssignment & Kept
  readonly when: string | null
}

/** The value that comes of the writes, behind those that are known to have been made. `afterAll`: where none is left. */
function afterwards(
  afterAll: (made: readonly PlainAssignment[]) => string,
  [next, ...rest]: readonly Write[],
  made: readonly PlainAssignment[],
): string {
  if (next === undefined) return afterAll(made)
  const written = afterwards(afterAll, rest, add(made, next.assignment))
  if (next.when === null) return written
  return `CASE WHEN ${next.when} THEN ${written} ELSE ${afterwards(afterAll, rest, made)} END`
}

/** A constant makes what came before it void, and two scrubs are one of more paths. */
function add(made: readonly PlainAssignment[], next: PlainAssignment): readonly PlainAssignment[] {
  const last = made.at(-1)
  if (next.kind === 'constant') return [next]
  if (last?.kind !== 'scrub') return [...made, next]
  return [...made.slice(0, -1), { ...last, paths: [...last.paths, ...next.paths] }]
}

function madeSql(
  dialect: SqlDialect,
  held: string,
  made: readonly PlainAssignment[],
  nullable: boolean,
): string {
  return made.reduce(
    (value, assignment) => plainValueSql(dialect, assignment, value, nullable),
    held,
  )
}
