/**
 * Deletes a slice of users inside a transaction that the caller has opened.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { Assignment, Program, Step, UserId } from '../../../src/program/program.ts'
import { type ResidueTime, residueTime } from '../../../src/program/residue.ts'
import { leavesNoMatch, passOf } from '../../../src/program/steps.ts'
import { residueLeft } from '../../../src/store/failures.ts'
import {
  forgetWrites,
  HEAD,
  headOf,
  heldJob,
  leaseLost,
  sealWrites,
  withFence,
} from '../../../src/store/own-records.ts'
import type { LedgerEntry } from '../../../src/store/records.ts'
import { type Leaving, sealInParts, settleUnit } from '../../../src/store/settle-unit.ts'
import type { JournalEnd, Slice, SliceOutcome } from '../../../src/store/slice.ts'
import type { Records } from '../records/records.ts'
import type { Row, Tables } from '../tables/rows.ts'
import { stored, tenantText } from '../tables/values.ts'
import { type Matches, matchStep, type SliceUser } from './match-rows.ts'
import { rowsWrittenUpTo, takeSurvey } from './take-survey.ts'
import { lacks, writeRow } from './write-rows.ts'

export interface Database {
  readonly tables: Tables
  readonly records: Records
  transaction<T>(work: () => T): T
}

/** All users as one unit, or each in a transaction of its own within the outer one. */
export function applySlice(db: Database, program: Program, slice: Slice): readonly SliceOutcome[] {
  if (slice.isolation === 'together') return applyUnit(db, program, slice, [...slice.users.keys()])
  return slice.users.map((_, position): SliceOutcome => {
    try {
      const [outcome] = db.transaction(() => applyUnit(db, program, slice, [position]))
      return outcome ?? { kind: 'absent' }
    } catch (error) {
      // Another worker has the job: nothing of this call may stay.
      if (error instanceof UserDeletionError && error.code === 'lease_lost') throw error
      return { kind: 'failed', error }
    }
  })
}

function applyUnit(
  db: Database,
  program: Program,
  slice: Slice,
  positions: readonly number[],
): readonly SliceOutcome[] {
  if (slice.journal !== undefined) assertHeld(db.records, slice.journal)
  const users = positions.flatMap((position) => slice.users[position] ?? [])
  const targets = { ...slice, users }
  const survey = takeSurvey(db.tables, db.records, program, targets, slice.journal)
  return settleUnit(slice, positions, survey, (leaving) =>
    removeUsers(db, program, slice, [...leaving]),
  )
}

/** A worker who has lost the job learns it before anything is decided. */
function assertHeld(records: Records, { jobId: id, fence }: JournalEnd): void {
  if (records.ask(heldJob({ id, fence })).length === 0) throw leaseLost()
}

/** The steps, the user rows and the seal, in this order. */
function removeUsers(
  { tables, records }: Database,
  program: Program,
  slice: Slice,
  leaving: readonly Leaving[],
): readonly LedgerEntry[] {
  const users = leaving.map(({ found, derived }) => ({ ...found, derived }))
  runSteps(tables, program, slice.tenantId, users, {
    isNeeded: (index) => leaving.some(({ counts }) => counts[index]),
    after: (step, index) =>
      slice.journal === undefined ? 0 : rowsWrittenUpTo(step, slice.journal, index),
  })
  removeUserRows(tables, program, slice.tenantId, users)
  const residue = lateResidue(tables, program, slice.tenantId, users)
  const head = headOf(records.ask(HEAD))
  const entries = sealInParts(slice, leaving, { head, residue }, (seal) => {
    records.write(sealWrites(seal))
    for (const { table, values } of seal.auditRows ?? []) tables.insert(table, [values])
  })
  if (slice.journal !== undefined) {
    const { jobId: id, fence } = slice.journal
    const where = withFence({ id, fence })
    records.write([{ kind: 'remove', table: 'jobs', where, orElse: 'lease_lost' }])
  }
  const ids = leaving.map(({ found }) => found.fields['id'] as UserId)
  const { tenantId } = slice
  records.write(forgetWrites({ userTable: program.user.table, tenantId, ids }))
  return entries
}

export interface StepRun {
  /** Whether any row was counted for the step. */
  isNeeded(index: number): boolean
  /** The row key up to which the step has been run before. */
  after(step: Step, index: number): number
}

