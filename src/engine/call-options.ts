/**
 * Options of the engine's calls, and how they are read.
 *
 * @module
 */

import { UserDeletionError } from '../errors.ts'
import type { BulkOptions, BulkOutcome } from '../execution/bulk/bulk-result.ts'
import type { Expectation } from '../execution/bulk/expectation.ts'
import { type BulkProgress, isCount } from '../execution/bulk/progress.ts'
import {
  assertFunction,
  assertIdempotencyKey,
  assertReason,
  assertRequestedBy,
  assertSignal,
  invalidArgument,
  isId,
  tenantOf,
} from '../execution/context/arguments.ts'
import type { DeletionRequest } from '../execution/context/context.ts'
import type { ScheduledBy } from '../execution/job/job-state.ts'
import type { Canceller } from '../execution/life-cycle/change-state.ts'
import type { HoldTerms } from '../execution/life-cycle/holds.ts'
import type { OwnSession } from '../execution/life-cycle/own-account.ts'
import type { ReplayOutcome } from '../execution/replay/replay-result.ts'
import type { TraceProgress } from '../plan/trace/trace.ts'
import type { PolicyInput } from '../policy/policy.ts'
import { sha256 } from '../ports.ts'
import { addDuration, isDuration, isInCalendar } from '../program/duration.ts'
import type { UserIdInput } from '../program/native-id.ts'
import type { BulkMode } from '../program/program.ts'

/** `tenantId` is required exactly when the policy names a tenant column. */
export type TenantScope<P extends PolicyInput> = P['user'] extends { readonly tenant: string }
  ? { readonly tenantId: string }
  : { readonly tenantId?: undefined }

/** Options may be left out where the policy names no tenant column. */
export type CallOptions<P extends PolicyInput, Given extends object = object> = P['user'] extends {
  readonly tenant: string
}
  ? readonly [options: TenantScope<P> & Given]
  : readonly [options?: TenantScope<P> & Given]

/** Values by field of `user.reserve`. Of a policy that only run time knows any field is taken. */
export type ReservedValues<P extends PolicyInput> = P['user'] extends {
  readonly reserve: infer Reserve
}
  ? { readonly [Field in keyof Reserve]?: string | number | bigint | null }
  : P['user'] extends { readonly table: infer Table }
    ? string extends Table
      ? Readonly<Record<string, string | number | bigint | null>>
      : never
    : never

export interface DisableOptions {
  /** Whether the rows that grant access go too. Default true. */
  readonly revokeSessions?: boolean
}

export interface IsDeletedOptions {
  /** Only deletions after it count: a Date, or seconds since 1970 as in a token's `iat`. */
  readonly issuedAt?: Date | number
}

export interface VerifyOptions {
  /** Fields of the user that the host still knows. */
  readonly known?: Readonly<Record<string, unknown>>
}

export interface DeepVerifyOptions extends VerifyOptions {
  /** Looks through every table as `trace` does, which reads the whole database. Default false. */
  readonly deep?: boolean
}

export interface TraceOptions {
  /** What the host still knows of the person, by any name: `{ email, formerEmail }`. Texts and numbers. */
  readonly known?: Readonly<Record<string, unknown>>
  /** Ends it after the present page; what was not looked at is `stopped` then. */
  readonly signal?: AbortSignal
  /** Called after each page of each table. */
  readonly onProgress?: (progress: TraceProgress) => void
}

export interface ProofOptions extends VerifyOptions {
  /** The receipt of an earlier deletion of the same id. Default: the newest. */
  readonly receiptId?: string
}

export interface PlanOptions {
  /**
   * Runs the deletion itself in a transaction that is rolled back, so that the plan tells what only the database
   * knows: foreign keys, CHECK constraints, triggers. Default false. Hooks and erasers are not called, and other
   * writers wait meanwhile. Where there are no transactions: `transactions_unsupported`.
   */
  readonly rehearse?: boolean
}

export interface DeleteOptions {
  /** A code in snake_case, never free text. */
  readonly reason?: string
  /** The id of who asked. */
  readonly requestedBy?: string
  /** The same key gives the same receipt; with other arguments `idempotency_conflict`. 1 to 255 bytes. */
  readonly idempotencyKey?: string
  /** Refuses with `expectation_failed` unless the plan is still the expected one. */
  readonly expect?: Expectation
}

