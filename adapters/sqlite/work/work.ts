/**
 * Work on the host's rows, inside the transaction that the caller has opened.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import { passAround } from '../../../src/program/steps.ts'
import type { HostWork, StepRun } from '../../../src/store/change.ts'
import { jsonText } from '../../sql/json-text.ts'
import type { ProgramSql } from '../../sql/program-sql.ts'
import type { Parameters } from '../../sql/statement.ts'
import type { PassSql } from '../../sql/steps/chunk-sql.ts'
import type { GroupSql } from '../../sql/steps/group-sql.ts'
import type { ResidueSql } from '../../sql/steps/residue-sql.ts'
import type { WriteSql } from '../../sql/steps/write-sql.ts'
import { behindCursor, nextKeys } from '../answers/step-rows.ts'
import type { Connection } from '../handle/connection.ts'
import { explainingRefusal } from '../handle/explain-refusal.ts'
import { type HeldParents, holdParents } from './gone-parents.ts'
import { writeNamedRows } from './named-rows.ts'
import { lateResidue, refuseResidue } from './residue.ts'
import { endUserRows, setUserRows } from './user-rows.ts'

/** The steps in order, then the user rows, then what is asked at the end. `parameters`: of the users of the work. */
export function workOn(
  connection: Connection,
  sql: ProgramSql,
  work: HostWork,
  parameters: Parameters,
): void {
  const { steps, userRows } = work
  if (steps.some(({ keys }) => keys !== undefined)) {
    writeNamedRows(connection, sql, work, parameters)
    return
  }
  const held = runSteps(connection, sql, steps, parameters)
  if (userRows.kind === 'end') endUserRows(connection, sql, parameters, work.users.length)
  if (userRows.kind === 'set') setUserRows(connection, sql, work, userRows.columns)
  const asked = new Set(steps.map(({ step }) => step))
  lateResidue(connection, sql, asked, held, parameters)
}

/** Answers what has to be known at the end of parents that are gone by then. */
function runSteps(
  connection: Connection,
  sql: ProgramSql,
  steps: readonly StepRun[],
  parameters: Parameters,
): HeldParents {
  const runs: Runs = new Map(steps.filter(({ rows }) => rows > 0).map((run) => [run.step, run]))
  const held = holdParents(connection, sql, parameters)
  const found = new Map<number, string>()
  for (const { run, write, residues } of turnsOf(sql, runs)) {
    const pass = sql.steps[run.step]?.pass ?? null
    if (pass !== null && !found.has(run.step)) {
      for (const [step, pairs] of findPass(connection, sql, runs, run.step, parameters)) {
        found.set(step, pairs)
      }
    }
    const pairs = found.get(run.step)
    const changed = explainingRefusal(connection, sql.schema, { ...write, parameters }, () =>
      pass !== null && pairs !== undefined
        ? connection.change(pass.write, { ...parameters, pairs })
        : writeRows(connection, sql, run, write, parameters),
    )
    refuseMoreThanCounted(write.table, run.rows, changed)
    for (const residue of residues) refuseResidue(connection, residue, 'at_once', parameters)
  }
  return held
}

/** Steps that have rows, by their index. */
type Runs = ReadonlyMap<number, StepRun>

/** Rows of all steps that find theirs with this one, which is the first of them to write. */
function findPass(
  connection: Connection,
  sql: ProgramSql,
  runs: Runs,
  first: number,
  parameters: Parameters,
): ReadonlyMap<number, string> {
  const found = new Map<number, string>()
  for (const step of passAround(sql.program.steps, first)) {
    const [run, pass] = [runs.get(step), sql.steps[step]?.pass ?? null]
    if (run === undefined || pass === null) continue
    found.set(step, findPairs(connection, pass, parameters, run))
  }
  return found
}

/** Rows of a step and their users, found before any step of its pass writes; behind the cursor where there is one. */
function findPairs(
  connection: Connection,
  pass: PassSql,
  parameters: Parameters,
  { behind }: StepRun,
): string {
  const rows =
    behind === undefined
      ? connection.rows(pass.find, parameters)
      : connection.rows(pass.findNext, { ...parameters, ...behindCursor(behind) })
  return jsonText(rows)
}

function writeRows(
  connection: Connection,
  { steps }: ProgramSql,
  { step, behind }: StepRun,
  write: WriteSql,
  parameters: Parameters,
): number {
  const chunk = behind === undefined ? null : (steps[step]?.chunk ?? null)
  if (behind === undefined || chunk === null) return connection.change(write.sql, parameters)
  const keys = nextKeys(connection, chunk, parameters, behind, ALL)
  return keys.length === 0
    ? 0
    : connection.change(chunk.apply, { ...parameters, keys: jsonText(keys) })
}

/** SQLite's LIMIT for "no limit". */
const ALL = -1

/** One statement in its turn. */
interface Turn {
  /** Of several steps the one whose rows are those of all. */
  readonly run: StepRun
  readonly write: WriteSql
  readonly residues: readonly ResidueSql[]
}

/** Steps stay together where each has rows, and none has been written in part. */
function turnsOf(sql: ProgramSql, runs: Runs): readonly Turn[] {
  const turn = (
    run: StepRun | undefined,
    write: WriteSql | null | undefined,
    residues: readonly ResidueSql[],
  ): readonly Turn[] => (run === undefined || write == null ? [] : [{ run, write, residues }])
  return sql.groups.flatMap((group) => {
    const own = group.steps.flatMap((index) => runs.get(index) ?? [])
    const isWhole = own.every(({ behind }) => behind === undefined)
    if (isWhole && own.length === group.steps.length) {
      return turn(runs.get(group.widest), group.write, residuesTogether(sql, group))
    }
    return own.flatMap((run) => {
      const { write, residue } = sql.steps[run.step] ?? {}
      return turn(run, write, residue == null ? [] : [residue])
    })
  })
}

function residuesTogether({ steps }: ProgramSql, group: GroupSql): readonly ResidueSql[] {
  if (group.residue !== null) return [group.residue]
  return group.steps.flatMap((index) => steps[index]?.residue ?? [])
}

function refuseMoreThanCounted(table: string, counted: number, changed: number): void {
  if (changed <= counted) return
  throw new UserDeletionError('store_failed', `A step touched more rows than were counted.`, {
    details: { table, counted, changed },
  })
}
