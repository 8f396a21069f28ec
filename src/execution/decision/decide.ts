/**
 * Which users of a slice are deleted. Decided from what the store found, by the same code in the transaction and in
 * plans.
 *
 * @module
 */
import { hurdleBlocker } from '../../plan/hurdles.ts'
import type { Blocker } from '../../plan/plan.ts'
import { valueKey } from '../../program/matching.ts'
import type { LastOfCheck, Program, Step } from '../../program/program.ts'
import type { Hold } from '../../store/records.ts'
import type { GroupMember, JobReference, Survey, Verdict } from '../../store/slice.ts'

/** Why a user of a slice stays for now. */
export type RefusalReason =
  | { readonly kind: 'blocked'; readonly blockers: readonly Blocker[] }
  | { readonly kind: 'too_large' }
  /** The slice has as many rows as the store can hold in one transaction. */
  | { readonly kind: 'slice_full' }
  | { readonly kind: 'has_job'; readonly jobId: string }

export interface DecisionInput {
  readonly program: Program
  readonly maxRows: number
  /** Rows of all users that go together. */
  readonly maxSliceRows: number
  readonly now: Date
  derive(fields: Readonly<Record<string, unknown>>, now: Date): readonly string[]
}

/**
 * One verdict for each user, as if they had asked one after the other: of two co-owners in one slice the
 * first may go and the second is then the last. Pure but for random tokens.
 */
export function decide(input: DecisionInput, survey: Survey): readonly Verdict[] {
  const room = openRoom(input.maxSliceRows)
  const blockers = findBlockers(input, survey, room)
  return survey.users.map((found, user): Verdict => {
    if (found === null) return refuse({ kind: 'blocked', blockers: [] })
    const job = survey.jobs[user]
    if (isUnderWay(job)) return refuse({ kind: 'has_job', jobId: job.id })
    const own = blockers[user] ?? NONE
    if (own.length > 0) return refuse({ kind: 'blocked', blockers: own })
    if (isLarge(survey.counts[user], input.maxRows)) return refuse({ kind: 'too_large' })
    if (room.turnedAway.has(user)) return refuse({ kind: 'slice_full' })
    const derived = input.derive(found.fields, input.now)
    return derived.length === 0 ? PROCEED : { kind: 'proceed', derived }
  })
}

/** Most users of a slice get the same verdict, so it is one object. */
const PROCEED: Verdict = { kind: 'proceed', derived: [] }

/** Whether a user has more rows than one transaction should hold. */
export function isLarge(counts: readonly number[] | undefined, maxRows: number): boolean {
  return total(counts) > maxRows
}

function total(counts: readonly number[] | undefined): number {
  return (counts ?? NONE).reduce<number>((sum, rows) => sum + rows, 0)
}

interface Room {
  /** Users who go with a later slice: it is full, or they are the last to hold a value. */
  readonly turnedAway: Set<number>
  /** Whether the user's rows fit; the first user fits in any case. */
  admits(user: number, counts: readonly number[] | undefined): boolean
}

export function openRoom(maxRows: number): Room {
  const turnedAway = new Set<number>()
  let taken = 0
  let isEmpty = true
  return {
    turnedAway,
    admits(user, counts) {
      const rows = total(counts)
      if (!isEmpty && taken + rows > maxRows) {
        turnedAway.add(user)
        return false
      }
      isEmpty = false
      taken += rows
      return true
    },
  }
}

/** Whether a job has begun to delete the user. A schedule has not: a deletion at once overtakes it. */
export function isUnderWay<J extends JobReference>(job: J | null | undefined): job is J {
  return job != null && job.kind !== 'scheduled_deletion'
}

/** What blocks each user of a survey. */
export function findBlockers(
  { program, maxRows, now }: Pick<DecisionInput, 'program' | 'maxRows' | 'now'>,
  survey: Survey,
  room: Room = openRoom(Number.POSITIVE_INFINITY),
): readonly (readonly Blocker[])[] {
  const leaving = new Set<number>()
  const blocking = [...program.steps.entries()].filter(([, { action }]) => action === 'block')
  const check = checkerOf(program, survey, 'block')
  const sharers = lastHolders(survey)
  return survey.users.map((found, user) => {
    if (found === null) return NONE
    const blockers = [
      ...ghostBlocker(program, found.fields['id']),
      ...holdBlockers(program, survey.holds[user] ?? NONE, survey.counts[user] ?? NONE, now),
      ...ruleBlockers(blocking, survey.counts[user] ?? []),
      ...hurdleBlockers(program, survey.hurdles?.[user] ?? NONE),
      ...check(user, leaving),
    ]
    // A large user is deleted later in a job of its own, so for this slice that user is still there.
    const stays = isLarge(survey.counts[user], maxRows) || isUnderWay(survey.jobs[user])
    if (blockers.length > 0 || stays) return blockers
    if (isLastHolder(sharers, user, leaving)) room.turnedAway.add(user)
    else if (room.admits(user, survey.counts[user])) leaving.add(user)
    return blockers
  })
}

type LastHolders = ReadonlyMap<number, readonly (readonly number[])[]>

/** The last of the users who share a value, with the others. */
function lastHolders({ sharers = [] }: Survey): LastHolders {
  const groups = new Map<number, (readonly number[])[]>()
  for (const positions of sharers) {
    const last = Math.max(...positions)
    const others = positions.filter((position) => position !== last)
    groups.set(last, [...(groups.get(last) ?? []), others])
  }
  return groups
}

/**
 * Whether all go with whom the user shares a value: then its rows are this user's, who goes with a later slice,
 * in which nobody holds it but they.
 */
function isLastHolder(holders: LastHolders, user: number, leaving: ReadonlySet<number>): boolean {
  return (holders.get(user) ?? []).some((others) => others.every((other) => leaving.has(other)))
}

