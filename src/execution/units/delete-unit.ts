/**
 * One slice of users from the first question to the last receipt, in one transaction.
 *
 * @module
 */
import type { Program, UserId } from '../../program/program.ts'
import { keepsItsRows, writesRows } from '../../program/steps.ts'
import type { Change, Decision, StepRun, UserRowWork } from '../../store/change.ts'
import { unchanged } from '../../store/change.ts'
import { type Answer, ask, type Inquiry, together } from '../../store/inquiry.ts'
import {
  readRetainedSince,
  retainedSince,
  retainedSinceWrite,
} from '../../store/open-retentions.ts'
import {
  disabledOf,
  forgetWrites,
  HEAD,
  headOf,
  heldJob,
  holdsRemoved,
  leaseLost,
  markOf,
  readReserveKeys,
  reserveKeys,
  reserveKeysWrite,
  sealWrites,
  tokensOf,
  withFence,
} from '../../store/own-records.ts'
import type { RecordTable } from '../../store/record-tables.ts'
import type { Hold, LedgerEntry } from '../../store/records.ts'
import type {
  FoundUser,
  JournalEnd,
  Slice,
  SliceOutcome,
  Survey,
  Verdict,
  Work,
} from '../../store/slice.ts'
import type { CommitOptions, Store } from '../../store/store.ts'
import { surveyWith } from './survey.ts'

/** Deletes a slice of users: all of it, or nothing where it rejects. */
export function applySlice(
  store: Pick<Store, 'commit' | 'capabilities'>,
  program: Program,
  slice: Slice,
  options: Pick<CommitOptions, 'waited'> = {},
): Promise<readonly SliceOutcome[]> {
  const isRemote = store.capabilities.remote === true
  // Users without rows have none to lock.
  const apart = !program.user.rowless
  return store.commit(() => deleteUnit(program, slice, isRemote), {
    ...{ unit: 'deletion', apart },
    ...options,
  })
}

/** Deletes slices in one transaction, in which any may be refused alone. */
export async function applySlices(
  store: Pick<Store, 'commitEach' | 'capabilities'>,
  program: Program,
  slices: readonly Slice[],
): Promise<readonly SliceOutcome[]> {
  if (store.commitEach === undefined) throw new Error('the store has no way to commit each alone')
  const isRemote = store.capabilities.remote === true
  const inquiries = slices.map((slice) => () => deleteUnit(program, slice, isRemote))
  const committed = await store.commitEach(inquiries)
  return committed.flatMap((one, place): readonly SliceOutcome[] => {
    if (one.kind === 'done') return one.result
    const { error } = one
    return slices[place]?.users.map(() => ({ kind: 'failed', error })) ?? []
  })
}

/**
 * Asks about the users of a slice, decides, and makes the change; answers an outcome for each of them. `isRemote`: each
 * write is a trip to the database, so what the engine keeps about users is looked for before it is removed.
 */
export function* deleteUnit(
  program: Program,
  slice: Slice,
  isRemote = false,
): Inquiry<Decision<readonly SliceOutcome[]>> {
  const { tenantId, users, journal } = slice
  const own = { userTable: program.user.table, tenantId, ids: users.map(({ id }) => id) }
  const further = isRemote ? [disabledOf(own), tokensOf(own)] : []
  const [{ survey, answers }] = yield* together(
    surveyWith(
      program,
      slice,
      { cursors: journal?.cursors ?? null },
      further.map((question) => ({ ...question, limit: 1 })),
    ),
    assertHeld(journal),
  )
  const verdicts = slice.decide(survey)
  const leaving = leavingOf(survey, verdicts)
  if (leaving.users.length === 0) return unchanged(outcomesOf(survey, verdicts, slice, []))
  const forgotten = tablesAbout(survey, answers)
  return {
    ...(slice.isRehearsal === true ? { isRehearsal: true } : {}),
    ...(slice.callsHost === true ? { callsHost: true } : {}),
    *change() {
      const entries = yield* removal(program, slice, leaving, forgotten, survey.holds.flat()[0])
      return outcomesOf(survey, verdicts, slice, entries)
    },
  }
}

/** A worker who has lost the job learns it before anything is decided. */
export function* assertHeld(job: Pick<JournalEnd, 'jobId' | 'fence'> | undefined): Inquiry<void> {
  if (job === undefined) return
  const { jobId: id, fence } = job
  const [jobs] = yield* ask(heldJob({ id, fence }))
  if (jobs.length === 0) throw leaseLost()
}

/** The users who go, each list in their order. */
interface Leaving {
  /** Position in the slice. */
  readonly places: readonly number[]
  readonly users: readonly FoundUser[]
  readonly counts: readonly (readonly number[])[]
  readonly derived: readonly (readonly string[])[]
}

function leavingOf(survey: Survey, verdicts: readonly Verdict[]): Leaving {
  const places: number[] = []
  const users: FoundUser[] = []
  const counts: (readonly number[])[] = []
  const derived: (readonly string[])[] = []
  for (const [place, verdict] of verdicts.entries()) {
    const user = survey.users[place]
    if (user == null || verdict.kind !== 'proceed') continue
    places.push(place)
    users.push(user)
    counts.push(survey.counts[place] ?? [])
    derived.push(verdict.derived)
  }
  return { places, users, counts, derived }
}