/** Every step in order, each followed by the residue check that can only be made at once. */
export function runSteps(
  tables: Tables,
  program: Program,
  tenantId: string | null,
  users: readonly SliceUser[],
  run: StepRun,
): void {
  const found = new Map<number, Matches>()
  for (const [index, step] of program.steps.entries()) {
    for (const other of passOf(program.steps, index)) {
      const one = program.steps[other]
      if (one !== undefined && run.isNeeded(other))
        found.set(other, matchStep(tables, one, tenantId, users))
    }
    if (!run.isNeeded(index)) continue
    runStep(tables, step, users, found.get(index) ?? new Map(), run.after(step, index))
    residueOf(tables, program, step, 'at_once', tenantId, users)
  }
}

/** Counts what is left once everything is done. @throws {@link residueLeft} where that is anything. */
export function lateResidue(
  tables: Tables,
  program: Program,
  tenantId: string | null,
  users: readonly SliceUser[],
): number {
  let left = 0
  for (const step of program.steps) {
    left += residueOf(tables, program, step, 'at_end', tenantId, users)
  }
  return left
}

/** Runs a step on those of its rows behind a key, as far as `through`; answers the keys of the rows it has found. */
export function runStep(
  tables: Tables,
  step: Step,
  users: readonly SliceUser[],
  found: Matches,
  after: number,
  through: number = Number.POSITIVE_INFINITY,
): readonly number[] {
  if (step.action === 'block' || step.action === 'external') return []
  if (step.action === 'retain' && step.set.length === 0) return []
  const own = [...found].filter(([key]) => key > after && key <= through)
  const keys = own.map(([key]) => key)
  // Other steps of its pass may have removed some meanwhile. They count all the same: once for each rule.
  const matches = own.filter(([key]) => tables.rows(step.table).has(key))
  if (step.action === 'delete') {
    tables.remove(
      step.table,
      matches.map(([key]) => key),
    )
    return keys
  }
  const changes = matches.map(
    ([key, owners]): readonly [number, Readonly<Record<string, unknown>>] => {
      const row = tables.rows(step.table).get(key) ?? {}
      const paired = [...owners].sort((a, b) => a - b).flatMap((owner) => users[owner] ?? [])
      return [key, writeRow(tables, step.table, row, step.set, paired)]
    },
  )
  tables.update(step.table, changes)
  return keys
}

function removeUserRows(
  tables: Tables,
  { user }: Program,
  tenantId: string | null,
  users: readonly SliceUser[],
): void {
  if (user.rowless) return
  const byId = new Map(users.map((leaving) => [stored(leaving.fields['id']), leaving]))
  const rows = [...tables.rows(user.table)].filter(
    ([, row]) =>
      byId.has(stored(row[user.id])) &&
      (user.tenant === null || tenantText(row[user.tenant]) === tenantId),
  )
  if (user.action === 'delete') {
    const keys = rows.map(([key]) => key)
    if (tables.remove(user.table, keys) !== users.length) throw residueLeft(user.table)
    return
  }
  const changes = rows.map(([key, row]): readonly [number, Readonly<Record<string, unknown>>] => {
    const leaving = byId.get(stored(row[user.id]))
    return [
      key,
      writeRow(tables, user.table, row, user.set, leaving === undefined ? [] : [leaving]),
    ]
  })
  tables.update(user.table, changes)
  const isLeft = rows.some(([key, row]) =>
    lacks(tables.rows(user.table).get(key) ?? row, user, byId.get(stored(row[user.id])) ?? NOBODY),
  )
  if (isLeft) throw residueLeft(user.table)
}

const NOBODY: SliceUser = { fields: {}, derived: [] }

/** Answers how many rows one step has left, which is none where it answers. */
function residueOf(
  tables: Tables,
  { steps, user }: Program,
  step: Step,
  when: ResidueTime,
  tenantId: string | null,
  users: readonly SliceUser[],
): number {
  if (residueTime(step, steps, { schema: tables.schema(), user }) !== when) return 0
  const left = [...matchStep(tables, step, tenantId, users)].filter(([key, owners]) => {
    const row = tables.rows(step.table).get(key)
    if (leavesNoMatch(step) || row === undefined) return true
    const paired = [...owners].flatMap((owner) => users[owner] ?? [])
    return step.set.some((one) => lacksForAll(row, step, one, paired))
  }).length
  if (left > 0) throw residueLeft(step.table)
  return left
}

/** A value that differs from user to user is there for one of them at most. */
function lacksForAll(
  row: Row,
  { outdone = [] }: Step,
  one: Assignment,
  owners: readonly SliceUser[],
): boolean {
  const isLacking = (user: SliceUser): boolean => lacks(row, { set: [one], outdone }, user)
  return one.kind === 'derived' ? owners.every(isLacking) : owners.some(isLacking)
}
