/**
 * Deletes a slice of users inside the transaction that the caller has opened.
 *
 * @module
 */
import { endsRuns, UserDeletionError } from '../../src/errors.ts'
import {
  type Assignment,
  type Cursor,
  type FoundUser,
  type JournalEnd,
  keepsItsRows,
  type LeavingUsers,
  type LedgerEntry,
  residueLeft,
  type Slice,
  type SliceOutcome,
  type Step,
  type Survey,
  sealInParts,
  settleUnit,
} from '../../src/store.ts'
import { writeKeys } from './apply-chunk.ts'
import { type Connection, type Parameters, SavepointLost } from './connection.ts'
import { explainRefusal } from './explain-refusal.ts'
import type { GroupSql } from './group-sql.ts'
import { assertHeld, finishJob } from './jobs.ts'
import { readHead, writeSeal } from './ledger.ts'
import { quoteName, quoteTable } from './literals.ts'
import type { ProgramSql } from './program-sql.ts'
import { anyUser, USER_ID } from './selector-sql.ts'
import { sliceParameters } from './slice-parameters.ts'
import { constraintKind, toStoreError } from './sqlite-errors.ts'
import type { StepSql } from './step-sql.ts'
import { takeSurvey } from './take-survey.ts'
import { forgetUsers } from './user-records.ts'

/** All users as one unit, or each in a savepoint of its own. */
export function applySlice(
  connection: Connection,
  sql: ProgramSql,
  slice: Slice,
): readonly SliceOutcome[] {
  if (slice.isolation === 'together') {
    return applyUnit(connection, sql, slice, [...slice.users.keys()])
  }
  return slice.users.map((_, position): SliceOutcome => {
    try {
      const [outcome] = connection.savepoint(() => applyUnit(connection, sql, slice, [position]))
      return outcome ?? { kind: 'absent' }
    } catch (cause) {
      if (cause instanceof SavepointLost) throw cause
      const error = toStoreError(cause)
      // Nobody else of the slice can fare better, or another worker has the job.
      if (endsRuns(error) || error.code === 'lease_lost') throw error
      return { kind: 'failed', error }
    }
  })
}

function applyUnit(
  connection: Connection,
  sql: ProgramSql,
  slice: Slice,
  positions: readonly number[],
): readonly SliceOutcome[] {
  if (slice.journal !== undefined) assertHeld(connection, slice.journal)
  const isAll = positions.length === slice.users.length
  const users = isAll ? slice.users : positions.flatMap((position) => slice.users[position] ?? [])
  const taken = takeSurvey(connection, sql, { ...slice, users }, 'blocking')
  const survey = slice.journal === undefined ? taken : recount(connection, sql, slice, taken)
  return settleUnit(slice, positions, survey, (leaving) =>
    removeUsers(connection, sql, slice, leaving),
  )
}

/** The steps, the user rows and the seal, in this order. */
function removeUsers(
  connection: Connection,
  sql: ProgramSql,
  slice: Slice,
  leaving: LeavingUsers,
): readonly LedgerEntry[] {
  const found = Array.from(leaving, (one) => one.found)
  const derivedOf = (place: number): readonly string[] => leaving.at(place)?.derived ?? []
  const parameters = sliceParameters(sql.values, slice.tenantId, found, derivedOf)
  const totals = totalsOf(
    sql,
    Array.from(leaving, (one) => one.counts),
  )
  runSteps(connection, sql, totals, parameters, slice.journal)
  removeUserRows(connection, sql, parameters, leaving.length)
  refuseLateResidue(connection, sql, parameters)
  const entries = sealInParts(slice, leaving, readHead(connection), (seal) =>
    writeSeal(connection, seal),
  )
  if (slice.journal !== undefined) finishJob(connection, slice.journal)
  const ids = found.map(({ fields }) => fields['id'])
  forgetUsers(connection, slice.tenantId, ids)
  return entries
}

/** Rows of all users by step, out of those of each. */
export function totalsOf(
  sql: ProgramSql,
  counts: readonly (readonly number[])[],
): readonly number[] {
  const totals = sql.steps.map(() => 0)
  for (const own of counts) {
    for (const [index, rows] of own.entries()) totals[index] = (totals[index] ?? 0) + rows
  }
  return totals
}

/**
 * Every step in order, each followed by the residue check that can only be made at once; steps that may be
 * written together in one statement, unless a journal tells how far each has come. `totals`: rows of all users
 * by step.
 */
export function runSteps(
  connection: Connection,
  sql: ProgramSql,
  totals: readonly number[],
  parameters: Parameters,
  journal?: JournalEnd,
): void {
  const rowsOf = (index: number): number => totals[index] ?? 0
  const groups = journal === undefined ? sql.groups.filter(({ steps }) => steps.every(rowsOf)) : []
  for (const [index, step] of sql.program.steps.entries()) {
    const statements = sql.steps[index]
    const rows = rowsOf(index)
    if (statements == null || statements.apply === null || rows === 0) continue
    const group = groups.find(({ steps }) => steps.includes(index))
    if (group === undefined) {
      runStep(connection, sql, { step, statements, index, rows, parameters, journal })
    } else if (group.steps[0] === index) {
      runGroup(connection, sql, group, rowsOf(group.widest), parameters)
    }
    if (statements.residue?.when === 'at_once') {
      refuseResidue(connection, step, statements, parameters)
    }
  }
}

