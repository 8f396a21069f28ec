/**
 * What a user's life should look like, said a second time and without the engine: plain values, one function
 * for each thing that can be asked.
 */
import type { Mapping } from '../hosts/life-cycle-host.ts'

export type State = 'active' | 'disabled' | 'scheduled' | 'deleting'

export interface ModelUser {
  readonly id: string
  readonly tenantId: string
  readonly email: string
  readonly posts: number
  readonly sessions: readonly string[]
  /** The host's own columns. */
  readonly status: string
  readonly disabledAt: string | null
  /** That the engine has disabled the user, and what the columns it wrote then held before. */
  readonly before: Partial<Pick<ModelUser, 'status' | 'disabledAt'>> | null
  readonly holds: readonly ModelHold[]
  readonly schedule: ModelSchedule | null
  readonly deletion: ModelDeletion | null
}

export interface ModelHold {
  readonly id: string
  readonly until: number | null
  readonly tables: readonly string[] | null
}

export interface ModelSchedule {
  readonly dueAt: number
  readonly by: 'user' | 'administrator'
  readonly wasDisabled: boolean
  readonly token: string | null
}

/** A deletion that is under way and not at its end. */
export interface ModelDeletion {
  readonly kind: 'deletion' | 'erasure'
  /** Which engine holds it, and until when. */
  readonly engine: number
  readonly leaseUntil: number
  /** When the external eraser is ready; `null` when it is done. */
  readonly readyAt: number | null
  /** Whether the job's row says so yet. */
  readonly isRecorded: boolean
  /** Whether a crash has left some rows deleted and others not. */
  readonly isPartial: boolean
}

/** Who asks, when, and of which host. */
export interface Moment {
  readonly mapping: Mapping
  readonly now: number
  /** The engine that is asked. */
  readonly engine: number
}

export const LEASE_MS = 30_000
/** A user with more rows than this is deleted in chunks. */
export const MAX_ROWS = 6

/** What should come of a request. `opened` is where a crash may leave a user in between. */
export type Expected =
  | { readonly refused: string }
  | { readonly user: ModelUser | null; readonly opened?: ModelUser }

export function stateOf(user: ModelUser, mapping: Mapping): State {
  if (user.deletion !== null) return 'deleting'
  if (user.schedule !== null) return 'scheduled'
  return isShutOut(user, mapping) ? 'disabled' : 'active'
}

export function isShutOut(user: ModelUser, mapping: Mapping): boolean {
  return mapping === 'engine' ? user.before !== null : user.status === 'disabled'
}

/** A hold on a table holds every user who has rows there. */
export function isHeld({ holds, posts, sessions }: ModelUser, now: number): boolean {
  const rows = new Map([
    ['users', 1],
    ['posts', posts],
    ['sessions', sessions.length],
  ])
  return holds
    .filter(({ until }) => until === null || until > now)
    .some(({ tables }) => tables === null || tables.some((table) => (rows.get(table) ?? 0) > 0))
}

/** A hold on the user as a whole keeps no session. */
function areSessionsHeld({ holds, sessions }: ModelUser, now: number): boolean {
  return (
    sessions.length > 0 &&
    holds.some(
      ({ until, tables }) =>
        (until === null || until > now) && (tables ?? []).some((table) => table === 'sessions'),
    )
  )
}

export function disable(user: ModelUser, at: Moment, revoke: boolean): Expected {
  if (isLeaving(user)) return { refused: 'invalid_transition' }
  if (revoke && areSessionsHeld(user, at.now)) return { refused: 'deletion_blocked' }
  const shut = shutOut(user, at)
  return { user: revoke ? { ...shut, sessions: [] } : shut }
}

export function enable(user: ModelUser, { mapping }: Moment): Expected {
  if (stateOf(user, mapping) !== 'disabled') return { refused: 'invalid_transition' }
  if (user.before !== null) return { user: restored(user) }
  // The host has done it: only a policy that says what an active user looks like can undo it.
  if (mapping !== 'status') return { refused: 'invalid_transition' }
  return { user: { ...user, status: 'active' } }
}

export function schedule(
  user: ModelUser,
  at: Moment,
  { dueAt, by, token }: Omit<ModelSchedule, 'wasDisabled'>,
): Expected {
  const state = stateOf(user, at.mapping)
  if (isLeaving(user)) return { refused: 'invalid_transition' }
  if (areSessionsHeld(user, at.now)) return { refused: 'deletion_blocked' }
  const wasDisabled = state === 'disabled'
  return {
    user: { ...shutOut(user, at), sessions: [], schedule: { dueAt, by, wasDisabled, token } },
  }
}

