/**
 * One batch of ended retentions: a program for users whose deletion is long done.
 *
 * @module
 */
import type { Program } from '../../program/program.ts'
import { writesRows } from '../../program/steps.ts'
import type { Change, Decision, HostWork, StepRun } from '../../store/change.ts'
import { unchanged } from '../../store/change.ts'
import { ask, askEach, type Inquiry, together } from '../../store/inquiry.ts'
import { deletionsOf, HEAD, headOf, holdsOf, markOf, sealWrites } from '../../store/own-records.ts'
import type { Store } from '../../store/store.ts'
import type { Sweep, SweepGroup, Swept } from '../../store/sweep.ts'
import { findShared } from './sharing.ts'
import { findUsers } from './user-rows.ts'

/** Runs a program for users whose deletion is long done: one transaction. */
export function applySweep(
  store: Pick<Store, 'commit'>,
  program: Program,
  sweep: Sweep,
): Promise<readonly Swept[] | null> {
  return store.commit(() => sweepUnit(program, sweep), { unit: 'sweep' })
}

/**
 * Compares the mark, leaves out users who may not be touched now, counts, and makes the change: every step in order,
 * what `seal` returns, the records, and the mark. User rows are not touched. `null`, with nothing done, when the mark is not at
 * `from` any more, or one of the users has a hold that keeps rows of the program.
 */
export function* sweepUnit(
  program: Program,
  sweep: Sweep,
): Inquiry<Decision<readonly Swept[] | null>> {
  const { groups, mark, isHeldBy } = sweep
  const userTable = program.user.table
  const [[[present]], holds] = yield* together(
    ask(markOf(mark.name)),
    askEach(
      groups.map(({ tenantId, users }) =>
        holdsOf({ userTable, tenantId, ids: users.map(({ id }) => id) }),
      ),
    ),
  )
  if ((present?.value ?? null) !== mark.from || holds.flat().some(isHeldBy)) return unchanged(null)
  const found = yield* together(...groups.map((group) => surveyGroup(program, group)))
  return { change: () => swept(sweep, found) }
}

interface SurveyedGroup {
  readonly counted: Swept
  readonly work: HostWork
}

function* swept(
  { seal, records, mark }: Sweep,
  groups: readonly SurveyedGroup[],
): Change<readonly Swept[]> {
  for (const { work } of groups) if (work.steps.some(({ rows }) => rows > 0)) yield work
  const counted = groups.map((group) => group.counted)
  const [end] = yield* ask(HEAD)
  const sealed = seal(counted, headOf(end))
  if (sealed !== null) yield* sealWrites(sealed)
  yield* records
  yield { kind: 'put', table: 'marks', record: { name: mark.name, value: mark.to } }
  return counted
}

function* surveyGroup(program: Program, group: SweepGroup): Inquiry<SurveyedGroup> {
  const { tenantId } = group
  const places = yield* whoMayBeSwept(program, group)
  const named = places.map((place) => ({ fields: { id: group.users[place]?.id } }))
  const { shared } = yield* findShared({ program, tenantId }, named, false)
  const users = named.map((user, index) => ({ ...user, shared: shared[index] ?? [] }))
  const derived = places.map((place) => group.derived[place] ?? [])
  const of = { program, tenantId, users, derived }
  const [counts = []] =
    users.length === 0 ? [] : yield* ask({ kind: 'counts', ...of, of: 'all' } as const)
  const byPlace = new Map(places.map((place, index) => [place, counts[index] ?? []]))
  const steps = program.steps.flatMap((one, step): readonly StepRun[] => {
    const rows = counts.reduce((sum, own) => sum + (own[step] ?? 0), 0)
    return writesRows(one) ? [{ step, rows }] : []
  })
  return {
    counted: { counts: group.users.map((_, place) => byPlace.get(place) ?? null) },
    work: { kind: 'work', ...of, steps, userRows: { kind: 'leave' } },
  }
}

/**
 * Positions in the group. Leaves out users who have a user row again (an id was reused, a backup was played back),
 * and users whose rows a later deletion retains.
 */
function* whoMayBeSwept(
  program: Program,
  { tenantId, users, seqs }: SweepGroup,
): Inquiry<readonly number[]> {
  const subjects = users.map(({ subject }) => subject)
  const [rows, [entries]] = yield* together(
    findUsers(program, { tenantId, users, restored: true }),
    ask(deletionsOf(program.user.table, tenantId, subjects)),
  )
  const newest = new Map(entries.map(({ subject, seq }) => [subject, seq]))
  return [...users.keys()].filter((place) => {
    const seq = newest.get(users[place]?.subject ?? null) ?? 0
    return rows[place] === null && seq <= (seqs[place] ?? 0)
  })
}