/** The steps and the user rows, the seal, and what the engine keeps about the users, in this order. */
function* removal(
  program: Program,
  slice: Slice,
  leaving: Leaving,
  forgotten: ReadonlySet<RecordTable>,
  hold: Hold | undefined,
): Change<readonly LedgerEntry[]> {
  const { tenantId, journal, disabled } = slice
  const { users, derived } = leaving
  const userRows: UserRowWork =
    disabled === undefined ? { kind: 'end' } : { kind: 'end', meanwhile: disabled }
  const steps = stepRuns(program, leaving.counts, journal)
  yield { kind: 'work', program, tenantId, users, derived, steps, userRows }
  const entries = yield* sealed(program, slice, leaving)
  if (journal !== undefined) {
    const where = withFence({ id: journal.jobId, fence: journal.fence })
    yield { kind: 'remove', table: 'jobs', where, orElse: 'lease_lost' }
  }
  const ids = users.map(({ fields }) => fields['id'] as UserId)
  const named = { userTable: program.user.table, tenantId, ids }
  for (const write of forgetWrites(named)) if (forgotten.has(write.table)) yield write
  if (hold !== undefined) yield holdsRemoved(hold.id)
  return entries
}

/** Every step that writes, with the rows of all users. */
function stepRuns(
  { steps }: Program,
  counts: readonly (readonly number[])[],
  journal: JournalEnd | undefined,
): readonly StepRun[] {
  const totals = steps.map(() => 0)
  for (const own of counts) {
    for (const [index, rows] of own.entries()) totals[index] = (totals[index] ?? 0) + rows
  }
  return steps.flatMap((one, step): readonly StepRun[] => {
    if (!writesRows(one)) return []
    const cursor = keepsItsRows(one) ? (journal?.cursors?.[step] ?? null) : null
    return [{ step, rows: totals[step] ?? 0, ...(cursor === null ? {} : { behind: cursor }) }]
  })
}

/** Users whose receipts are in memory at once. */
const SEALED_AT_ONCE = 20

/**
 * Rows that the work may leave, as every receipt says: the store looks for what each step has left, and refuses the
 * change where it finds more.
 */
const RESIDUE = 0

/** Seals the users who go part by part behind the present head, and answers the entries that the slice keeps. */
function* sealed(
  program: Program,
  slice: Slice,
  { places, users, counts }: Leaving,
): Change<readonly LedgerEntry[]> {
  const kept: LedgerEntry[] = []
  const { table, reserve } = program.user
  const marks = [retainedSince(table), ...(reserve === undefined ? [] : [reserveKeys(table)])]
  const [end, ...found] = yield* ask(HEAD, ...marks.map(markOf))
  const [mark, reserving] = found.map(([one]) => one)
  const since = readRetainedSince(mark?.value)
  const keyNames = readReserveKeys(reserving?.value)
  let head = headOf(end)
  for (let start = 0; start < users.length; start += SEALED_AT_ONCE) {
    const works = users.slice(start, start + SEALED_AT_ONCE).map((found, index): Work => {
      const place = start + index
      return { user: places[place] ?? place, found, counts: counts[place] ?? [] }
    })
    const seal = slice.seal(works, head, RESIDUE)
    if (seal.entries.length < works.length) throw new Error('a deleted user has no ledger entry')
    yield* sealWrites(seal)
    // What is written with the first part holds of the others too.
    const told = start === 0 ? retainedSinceWrite(table, since, seal) : null
    if (told !== null) yield told
    const key = reserveKeysWrite(table, keyNames, seal.reservations ?? [])
    if (key !== null) yield key
    for (const row of seal.auditRows ?? []) yield { kind: 'insert_row', program, ...row }
    head = seal.head
    if (slice.keepsEntries) kept.push(...seal.entries)
  }
  return kept
}

/** The same for everybody: a slice may hold thousands. */
const DELETED: SliceOutcome = { kind: 'deleted', entry: null }

/** `entries`: of the users who went, in their order. */
function outcomesOf(
  survey: Survey,
  verdicts: readonly Verdict[],
  { keepsEntries }: Slice,
  entries: readonly LedgerEntry[],
): readonly SliceOutcome[] {
  let sealed = 0
  return verdicts.map((verdict, place): SliceOutcome => {
    if (survey.users[place] == null) return { kind: 'absent' }
    if (verdict.kind === 'refuse') return { kind: 'refused', reason: verdict.reason }
    if (!keepsEntries) return DELETED
    const entry = entries[sealed]
    sealed += 1
    if (entry === undefined) throw new Error('a deleted user has no ledger entry')
    return { kind: 'deleted', entry }
  })
}

/** Tables of the engine that hold something about users of the slice, or may do so where nobody has asked. */
function tablesAbout(
  { jobs, holds }: Survey,
  [disabled, tokens]: readonly Answer[],
): ReadonlySet<RecordTable> {
  const isThere = (answer: Answer | undefined): boolean =>
    answer === undefined || (answer as readonly unknown[]).length > 0
  const found = {
    jobs: jobs.some((job) => job !== null),
    holds: holds.some((own) => own.length > 0),
    disabled: isThere(disabled),
    tokens: isThere(tokens),
  }
  return new Set((['jobs', 'holds', 'disabled', 'tokens'] as const).filter((table) => found[table]))
}