export interface DeleteManyOptions {
  /**
   * `cooperative` (default) keeps the host's event loop free. It reads up to 10,000 ids ahead and deletes those in
   * their own order, which is faster, unless there is a `pace`. `throughput` takes the ids as they come, in slices
   * of up to 20,000 users (5,000 where somebody looks at each), or as many as the store allows.
   */
  readonly mode?: BulkMode
  /** Users a second at most, for hosts whose hooks or events fan out to limited APIs. */
  readonly pace?: number
  /**
   * When the list was made. Users who were deleted since then are answered `already_deleted`, also where their id
   * has been given to somebody new, whom the list cannot mean: a row that is newer than the list is left alone where
   * the policy names the column of its creation (`user.createdAt`). Give it whenever an old list is fed again.
   * Default: now.
   */
  readonly listedAt?: Date
  readonly reason?: string
  readonly requestedBy?: string
  readonly expect?: Expectation
  readonly signal?: AbortSignal
  /**
   * How many ids there are, for the remaining time that `onProgress` tells. Arrays, other lists with a `length`
   * or `size`, and lists with `expect` are counted without it. It limits nothing: for that there is `expect`.
   */
  readonly total?: number
  /** Called after each slice: how far the run is, its rate, and the remaining time in milliseconds. */
  readonly onProgress?: (progress: BulkProgress) => void
  /** Called for each id once its slice is done, in the order of the work; `index` is its place in the input. */
  readonly onOutcome?: (outcome: BulkOutcome) => void
}

export interface DeleteTenantOptions extends Omit<DeleteManyOptions, 'listedAt' | 'total'> {
  /** At most so many users, or exactly what `planTenant` showed. */
  readonly expect: Expectation
}

export interface ReplayOptions {
  /** Only deletions at or after this instant. */
  readonly since?: Date
  /** At most so many users are deleted again. */
  readonly limit?: number
  readonly signal?: AbortSignal
  readonly onOutcome?: (outcome: ReplayOutcome) => void
}

/** Lists of ids may be arrays, other iterables, or async iterables. */
export type UserIds = Iterable<UserIdInput> | AsyncIterable<UserIdInput>

export interface ScheduleOptions {
  /** ISO 8601 duration from now, from one day to one year by the calendar (`P1Y`). Default `P30D`. */
  readonly after?: string
  /** The day itself, in place of `after`. */
  readonly at?: Date
  /** Who asked; it decides who may cancel. Default `administrator`. */
  readonly by?: ScheduledBy
  readonly reason?: string
  readonly requestedBy?: string
}

export interface CancelOptions {
  /** Who cancels. Default `administrator`. */
  readonly by?: ScheduledBy
  /** The token that the user got when the own account was to be deleted, in place of `by`. */
  readonly cancelToken?: string
}

export interface PurgeOptions {
  /** Users who are deleted at most; users who stay are not counted. Default 1,000. */
  readonly limit?: number
  readonly signal?: AbortSignal
  /** Says that the clock is right though it has moved far. */
  readonly confirmClock?: boolean
}

export interface ExpireOptions {
  /** Deletions to look at, over all rules. Default: all that are due. */
  readonly limit?: number
  readonly signal?: AbortSignal
  /** Says that the clock is right though it has moved far. */
  readonly confirmClock?: boolean
}

export interface ExportOptions {
  readonly signal?: AbortSignal
}

export interface HoldOptions {
  /** A code in snake_case, never free text. */
  readonly reason: string
  /** When the hold ends by itself. Without it: when it is released. */
  readonly until?: Date
  /** Only rows in these tables are held: a user who has none there may be deleted. */
  readonly tables?: readonly string[]
}

export interface EraseOptions {
  /** A code in snake_case, never free text. */
  readonly reason?: string
  readonly requestedBy?: string
  /** When the person asked; the month of GDPR article 12(3) runs from there. Default: now. */
  readonly requestedAt?: Date
  readonly idempotencyKey?: string
}

export interface OwnDeletionOptions {
  /** The user has said so, knowing that it cannot be undone. */
  readonly confirm: true
  /** The token from `requestOwnDeletion`, where one is required. */
  readonly token?: string
  readonly reason?: string
}