export function cancel(
  user: ModelUser,
  { mapping }: Moment,
  who: 'user' | 'administrator' | { readonly token: string },
): Expected {
  const { schedule: plan } = user
  if (plan === null || user.deletion !== null) return { refused: 'invalid_transition' }
  if (typeof who === 'object') {
    if (plan.token !== who.token) return { refused: 'confirmation_invalid' }
  } else if (who === 'user' && plan.by !== 'user') return { refused: 'invalid_transition' }
  const free = { ...user, schedule: null }
  // What the host has written meanwhile is the host's.
  if (!isShutOut(user, mapping)) return { user: { ...free, before: null } }
  return { user: plan.wasDisabled ? free : restored(free) }
}

/** A deletion at once; `readyAt` for an erasure whose eraser waits. */
export function remove(
  user: ModelUser,
  at: Moment,
  kind: 'deletion' | 'erasure',
  readyAt: number | null,
): Expected {
  if (user.deletion !== null) return join(user, widened(user.deletion, kind, readyAt), at, kind)
  if (isHeld(user, at.now)) return { refused: 'deletion_blocked' }
  const opened = underWay(user, at, { kind, readyAt, isRecorded: false })
  const waits = readyAt !== null && readyAt > at.now
  return { user: waits ? recorded(opened) : null, opened }
}

/** A deletion that was interrupted becomes an erasure when somebody asks for one. */
function widened(
  deletion: ModelDeletion,
  asked: 'deletion' | 'erasure',
  readyAt: number | null,
): ModelDeletion {
  if (asked === 'deletion' || deletion.kind === 'erasure') return deletion
  return { ...deletion, kind: 'erasure', readyAt, isPartial: true }
}

/** Goes on with a deletion that is under way, unless another engine holds it. */
export function join(
  user: ModelUser,
  deletion: ModelDeletion,
  at: Moment,
  asked: 'deletion' | 'erasure' | 'resumption',
): Expected {
  if (!isFree(deletion, at)) return { refused: 'in_progress' }
  const leaseUntil = at.now + LEASE_MS
  const taken = { ...user, deletion: { ...deletion, engine: at.engine, leaseUntil } }
  const waits = deletion.readyAt !== null && deletion.readyAt > at.now
  if (!waits) return { user: null, opened: taken }
  // A call that only wants a deletion has to wait.
  return asked === 'deletion' ? { user: recorded(taken), opened: taken } : { user: recorded(taken) }
}

export function isFree({ engine, leaseUntil }: ModelDeletion, at: Moment): boolean {
  return engine === at.engine || leaseUntil <= at.now
}

/** What the purge does with a user who is due. */
export function purge(
  user: ModelUser,
  at: Moment,
): Expected & { readonly fate: 'deleted' | 'postponed' | 'reactivated' } {
  if (isLetIn(user, at.mapping)) {
    return { fate: 'reactivated', user: { ...user, schedule: null, before: null } }
  }
  if (isUnclear(user, at.mapping)) return { fate: 'postponed', refused: 'invalid_transition' }
  if (isHeld(user, at.now)) return { fate: 'postponed', refused: 'deletion_blocked' }
  const terms = { kind: 'deletion', readyAt: null, isRecorded: false } as const
  return { fate: 'deleted', user: null, opened: underWay(user, at, terms) }
}

/** Whether the host has made a scheduled user active again, as the policy says or as they were. */
function isLetIn({ status, before }: ModelUser, mapping: Mapping): boolean {
  if (mapping === 'engine' || status === 'disabled') return false
  return (mapping === 'status' && status === 'active') || status === before?.status
}

/** Whether the host has written a word over a schedule that the policy does not know. */
export function isUnclear(user: ModelUser, mapping: Mapping): boolean {
  return mapping === 'status_and_instant' && user.status !== 'disabled' && !isLetIn(user, mapping)
}

export function isDue({ schedule: plan, deletion }: ModelUser, now: number): boolean {
  return plan !== null && deletion === null && plan.dueAt <= now
}

function isLeaving({ schedule: plan, deletion }: ModelUser): boolean {
  return plan !== null || deletion !== null
}

function shutOut(user: ModelUser, { mapping, now }: Moment): ModelUser {
  if (isShutOut(user, mapping)) return user
  const { status, disabledAt } = user
  if (mapping === 'engine') return { ...user, before: {} }
  if (mapping === 'status') return { ...user, status: 'disabled', before: { status } }
  const instant = new Date(now).toISOString()
  return { ...user, status: 'disabled', disabledAt: instant, before: { status, disabledAt } }
}

function restored(user: ModelUser): ModelUser {
  return { ...user, ...user.before, before: null }
}

function underWay(
  user: ModelUser,
  at: Moment,
  terms: Pick<ModelDeletion, 'kind' | 'readyAt' | 'isRecorded'>,
): ModelUser {
  const { engine, now } = at
  const deletion = { ...terms, engine, leaseUntil: now + LEASE_MS, isPartial: false }
  return { ...shutOut(user, at), sessions: [], schedule: null, deletion }
}

function recorded(user: ModelUser): ModelUser {
  return user.deletion === null
    ? user
    : { ...user, deletion: { ...user.deletion, isRecorded: true } }
}
