/**
 * Work on the host's rows where a store has them as plain objects, inside a transaction that the caller has opened.
 *
 * @module
 */
import type { Program, Step } from '../../program/program.ts'
import { type ResidueTime, residueTime } from '../../program/residue.ts'
import { keyIn, residueOf } from '../../program/rows/count-rows.ts'
import { matchStep } from '../../program/rows/match-rows.ts'
import {
  type Match,
  type Matches,
  type Row,
  type RowSource,
  type SliceUser,
  sliceUsers,
} from '../../program/rows/row.ts'
import { storedValues } from '../../program/rows/table-rules.ts'
import { idsOf, matchUserRows } from '../../program/rows/user-rows.ts'
import { lacks, writtenRow } from '../../program/rows/write-rows.ts'
import type { DatabaseSchema, TableSchema } from '../../program/schema.ts'
import { passAround } from '../../program/steps.ts'
import type { Columns, HostWork, StepRun } from '../change.ts'
import { refuseMoreThanCounted, refuseUnwrittenUsers, residueLeft } from '../failures.ts'

/** Where rows are written. */
export interface RowTarget extends RowSource {
  schema(): DatabaseSchema
  row(table: string, key: number): Row | undefined
  /** Rows that are there by their keys, all as one statement. */
  update(table: string, changes: readonly (readonly [key: number, row: Row])[]): void
  /** The same. Answers how many went by it, without those that others took along. */
  remove(table: string, keys: readonly number[]): number
}

/** The steps in order, then the user rows, then what is asked at the end. */
export function workOn(target: RowTarget, work: HostWork): void {
  const { program, tenantId, userRows } = work
  const users = sliceUsers(work)
  const runs = new Map(work.steps.map((run) => [run.step, run]))
  const found = new Map<number, Matches>()
  for (const { step: index, rows, keys } of work.steps) {
    const step = program.steps[index]
    if (step === undefined || rows === 0) continue
    // Steps that find their rows together find them before one of them writes.
    for (const other of found.has(index) ? [] : passAround(program.steps, index)) {
      const [run, one] = [runs.get(other), program.steps[other]]
      if (run === undefined || one === undefined) continue
      found.set(other, rowsOf(run, matchStep(target, one, tenantId, users)))
    }
    const own = found.get(index) ?? new Map()
    // A row of several users was counted for each of them.
    refuseMoreThanCounted(step.table, rows, own.size)
    runStep(target, step, users, own)
    if (keys === undefined) refuseResidue(target, program, step, 'at_once', tenantId, users)
  }
  if (userRows.kind === 'end') endUserRows(target, program, tenantId, users)
  if (userRows.kind === 'set') writeColumns(target, program, tenantId, users, userRows.columns)
  for (const { step: index, keys } of work.steps) {
    const step = program.steps[index]
    if (step === undefined || keys !== undefined) continue
    refuseResidue(target, program, step, 'at_end', tenantId, users)
  }
}

/** The rows that a run is for. */
function rowsOf({ behind, keys }: StepRun, found: Matches): Matches {
  if (keys !== undefined) {
    const named = new Set(keys.map(([key]) => key))
    return new Map([...found].filter(([key]) => named.has(key)))
  }
  const after = keyIn(behind)
  return new Map([...found].filter(([key]) => key > after))
}

function runStep(target: RowTarget, step: Step, users: readonly SliceUser[], found: Matches): void {
  // Other steps of its pass may have removed some meanwhile, or written them.
  const rows = [...found].flatMap(([key, { owners }]) => {
    const row = target.row(step.table, key)
    return row === undefined ? [] : [{ key, row, owners }]
  })
  if (step.action === 'delete') {
    target.remove(
      step.table,
      rows.map(({ key }) => key),
    )
    return
  }
  const table = tableOf(target, step.table)
  target.update(
    step.table,
    rows.map(({ key, row, owners }) => {
      const paired = [...owners].sort((a, b) => a - b).flatMap((owner) => users[owner] ?? [])
      return [key, writtenRow(row, step.set, paired, table)]
    }),
  )
}

/** @throws {@link residueLeft} where not exactly the rows of the users go, or a blank one is not blank. */
function endUserRows(
  target: RowTarget,
  { user }: Program,
  tenantId: string | null,
  users: readonly SliceUser[],
): void {
  if (user.rowless) return
  const found = matchUserRows(target, user, tenantId, idsOf(users))
  if (found.size !== users.length) throw residueLeft(user.table)
  if (user.action === 'delete') {
    if (target.remove(user.table, [...found.keys()]) !== users.length) throw residueLeft(user.table)
    return
  }
  const table = tableOf(target, user.table)
  const leaving = ({ owners }: Match): readonly SliceUser[] =>
    [...owners].flatMap((owner) => users[owner] ?? [])
  target.update(
    user.table,
    [...found].map(([key, match]) => [key, writtenRow(match.row, user.set, leaving(match), table)]),
  )
  const isLeft = [...found].some(([key, match]) =>
    leaving(match).some((one) => lacks(target.row(user.table, key) ?? match.row, user, one)),
  )
  if (isLeft) throw residueLeft(user.table)
}

function writeColumns(
  target: RowTarget,
  { user }: Program,
  tenantId: string | null,
  users: readonly SliceUser[],
  columns: Columns,
): void {
  const found = matchUserRows(target, user, tenantId, idsOf(users))
  refuseUnwrittenUsers(user.table, users.length, found.size)
  const table = tableOf(target, user.table)
  const values = table === undefined ? columns : storedValues(table, columns)
  target.update(
    user.table,
    [...found].map(([key, { row }]) => [key, { ...row, ...values }]),
  )
}

/** @throws {@link residueLeft} where a step has left rows. */
function refuseResidue(
  target: RowTarget,
  { steps, user }: Program,
  step: Step,
  when: ResidueTime,
  tenantId: string | null,
  users: readonly SliceUser[],
): void {
  if (residueTime(step, steps, { schema: target.schema(), user }) !== when) return
  if (residueOf(target, step, tenantId, users).length > 0) throw residueLeft(step.table)
}

function tableOf(target: RowTarget, name: string): TableSchema | undefined {
  return target.schema().tables.find((table) => table.name === name)
}
