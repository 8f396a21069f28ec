/**
 * Deletes a slice of users inside the transaction that the caller has opened.
 *
 * @module
 */
import { endsRuns, UserDeletionError } from '../../../src/errors.ts'
import type { Step, UserId } from '../../../src/program/program.ts'
import type { ResidueTime } from '../../../src/program/residue.ts'
import { keepsItsRows, passOf } from '../../../src/program/steps.ts'
import type { Cursor } from '../../../src/store/chunk.ts'
import { residueLeft } from '../../../src/store/failures.ts'
import { forgetWrites, heldJob, leaseLost, withFence } from '../../../src/store/own-records.ts'
import type { LedgerEntry } from '../../../src/store/records.ts'
import { type LeavingUsers, sealInParts, settleUnit } from '../../../src/store/settle-unit.ts'
import type {
  FoundUser,
  JournalEnd,
  Slice,
  SliceOutcome,
  Survey,
} from '../../../src/store/slice.ts'
import { type Connection, SavepointLost } from '../handle/connection.ts'
import { explainingRefusal } from '../handle/explain-refusal.ts'
import { toStoreError } from '../handle/sqlite-errors.ts'
import { answerRecords, writeRecords } from '../records/records.ts'
import { readHead, writeSeal } from '../records/seals.ts'
import type { GroupSql } from '../sql/group-sql.ts'
import { jsonText, quoteName, quoteTable } from '../sql/literals.ts'
import type { ProgramSql } from '../sql/program-sql.ts'
import { anyUser, userId } from '../sql/selector-sql.ts'
import { sliceParameters } from '../sql/slice-parameters.ts'
import type { Parameters } from '../sql/statement.ts'
import type { PassSql, ResidueSql, WriteSql } from '../sql/step-sql.ts'
import { behindCursor, writeKeys } from './apply-chunk.ts'
import { type HeldParents, holdParents, rowsUnder } from './gone-parents.ts'
import { takeSurvey } from './take-survey.ts'

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

