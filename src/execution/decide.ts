/**
 * Who of a slice goes: decided on what the store found, inside the transaction and in plans alike.
 *
 * @module
 */
import type { Blocker } from '../plan/plan.ts'
import type { GroupMember, Survey, Verdict } from '../store.ts'
import type { LastOfCheck, Program, Step } from '../terms.ts'

/** Why a user of a slice stays for now. */
export type RefusalReason =
  | { readonly kind: 'blocked'; readonly blockers: readonly Blocker[] }
  | { readonly kind: 'too_large' }
  | { readonly kind: 'has_job'; readonly jobId: string }

export interface DecisionInput {
  readonly program: Program
  readonly maxRows: number
  derive(fields: Readonly<Record<string, unknown>>): readonly string[]
}

/**
 * One verdict for each user, as if they had asked one after the other: of two co-owners in one slice the
 * first may go and the second is then the last. Pure but for random tokens.
 */
export function decide(input: DecisionInput, survey: Survey): readonly Verdict[] {
  const blockers = findBlockers(input.program, survey, input.maxRows)
  return survey.users.map((found, user): Verdict => {
    if (found === null) return refuse({ kind: 'blocked', blockers: [] })
    const jobId = survey.openJobs[user]
    if (jobId != null) return refuse({ kind: 'has_job', jobId })
    const own = blockers[user] ?? NONE
    if (own.length > 0) return refuse({ kind: 'blocked', blockers: own })
    if (isLarge(survey.counts[user], input.maxRows)) return refuse({ kind: 'too_large' })
    return { kind: 'proceed', derived: input.derive(found.fields) }
  })
}

/** Whether a user has more rows than one transaction should hold. */
export function isLarge(counts: readonly number[] | undefined, maxRows: number): boolean {
  return (counts ?? NONE).reduce<number>((sum, rows) => sum + rows, 0) > maxRows
}

/** What blocks each user of a survey. */
export function findBlockers(
  program: Program,
  survey: Survey,
  maxRows: number,
): readonly (readonly Blocker[])[] {
  const leaving = new Set<number>()
  const blocking = [...program.steps.entries()].filter(([, { action }]) => action === 'block')
  const check = checkerOf(program, survey, 'block')
  return survey.users.map((found, user) => {
    if (found === null) return NONE
    const blockers = [
      ...ghostBlocker(program, found.fields['id']),
      ...ruleBlockers(blocking, survey.counts[user] ?? []),
      ...check(user, leaving),
    ]
    // A large user goes later and on their own, so for the others of this slice they are still there.
    const stays = isLarge(survey.counts[user], maxRows) || survey.openJobs[user] != null
    if (blockers.length === 0 && !stays) leaving.add(user)
    return blockers
  })
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
  for (const { user, group } of list) {
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