/** What a plan warns of: checks that only warn, as if nobody else of the survey went. */
export function findWarnings(program: Program, survey: Survey, user: number): readonly Blocker[] {
  return checkerOf(program, survey, 'warn')(user, new Set())
}

function refuse(reason: RefusalReason): Verdict {
  return { kind: 'refuse', reason }
}

function ghostBlocker({ user }: Program, id: unknown): readonly Blocker[] {
  if (user.ghost === null || id !== user.ghost) return NONE
  const remedy = 'This is the ghost user that rows are handed over to. It stays.'
  return [{ name: 'ghost_user', table: user.table, rows: 1, remedy }]
}

const HOLD = 'hold'

/** A hold on tables is in the way only where the user has rows there. */
export function holdBlockers(
  program: Program,
  holds: readonly Hold[],
  counts: readonly number[],
  now: Date,
): readonly Blocker[] {
  const holding = holds.filter((hold) => isHolding(hold, now))
  return holding.flatMap((hold): readonly Blocker[] => {
    const { tables } = hold
    if (tables === null || tables.includes(program.user.table)) return [holdBlocker(hold, null, 0)]
    return heldTables(program.steps, hold, counts)
  })
}

/**
 * Holds on tables whose rows would go if access were cut. A hold on the user as a whole keeps no session: it
 * keeps the user from being deleted, and sessions end in the ordinary course of things.
 */
export function accessHolds(
  program: Program,
  holds: readonly Hold[],
  counts: readonly number[],
  now: Date,
): readonly Blocker[] {
  const cut = program.steps.map((step, index) => (step.access ? (counts[index] ?? 0) : 0))
  return holds
    .filter((hold) => isHolding(hold, now))
    .flatMap((hold) => heldTables(program.steps, hold, cut))
}

function heldTables(
  steps: readonly Step[],
  hold: Hold,
  counts: readonly number[],
): readonly Blocker[] {
  return (hold.tables ?? []).flatMap((table) => {
    const rows = steps.reduce(
      (sum, step, index) => sum + (step.table === table ? (counts[index] ?? 0) : 0),
      0,
    )
    return rows === 0 ? [] : [holdBlocker(hold, table, rows)]
  })
}

/** How a hold shows among what is in the way. */
export function holdBlocker({ id, reason }: Hold, table: string | null, rows: number): Blocker {
  const remedy = `Release the hold ${id} (${reason}), or wait for its end.`
  return { name: HOLD, table, rows, remedy }
}

/** Blockers that do not end by themselves: all but holds. */
export function lastingBlockers(blockers: readonly Blocker[]): readonly Blocker[] {
  return blockers.filter(({ name }) => name !== HOLD)
}

/** Whether a hold has not ended. */
export function isHolding({ until }: Hold, now: Date): boolean {
  return until === null || until > now.toISOString()
}

/** Whether a hold is on one of the tables, or on the user as a whole. */
export function coversTable(
  { user }: Program,
  { tables }: Hold,
  among: readonly string[],
): boolean {
  if (tables === null || tables.includes(user.table)) return true
  return among.some((table) => tables.includes(table))
}

function ruleBlockers(
  blocking: readonly (readonly [number, Step])[],
  counts: readonly number[],
): readonly Blocker[] {
  return blocking.flatMap(([index, step]) => {
    const rows = counts[index] ?? 0
    if (rows === 0) return []
    const remedy = step.remedy ?? step.reason ?? `Clear the rows in ${step.table} first.`
    return [{ name: step.id, table: step.table, rows, remedy }]
  })
}

function hurdleBlockers({ hurdles = [] }: Program, rows: readonly number[]): readonly Blocker[] {
  return hurdles.flatMap((hurdle, index) => {
    const standing = rows[index] ?? 0
    return standing === 0 ? [] : [hurdleBlocker(hurdle, standing)]
  })
}

type Checker = (user: number, leaving: ReadonlySet<number>) => readonly Blocker[]

/** Checks of one effect; members are sorted by user once, as every user of the survey asks. */
function checkerOf(program: Program, survey: Survey, effect: LastOfCheck['effect']): Checker {
  const checks = [...program.checks.entries()]
    .filter(([, check]) => check.effect === effect)
    .map(([index, check]) => ({ check, groups: sortMembers(survey.bereft[index] ?? []) }))
  return (user, leaving) =>
    checks.flatMap(({ check, groups }) => {
      const rows = groupsLeftEmpty(groups, user, leaving)
      return rows === 0
        ? []
        : [{ name: check.name, table: check.table, rows, remedy: check.remedy }]
    })
}

interface Groups {
  readonly ofUser: ReadonlyMap<number, ReadonlySet<unknown>>
  readonly members: ReadonlyMap<unknown, readonly number[]>
}

function sortMembers(list: readonly GroupMember[]): Groups {
  const ofUser = new Map<number, Set<unknown>>()
  const members = new Map<unknown, number[]>()
  for (const { user, group: named } of list) {
    const group = valueKey(named)
    ofUser.set(user, (ofUser.get(user) ?? new Set()).add(group))
    const known = members.get(group)
    if (known === undefined) members.set(group, [user])
    else known.push(user)
  }
  return { ofUser, members }
}

/** Groups of the user whose other members, all of them in the survey, are leaving. */
function groupsLeftEmpty(
  { ofUser, members }: Groups,
  user: number,
  leaving: ReadonlySet<number>,
): number {
  let empty = 0
  for (const group of ofUser.get(user) ?? NONE) {
    const remains = members.get(group)?.some((member) => member !== user && !leaving.has(member))
    if (!remains) empty += 1
  }
  return empty
}

/** One list for the many users who have none. */
const NONE: readonly never[] = []
