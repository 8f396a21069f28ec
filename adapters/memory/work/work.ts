/**
 * Work on the host's rows, inside a transaction that the caller has opened.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { Assignment, Program, Step } from '../../../src/program/program.ts'
import { type ResidueTime, residueTime } from '../../../src/program/residue.ts'
import { leavesNoMatch, passAround } from '../../../src/program/steps.ts'
import type { Columns, HostWork, StepRun } from '../../../src/store/change.ts'
import { residueLeft } from '../../../src/store/failures.ts'
import { type Matches, matchStep } from '../rows/match-rows.ts'
import { type SliceUser, sliceUsers } from '../rows/slice-users.ts'
import { lacks, writeRow } from '../rows/write-rows.ts'
import type { Row, Tables } from '../tables/rows.ts'
import { stored, tenantText } from '../tables/values.ts'

/** The steps in order, then the user rows, then what is asked at the end. */
export function workIn(tables: Tables, work: HostWork): void {
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
      found.set(other, rowsOf(run, matchStep(tables, one, tenantId, users)))
    }
    const own = found.get(index) ?? new Map()
    refuseMoreThanCounted(step.table, rows, own)
    runStep(tables, step, users, own)
    if (keys === undefined) residueOf(tables, program, step, 'at_once', tenantId, users)
  }
  if (userRows.kind === 'end') endUserRows(tables, program, tenantId, users)
  if (userRows.kind === 'set') writeColumns(tables, program, tenantId, users, userRows.columns)
  for (const { step: index, keys } of work.steps) {
    const step = program.steps[index]
    if (step === undefined || keys !== undefined) continue
    residueOf(tables, program, step, 'at_end', tenantId, users)
  }
}

/** The rows that a run is for. */
function rowsOf({ behind, keys }: StepRun, found: Matches): Matches {
  if (keys !== undefined) {
    const named = new Set(keys.map(([key]) => key))
    return new Map([...found].filter(([key]) => named.has(key)))
  }
  const after = Number(behind?.[0] ?? 0)
  return new Map([...found].filter(([key]) => key > after))
}

/** A row of several users was counted for each of them. */
function refuseMoreThanCounted(table: string, counted: number, found: Matches): void {
  if (found.size <= counted) return
  throw new UserDeletionError('store_failed', 'A step touched more rows than were counted.', {
    details: { table, counted, changed: found.size },
  })
}

function runStep(tables: Tables, step: Step, users: readonly SliceUser[], found: Matches): void {
  // Other steps of its pass may have removed some meanwhile.
  const matches = [...found].filter(([key]) => tables.rows(step.table).has(key))
  if (step.action === 'delete') {
    tables.remove(
      step.table,
      matches.map(([key]) => key),
    )
    return
  }
  const changes = matches.map(([key, owners]): readonly [number, Row] => {
    const row = tables.rows(step.table).get(key) ?? {}
    const paired = [...owners].sort((a, b) => a - b).flatMap((owner) => users[owner] ?? [])
    return [key, writeRow(tables, step.table, row, step.set, paired)]
  })
  tables.update(step.table, changes)
}

function endUserRows(
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

function writeColumns(
  tables: Tables,
  { user }: Program,
  tenantId: string | null,
  users: readonly SliceUser[],
  columns: Columns,
): void {
  const ids = new Set(users.map(({ fields }) => stored(fields['id'])))
  const rows = [...tables.rows(user.table)].filter(
    ([, row]) =>
      ids.has(stored(row[user.id])) &&
      (user.tenant === null || tenantText(row[user.tenant]) === tenantId),
  )
  tables.update(
    user.table,
    rows.map(([place, row]) => [place, { ...row, ...columns }]),
  )
}

/** @throws {@link residueLeft} where a step has left rows. */
function residueOf(
  tables: Tables,
  { steps, user }: Program,
  step: Step,
  when: ResidueTime,
  tenantId: string | null,
  users: readonly SliceUser[],
): void {
  if (residueTime(step, steps, { schema: tables.schema(), user }) !== when) return
  const left = [...matchStep(tables, step, tenantId, users)].filter(([key, owners]) => {
    const row = tables.rows(step.table).get(key)
    if (leavesNoMatch(step) || row === undefined) return true
    const paired = [...owners].flatMap((owner) => users[owner] ?? [])
    return step.set.some((one) => lacksForAll(row, step, one, paired))
  }).length
  if (left > 0) throw residueLeft(step.table)
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