const DAY_MS = 86_400_000

/** @throws {@link UserDeletionError} `invalid_argument` for less than a day or more than a year by the calendar. */
export function dueDateOf({ after, at }: ScheduleOptions, now: Date): Date {
  if (after !== undefined && at !== undefined) {
    throw invalidArgument('at', '`after` and `at` exclude each other.')
  }
  if (at !== undefined && !isDate(at)) throw invalidArgument('at', '`at` is not a valid Date.')
  const duration = after ?? 'P30D'
  if (at === undefined && !(typeof duration === 'string' && isDuration(duration))) {
    throw invalidArgument('after', '`after` is not an ISO 8601 duration.')
  }
  const due = at ?? addDuration(now, duration)
  // A year is one of the calendar: with a leap day ahead it has 366 days.
  if (due.getTime() - now.getTime() >= DAY_MS && due <= addDuration(now, 'P1Y')) return due
  const path = at === undefined ? 'after' : 'at'
  throw invalidArgument(path, 'A deletion is scheduled one day to one year ahead.')
}

export function scheduledByOf(by: ScheduledBy | undefined): ScheduledBy {
  if (by === undefined) return 'administrator'
  if (by === 'user' || by === 'administrator') return by
  throw invalidArgument('by', '`by` is neither "user" nor "administrator".')
}

export function cancellerOf({ by, cancelToken }: CancelOptions): Canceller {
  if (cancelToken === undefined) return { by: scheduledByOf(by) }
  if (by !== undefined) throw invalidArgument('by', '`by` and `cancelToken` exclude each other.')
  return { tokenHash: sha256(tokenOf('cancelToken', cancelToken)) }
}

export function holdTermsOf({ reason, until, tables }: HoldOptions, now: Date): HoldTerms {
  assertReason(reason)
  if (reason === undefined) throw invalidArgument('reason', 'A hold has a reason.')
  if (until !== undefined && !(isDate(until) && until > now)) {
    throw invalidArgument('until', '`until` is not a Date that is still to come.')
  }
  const isList =
    tables === undefined ||
    (Array.isArray(tables) &&
      tables.length > 0 &&
      tables.every((table) => typeof table === 'string' && table !== ''))
  if (!isList) throw invalidArgument('tables', '`tables` is not a list of table names.')
  return { reason, until: until ?? null, tables: tables ?? null }
}

/** @throws {@link UserDeletionError} `confirmation_required` unless the user has confirmed. */
export function confirmedTokenOf({ confirm, token }: OwnDeletionOptions): string | null {
  if (confirm !== true) {
    throw new UserDeletionError('confirmation_required', 'The user has not confirmed.')
  }
  return token === undefined ? null : tokenOf('token', token)
}

/** @throws {@link UserDeletionError} `invalid_argument` unless it looks like a session of the host. */
export function assertSession(session: unknown): asserts session is OwnSession {
  if (typeof session !== 'object' || session === null || Array.isArray(session)) {
    throw invalidArgument('session', 'The session is not an object.')
  }
  const { id } = session as { readonly id?: unknown }
  if (typeof id !== 'string' || !isId(id)) {
    throw invalidArgument('session.id', 'The session has no id.')
  }
}

/** Users a second; `null` for as fast as it goes. */
function paceOf(pace: number | undefined): number | null {
  if (pace === undefined) return null
  if (typeof pace === 'number' && Number.isFinite(pace) && pace > 0) return pace
  throw invalidArgument('pace', '`pace` is not a number above 0.')
}

/** When a list was made; `null` for now. Not in the future. */
function listedAtOf(listedAt: Date | undefined, now: Date): Date | null {
  if (listedAt === undefined) return null
  if (isDate(listedAt) && listedAt <= now) return listedAt
  throw invalidArgument('listedAt', '`listedAt` is not a Date up to now.')
}

function totalOf(total: number | undefined): number | null {
  if (total === undefined) return null
  if (isCount(total)) return total
  throw invalidArgument('total', '`total` is not a whole number from 0 on.')
}