/** A worker who has lost the job learns it before anything is decided. */
function assertHeld(connection: Connection, { jobId: id, fence }: JournalEnd): void {
  if (answerRecords(connection, heldJob({ id, fence })).length === 0) throw leaseLost()
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
  const held = runSteps(connection, sql, totals, parameters, slice.journal)
  removeUserRows(connection, sql, parameters, leaving.length)
  const residue =
    lateResidue(connection, sql, held, parameters) + userResidue(connection, sql, parameters)
  const head = readHead(connection)
  const sealing = withHostCode(connection, sql, slice, parameters)
  const entries = sealInParts(sealing, leaving, { head, residue }, (seal) =>
    writeSeal(connection, seal),
  )
  if (slice.journal !== undefined) {
    const { jobId: id, fence } = slice.journal
    const where = withFence({ id, fence })
    writeRecords(connection, [{ kind: 'remove', table: 'jobs', where, orElse: 'lease_lost' }])
  }
  const ids = found.map(({ fields }) => fields['id'] as UserId)
  const { tenantId } = slice
  writeRecords(connection, forgetWrites({ userTable: sql.program.user.table, tenantId, ids }))
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
 * Every step in order, each followed by the residue check that can only be made at once. `totals`: rows of all
 * users by step. Answers what {@link lateResidue} has to know of parents that are gone by then.
 */
export function runSteps(
  connection: Connection,
  sql: ProgramSql,
  totals: readonly number[],
  parameters: Parameters,
  journal?: JournalEnd,
): HeldParents {
  const held = holdParents(connection, sql, parameters)
  const found = new Map<number, string>()
  for (const { index, rows, write, residues } of turnsOf(sql, totals, journal)) {
    for (const other of passOf(sql.program.steps, index)) {
      const pass = (totals[other] ?? 0) > 0 ? sql.steps[other]?.pass : null
      if (pass == null) continue
      found.set(other, findPairs(connection, pass, parameters, journal?.cursors?.[other] ?? null))
    }
    const [pass, pairs] = [sql.steps[index]?.pass ?? null, found.get(index)]
    const statement = { ...write, parameters }
    const changed = explainingRefusal(connection, sql.schema, statement, () => {
      if (pass !== null && pairs !== undefined) {
        return connection.change(pass.write, { ...parameters, pairs })
      }
      return journal === undefined
        ? connection.change(write.sql, parameters)
        : endJournal(connection, sql, index, write, parameters, journal)
    })
    refuseMoreThanCounted(write.table, rows, changed)
    residueOf(connection, residues, 'at_once', parameters)
  }
  return held
}

/** Rows of a step and their users, found before any step of its pass writes; behind the cursor where there is one. */
function findPairs(
  connection: Connection,
  pass: PassSql,
  parameters: Parameters,
  cursor: Cursor | null,
): string {
  const rows =
    cursor === null
      ? connection.rows(pass.find, parameters)
      : connection.rows(pass.findNext, { ...parameters, ...behindCursor(cursor) })
  return jsonText(rows)
}

/** One statement in its turn. */
interface Turn {
  /** The step, of several the one whose rows are those of all. */
  readonly index: number
  /** Counted for the users who go. */
  readonly rows: number
  readonly write: WriteSql
  readonly residues: readonly ResidueSql[]
}

/** Steps without rows have none. Steps stay together where each has rows, and no journal tells how far each has come. */
function turnsOf(
  sql: ProgramSql,
  totals: readonly number[],
  journal: JournalEnd | undefined,
): readonly Turn[] {
  const turn = (
    index: number,
    write: WriteSql | null | undefined,
    residues: readonly ResidueSql[],
  ): readonly Turn[] =>
    write == null ? [] : [{ index, rows: totals[index] ?? 0, write, residues }]
  return sql.groups.flatMap((group) => {
    const busy = group.steps.filter((index) => (totals[index] ?? 0) > 0)
    if (journal === undefined && busy.length === group.steps.length) {
      return turn(group.widest, group.write, residuesOf(sql, group, busy))
    }
    return busy.flatMap((index) => {
      const { write, residue } = sql.steps[index] ?? {}
      return turn(index, write, residue == null ? [] : [residue])
    })
  })
}

/** Of the steps that are asked for: in one where they are all of the group. */
function residuesOf(
  { steps }: ProgramSql,
  group: GroupSql,
  asked: readonly number[],
): readonly ResidueSql[] {
  if (group.residue !== null && asked.length === group.steps.length) return [group.residue]
  return asked.flatMap((index) => steps[index]?.residue ?? [])
}

/** In the last transaction of the journalled way: steps that keep their rows write only those behind the cursor. */
function endJournal(
  connection: Connection,
  { program, steps }: ProgramSql,
  index: number,
  write: WriteSql,
  parameters: Parameters,
  { cursors }: JournalEnd,
): number {
  const [step, chunk] = [program.steps[index], steps[index]?.chunk]
  if (cursors === null || step === undefined || chunk == null || !keepsItsRows(step)) {
    return connection.change(write.sql, parameters)
  }
  return writeKeys(connection, chunk, parameters, cursors[index] ?? null, ALL).rows
}

/** SQLite's LIMIT for "no limit". */
const ALL = -1

function refuseMoreThanCounted(table: string, counted: number, changed: number): void {
  if (changed <= counted) return
  throw new UserDeletionError('store_failed', `A step touched more rows than were counted.`, {
    details: { table, counted, changed },
  })
}

/** Counts what is left once everything is done. @throws {@link residueLeft} where that is anything. */
export function lateResidue(
  connection: Connection,
  sql: ProgramSql,
  held: HeldParents,
  parameters: Parameters,
  isAsked: (step: Step) => boolean = () => true,
): number {
  let left = 0
  for (const group of sql.groups) {
    const asked = group.steps.filter((index) => {
      const step = sql.program.steps[index]
      return step !== undefined && isAsked(step)
    })
    left += residueOf(connection, residuesOf(sql, group, asked), 'at_end', parameters)
    for (const index of asked) left += residueUnder(connection, sql, index, held, parameters)
  }
  return left
}

/** The same of rows under parents that are gone. @throws {@link residueLeft} where there are any. */
function residueUnder(
  connection: Connection,
  sql: ProgramSql,
  index: number,
  held: HeldParents,
  parameters: Parameters,
): number {
  const left = rowsUnder(connection, sql, index, held, parameters)
  if (left > 0) throw residueLeft(sql.program.steps[index]?.table ?? '')
  return left
}

/** Answers how many rows steps have left, which is none where it answers. */
function residueOf(
  connection: Connection,
  residues: readonly ResidueSql[],
  when: ResidueTime,
  parameters: Parameters,
): number {
  return residues
    .filter((residue) => residue.when === when)
    .reduce((left, { table, sql }) => left + refuseResidue(connection, table, sql, parameters), 0)
}

/** The same for the user rows themselves. */
function userResidue(
  connection: Connection,
  { program: { user }, userResidue }: ProgramSql,
  parameters: Parameters,
): number {
  if (user.rowless) return 0
  return refuseResidue(connection, user.table, userResidue, parameters)
}

function refuseResidue(
  connection: Connection,
  table: string,
  sql: string,
  parameters: Parameters,
): number {
  const left = Number(connection.rows(sql, parameters)[0]?.[0])
  if (left > 0) throw residueLeft(table)
  return left
}

/** The seal of a job may have the host write its audit entry. */
function withHostCode(
  connection: Connection,
  { program, userResidue }: ProgramSql,
  slice: Slice,
  parameters: Parameters,
): Pick<Slice, 'seal' | 'keepsEntries'> {
  if (slice.journal === undefined || program.user.rowless) return slice
  const isUserDone = (): boolean => Number(connection.rows(userResidue, parameters)[0]?.[0]) === 0
  return {
    keepsEntries: slice.keepsEntries,
    seal: (...given) => connection.hostCode(() => slice.seal(...given), isUserDone),
  }
}

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
    const rest = sql.steps[index]?.pass?.findNext ?? chunk.next
    return connection.rows(rest, { ...parameters, ...behindCursor(cursor), limit: ALL }).length
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
  const where = anyUser(`t0.${quoteName(user.id)}`, userId(user))
  const written = {
    table: user.table,
    parameters,
    select: (columns: string) =>
      `SELECT ${columns} FROM ${quoteTable(user.table)} AS t0 WHERE ${where}`,
    writes: user.set.map(({ column }) => column),
  }
  const changed = explainingRefusal(connection, sql.schema, written, () =>
    connection.change(sql.userRow, parameters),
  )
  if (changed !== users) throw residueLeft(user.table)
}