/** Refuses rows that deleting steps still match once everything is done. */
export function refuseLateResidue(
  connection: Connection,
  sql: ProgramSql,
  parameters: Parameters,
): void {
  for (const [index, step] of sql.program.steps.entries()) {
    const statements = sql.steps[index]
    if (statements?.residue?.when === 'at_end') {
      refuseResidue(connection, step, statements, parameters)
    }
  }
}

interface StepRun {
  readonly step: Step
  readonly statements: StepSql
  readonly index: number
  /** Rows counted for the users who go. */
  readonly rows: number
  readonly parameters: Parameters
  readonly journal: JournalEnd | undefined
}

function runStep(connection: Connection, sql: ProgramSql, run: StepRun): void {
  const { step, statements, parameters } = run
  const cursors = run.journal?.cursors ?? null
  write(
    connection,
    sql,
    { ...run, table: step.table, select: statements.select, set: step.set },
    () =>
      cursors !== null && keepsItsRows(step)
        ? writeRest(connection, statements, cursors, run)
        : connection.change(statements.apply ?? '', parameters),
  )
}

/** `rows`: those of the widest step, which are those of all. */
function runGroup(
  connection: Connection,
  sql: ProgramSql,
  { steps, widest, apply }: GroupSql,
  rows: number,
  parameters: Parameters,
): void {
  const table = sql.program.steps[widest]?.table ?? ''
  const select = sql.steps[widest]?.select
  if (select === undefined) throw new Error('a group has no statements')
  const set = steps.flatMap((index) => sql.program.steps[index]?.set ?? [])
  write(connection, sql, { table, select, set, rows, parameters }, () =>
    connection.change(apply, parameters),
  )
}

interface Written extends Pick<StepRun, 'rows' | 'parameters'>, Pick<StepSql, 'select'> {
  readonly table: string
  readonly set: readonly Assignment[]
}

function write(
  connection: Connection,
  sql: ProgramSql,
  { table, select, set, rows, parameters }: Written,
  work: () => number,
): void {
  let changed: number
  try {
    changed = work()
  } catch (cause) {
    if (constraintKind(cause) === null) throw cause
    const writes = set.map(({ column }) => column)
    const where = { table, parameters, select, writes }
    throw explainRefusal(connection, sql.schema, where, cause)
  }
  if (changed > rows) {
    throw new UserDeletionError('store_failed', `A step touched more rows than were counted.`, {
      details: { table, counted: rows, changed },
    })
  }
}

/** In the last transaction of the journalled way: only the rows behind the cursor. */
function writeRest(
  connection: Connection,
  { chunk }: StepSql,
  cursors: readonly (Cursor | null)[],
  { parameters, index }: StepRun,
): number {
  if (chunk === null) return 0
  const cursor = cursors[index] ?? null
  return writeKeys(connection, chunk, parameters, cursor, ALL).rows
}

/** SQLite's LIMIT for "no limit". */
const ALL = -1

/** Counts of steps that keep their rows, less what earlier chunks have written. */
function recount(connection: Connection, sql: ProgramSql, slice: Slice, survey: Survey): Survey {
  const [found] = survey.users
  const cursors = slice.journal?.cursors ?? null
  if (found == null || cursors === null) return survey
  const parameters = parametersOf(sql, slice, found)
  const counts = (survey.counts[0] ?? []).map((rows, index) => {
    const step = sql.program.steps[index]
    const chunk = sql.steps[index]?.chunk
    const cursor = cursors[index] ?? null
    if (step === undefined) return rows
    // Its exceptions may be overwritten by now, so its chunks have had the last word.
    if (step.except.length > 0) return 0
    if (chunk == null || cursor === null || !keepsItsRows(step)) return rows
    const after = Object.fromEntries(cursor.map((value, place) => [`after${place}`, value]))
    return connection.rows(chunk.next, { ...parameters, ...after, limit: ALL }).length
  })
  return { ...survey, counts: [counts] }
}

function parametersOf(sql: ProgramSql, slice: Slice, found: FoundUser): Parameters {
  const derived = sql.program.derived.map(() => null)
  return sliceParameters(sql.values, slice.tenantId, [found], () => derived)
}

function removeUserRows(
  connection: Connection,
  sql: ProgramSql,
  parameters: Parameters,
  users: number,
): void {
  const { user } = sql.program
  if (user.rowless) return
  let changed: number
  try {
    changed = connection.change(sql.userRow, parameters)
  } catch (cause) {
    if (constraintKind(cause) === null) throw cause
    const where = anyUser(`t0.${quoteName(user.id)}`, USER_ID)
    throw explainRefusal(
      connection,
      sql.schema,
      {
        table: user.table,
        parameters,
        select: (columns) =>
          `SELECT ${columns} FROM ${quoteTable(user.table)} AS t0 WHERE ${where}`,
        writes: user.set.map(({ column }) => column),
      },
      cause,
    )
  }
  if (changed !== users) throw residueLeft(user.table)
}

function refuseResidue(
  connection: Connection,
  step: Step,
  { residue }: StepSql,
  parameters: Parameters,
): void {
  if (residue !== null && connection.rows(residue.sql, parameters).length > 0) {
    throw residueLeft(step.table)
  }
}