/** When something was asked for; `null` for now. Not in the future. */
export function requestedAtOf({ requestedAt }: EraseOptions, now: Date): string | null {
  if (requestedAt === undefined) return null
  if (isDate(requestedAt) && requestedAt <= now) return requestedAt.toISOString()
  throw invalidArgument('requestedAt', '`requestedAt` is not a Date up to now.')
}

export function assertBoolean(path: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'boolean') {
    throw invalidArgument(path, `"${path}" is neither true nor false.`)
  }
}

/** @throws {@link UserDeletionError} `invalid_argument` where nothing is asked, or for what is never reserved. */
export function assertReserved(
  values: unknown,
  known: readonly string[],
): asserts values is Readonly<Record<string, unknown>> {
  if (typeof values !== 'object' || values === null || Array.isArray(values)) {
    throw invalidArgument('values', 'The values are not an object.')
  }
  const fields = Object.keys(values)
  if (fields.length === 0) throw invalidArgument('values', 'No value is asked about.')
  for (const field of fields) {
    if (known.includes(field)) continue
    throw invalidArgument('values', 'A field of the values is not one of `user.reserve`.')
  }
}

export function assertKnownTables(
  tables: readonly string[] | null,
  known: readonly string[],
): void {
  for (const table of tables ?? []) {
    if (!known.includes(table)) {
      throw invalidArgument('tables', 'A table of `tables` is not one of the policy.')
    }
  }
}

function isDate(value: unknown): value is Date {
  return value instanceof Date && isInCalendar(value)
}

function tokenOf(path: string, token: unknown): string {
  if (typeof token === 'string' && token !== '' && token.length <= 256) return token
  throw invalidArgument(path, 'The token is not a text.')
}

/** Who is deleted for whom and why, as the caller says; other keys are the caller's own to check. */
export function requestOf(options: object, hasTenants: boolean): DeletionRequest {
  const { tenantId, reason, requestedBy, idempotencyKey } = options as Record<string, unknown>
  assertReason(reason)
  assertRequestedBy(requestedBy)
  assertIdempotencyKey(idempotencyKey)
  return {
    tenantId: tenantOf({ tenantId }, hasTenants),
    reason: reason ?? null,
    requestedBy: requestedBy ?? null,
    idempotencyKey: idempotencyKey ?? null,
    requestedAt: null,
  }
}

/** @throws {@link UserDeletionError} `invalid_argument` naming the option. */
export function bulkOptionsOf(options: DeleteManyOptions, now: Date): BulkOptions {
  const { mode = 'cooperative', signal, onProgress, onOutcome } = options
  if (mode !== 'cooperative' && mode !== 'throughput') {
    throw invalidArgument('mode', 'The mode is neither "cooperative" nor "throughput".')
  }
  assertSignal(signal)
  assertFunction('onProgress', onProgress)
  assertFunction('onOutcome', onOutcome)
  const pace = paceOf(options.pace)
  const listedAt = listedAtOf(options.listedAt, now)
  const total = totalOf(options.total)
  return { mode, pace, listedAt, total, signal, onProgress, onOutcome }
}

export function assertIterable(ids: unknown): void {
  if (!isIterable(ids))
    throw invalidArgument('ids', 'The ids are neither iterable nor async iterable.')
}

/** A list of the host may be anything, also something that throws when it is looked at. */
function isIterable(ids: unknown): boolean {
  if (typeof ids !== 'object' || ids === null) return false
  try {
    const list = ids as { readonly [key: symbol]: unknown }
    const key = Symbol.asyncIterator in list ? Symbol.asyncIterator : Symbol.iterator
    return typeof list[key] === 'function'
  } catch {
    return false
  }
}

export function isoOf(path: string, value: Date): string {
  if (isDate(value)) return value.toISOString()
  throw invalidArgument(path, `"${path}" is not a valid Date.`)
}

/** Milliseconds since 1970; `null` where nothing was given. */
export function instantOf(issuedAt: Date | number | undefined): number | null {
  if (issuedAt === undefined) return null
  const ms = issuedAt instanceof Date ? issuedAt.getTime() : Number(issuedAt) * 1_000
  if (Number.isFinite(ms)) return ms
  throw invalidArgument('issuedAt', '`issuedAt` is neither a valid Date nor seconds since 1970.')
}
