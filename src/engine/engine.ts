/**
 * The engine: strings the rooms together. Each method checks its arguments, and hands over.
 *
 * @module
 */

import type { BulkResult } from '../execution/bulk/bulk-result.ts'
import { deleteMany } from '../execution/bulk/delete-many.ts'
import { assertExpectation, assertPlanned, withExpected } from '../execution/bulk/expectation.ts'
import { planMany } from '../execution/bulk/plan-many.ts'
import {
  assertFunction,
  assertKnownFields,
  assertKnownValues,
  assertSignal,
  invalidArgument,
  isKey,
  ownOptions,
  tenantOf,
  userIdOf,
} from '../execution/context/arguments.ts'
import {
  type DeletionRequest,
  type ExecutionContext,
  targetOf,
} from '../execution/context/context.ts'
import { inProgress, notFound } from '../execution/context/failures.ts'
import { identifyTenant, identifyUser, inTenant } from '../execution/context/identify.ts'
import { viewUsers } from '../execution/decision/ask.ts'
import { deleteSlice } from '../execution/delete/delete-slice.ts'
import { earlierReceipt } from '../execution/delete/earlier-receipt.ts'
import { rehearseDeletion } from '../execution/delete/rehearse.ts'
import type { ExportRecord } from '../execution/export/export-record.ts'
import { exportUser } from '../execution/export/export-user.ts'
import { type ResumeResult, resumeJobs } from '../execution/job/resume.ts'
import {
  cancelSchedule,
  disableUser,
  enableUser,
  readStatus,
  scheduleUser,
  type UserStatus,
} from '../execution/life-cycle/change-state.ts'
import { type ErasureResult, eraseUser } from '../execution/life-cycle/erase.ts'
import { holdsOf, placeHold, releaseHold } from '../execution/life-cycle/holds.ts'
import {
  deleteOwn,
  issueOwnToken,
  type OwnDeletion,
  type OwnDeletionToken,
  type OwnSession,
  type SelfService,
} from '../execution/life-cycle/own-account.ts'
import { type PurgeResult, purgeDue } from '../execution/life-cycle/purge.ts'
import { restoreDecisions } from '../execution/life-cycle/restore-decisions.ts'
import type { ClockBound } from '../execution/life-cycle/seen-clock.ts'
import type { Proof } from '../execution/look-back/prove.ts'
import { type Verification, verifyUser, withTrace } from '../execution/look-back/verify.ts'
import { replayDeletions } from '../execution/replay/replay.ts'
import type { ReplayResult } from '../execution/replay/replay-result.ts'
import { isReserved } from '../execution/reserve/is-reserved.ts'
import { type ExpiryResult, expireRetained } from '../execution/retention/expire-retained.ts'
import { deleteTenant, type TenantResult } from '../execution/tenant/delete-tenant.ts'
import { planTenant, type TenantPlan } from '../execution/tenant/plan-tenant.ts'
import { findUsers } from '../execution/units/user-rows.ts'
import { type JournalDebt, openJournalDebt } from '../execution/upkeep/journal-debt.ts'
import { type Maintenance, maintain } from '../execution/upkeep/maintain.ts'
import { type OpenJob, openJobs } from '../execution/upkeep/open-jobs.ts'
import { type OverdueJob, overdueJobs } from '../execution/upkeep/overdue.ts'
import { scrubFile } from '../execution/upkeep/scrub-file.ts'
import { watchDeletions } from '../execution/upkeep/watch-deletions.ts'
import type { DriftReport } from '../plan/check/schema-watch.ts'
import type { BulkPlan, Plan } from '../plan/plan.ts'
import type { Trace } from '../plan/trace/trace.ts'
import type { PolicyInput } from '../policy/policy.ts'
import type { Clock } from '../ports.ts'
import type { UserIdInput } from '../program/native-id.ts'
import type { UserId } from '../program/program.ts'
import { type Ledger, openLedger } from '../receipt/ledger/ledger.ts'
import { type Outbox, openOutbox } from '../receipt/ledger/outbox.ts'
import type { DeletionReceipt } from '../receipt/receipt.ts'
import { deletedAt, findEntries } from '../records/ledger-records.ts'
import type { Hold } from '../store/records.ts'
import type { UserRow } from '../store/slice.ts'
import type { Sanitized, Scrubbed, Store } from '../store/store.ts'
import {
  assertBoolean,
  assertIterable,
  assertKnownTables,
  assertReserved,
  assertSession,
  bulkOptionsOf,
  type CallOptions,
  type CancelOptions,
  cancellerOf,
  confirmedTokenOf,
  type DeepVerifyOptions,
  type DeleteManyOptions,
  type DeleteOptions,
  type DeleteTenantOptions,
  type DisableOptions,
  dueDateOf,
  type EraseOptions,
  type ExpireOptions,
  type ExportOptions,
  type HoldOptions,
  holdTermsOf,
  type IsDeletedOptions,
  instantOf,
  isoOf,
  type OwnDeletionOptions,
  type PlanOptions,
  type ProofOptions,
  type PurgeOptions,
  type ReplayOptions,
  type ReservedValues,
  requestedAtOf,
  requestOf,
  type ScheduleOptions,
  scheduledByOf,
  type TenantScope,
  type TraceOptions,
  type UserIds,
} from './call-options.ts'
import { type ContextSource, createContextSource } from './context-source.ts'
import {
  clockJumpOf,
  contextInputOf,
  type EngineOptions,
  journalDelayOf,
  outboxMaxAgeOf,
  positive,
} from './options.ts'

/**
 * Deletes users by a policy.
 *
 * @example
 * const engine = new UserDeletionEngine({ store: sqliteStore(db), policy })
 * await engine.migrate()
 * const receipt = await engine.delete('usr_1', { tenantId: 'tnt_1', reason: 'user_request' })
 */
export class UserDeletionEngine<const P extends PolicyInput = PolicyInput> {
  /** Receipts and their verification. */
  readonly ledger: Ledger
  /** Events waiting to be delivered. */
  readonly outbox: Outbox
  readonly #store: Store
  readonly #clock: Clock
  readonly #hasTenants: boolean
  readonly #userTable: string
  readonly #tables: readonly string[]
  readonly #fields: readonly string[]
  readonly #unread: readonly string[]
  readonly #selfService: SelfService | null
  readonly #maxClockJumpMs: number
  readonly #outboxMaxAge: string | null
  readonly #journal: JournalDebt
  readonly #source: ContextSource

  /** @throws {@link UserDeletionError} `invalid_argument` or `invalid_policy`; the database is not touched. */
  constructor(options: EngineOptions<P>) {
    const input = contextInputOf(options)
    const { store, clock, policy } = input
    this.#store = store
    this.#clock = clock
    this.#hasTenants = policy.user.tenant !== undefined
    this.#userTable = policy.user.table
    this.#tables = [policy.user.table, ...Object.keys(policy.tables)]
    this.#fields = ['id', ...Object.keys(policy.user.fields ?? {})]
    this.#unread = Object.entries(policy.tables).flatMap(([table, entry]) =>
      entry === 'unrelated' ? [table] : [],
    )
    this.#selfService = options.selfService === undefined ? null : { ...options.selfService }
    this.#maxClockJumpMs = clockJumpOf(options)
    this.#outboxMaxAge = outboxMaxAgeOf(options)
    this.#journal = openJournalDebt({ ...input, delayMs: journalDelayOf(options) })
    const watched = watchDeletions(store, this.#journal)
    this.#source = createContextSource({ ...input, store: watched })
    const { keys } = this.#source
    const owe = (): Promise<void> => this.#journal.owe()
    this.ledger = openLedger({ store, issuer: input.issuer, userTable: this.#userTable, keys, owe })
    this.outbox = openOutbox(store, this.#userTable)
  }

  /**
   * Creates the engine's own tables, and brings those of an earlier version to the present layout. Safe to repeat, and
   * to run in several processes at once. Call it at every start. Until an earlier layout has been brought up to date,
   * every other call rejects with `not_migrated`.
   */
  async migrate(): Promise<void> {
    const userTable = this.#userTable
    await this.#store.migrate({ userTable, policyDigest: this.#source.digest })
    await this.#source.rememberPolicy()
  }

  /**
   * Everything in which the policy and the live database differ, by a fresh look at the database. Every other call is
   * refused with the errors, as `schema_mismatch`; the logger gets each warning once. Changes nothing.
   *
   * @example
   * const { fits, findings } = await engine.checkSchema()
   * for (const { severity, path, message } of findings) console.log(severity, path, message)
   */
  async checkSchema(): Promise<DriftReport> {
    return this.#source.drift()
  }

  /**
   * The user's row as the host stores it.
   *
   * @throws {@link UserNotFoundError} for an unknown user, another tenant's, or a deleted one.
   */
  async getUser(userId: UserIdInput, ...[options]: CallOptions<P>): Promise<UserRow> {
    const scope = this.#scope(userId, options, [])
    const context = await this.#source.current()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    const { tenantId } = request
    const target = targetOf(context, id)
    const [row] = await this.#store.read(() =>
      findUsers(context.program, { tenantId, users: [target] }),
    )
    if (row != null) return Object.freeze({ ...row })
    const [earlier] = await findEntries(this.#store, {
      ...{ userTable: this.#userTable, tenantId, subjects: [target.subject] },
    })
    throw notFound(earlier)
  }

  /**
   * The dry run: the very steps of a deletion with their counts, and what is in the way. Changes nothing, except that
   * it first restores what an imported ledger has decided (holds, schedules, disabling). The host's blockers are
   * asked, its hooks are not.
   *
   * @throws {@link UserDeletionError} `resource_not_found`, or `transactions_unsupported` for a rehearsal where the
   * store has no transactions.
   *
   * @example
   * const { rehearsal, blockers } = await engine.plan('usr_1', { tenantId: 'tnt_1', rehearse: true })
   */
  async plan(userId: UserIdInput, ...[options]: CallOptions<P, PlanOptions>): Promise<Plan> {
    const scope = this.#scope<PlanOptions>(userId, options, ['rehearse'])
    const { rehearse } = scope.given
    assertBoolean('rehearse', rehearse)
    const context = await this.#looking()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    const { tenantId } = request
    const target = targetOf(context, id)
    const [view] = await viewUsers(context, request, [target])
    if (view != null) {
      return rehearse === true ? rehearseDeletion(context, request, view.plan) : view.plan
    }
    const [earlier] = await findEntries(this.#store, {
      ...{ userTable: this.#userTable, tenantId, subjects: [target.subject] },
    })
    throw notFound(earlier)
  }

  /** The dry run over many users: totals by step, the first blocked users, and a digest for `expect`. */
  async planMany(ids: UserIds, ...[options]: CallOptions<P>): Promise<BulkPlan> {
    assertIterable(ids)
    const request = this.#request(ownOptions<object>(options, ['tenantId']))
    const context = await this.#looking()
    return planMany(context, inTenant(context, request), ids)
  }

  /**
   * The user's rows as the policy finds them: the answer to a request for access, by the very steps of a deletion. A
   * record for the user row, one for each row and rule, and between a first and a last one that say what it is of and
   * what is not in it. Each record is JSON as it stands; {@link exportLines} makes JSON Lines of them.
   *
   * Columns that the policy marks `secret` are left out. Of rows that only refer to the user (rules that detach, lists of
   * several people, values that others hold too) the other columns are, and everywhere what names another person; each
   * record says so in `omitted`. Changes nothing, writes nothing into the ledger, and keeps one page in memory. All of it
   * is of one state of the database where the store can keep one; the last record says so (`view`).
   *
   * @param options `signal` ends it between two pages, with `complete: false` in the last record.
   * @throws {@link UserDeletionError} as {@link UserDeletionEngine.plan}, at the first record.
   *
   * @example
   * await pipeline(exportLines(engine.export('usr_1', { tenantId: 'tnt_1' })), createWriteStream('usr_1.jsonl'))
   */
  async *export(
    userId: UserIdInput,
    ...[options]: CallOptions<P, ExportOptions>
  ): AsyncGenerator<ExportRecord, void, undefined> {
    const scope = this.#scope<ExportOptions>(userId, options, ['signal'])
    const { signal } = scope.given
    assertSignal(signal)
    const context = await this.#looking()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    yield* exportUser(context, request, targetOf(context, id), { signal, unread: this.#unread })
  }

  /**
   * Deletes one user, atomically, and answers the receipt.
   *
   * A second call is `resource_not_found` with the receipt's id in the details; the same `idempotencyKey`
   * gives the same receipt, or `receipt_archived` once an archive of the ledger has it. A user with very many rows is deleted in several transactions; if that is
   * interrupted, `resume()` or another call goes on.
   *
   * @throws {@link UserDeletionError} with nothing changed, whatever the code, unless a job was opened.
   */
  async delete(
    userId: UserIdInput,
    ...[options]: CallOptions<P, DeleteOptions>
  ): Promise<DeletionReceipt> {
    const scope = this.#scope<DeleteOptions>(userId, options, [
      'reason',
      'requestedBy',
      'idempotencyKey',
      'expect',
    ])
    const { expect } = scope.given
    assertExpectation(expect)
    const earlier = await this.#earlierReceipt(scope)
    if (earlier !== null) return earlier
    const context = await this.#changing()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    if (expect !== undefined) {
      const [view] = await viewUsers(context, request, [targetOf(context, id)])
      if (view != null) assertPlanned(view.plan.digest, expect)
    }
    const [outcome] = await deleteSlice(context, request, [targetOf(context, id)])
    if (outcome === undefined) throw inProgress()
    if (outcome.status === 'deleted') return outcome.receipt
    // Another process may have used the key between the look-up and the commit.
    const meanwhile = await this.#earlierReceipt({ id, request })
    if (meanwhile !== null) return meanwhile
    throw outcome.error
  }

  /**
   * Deletes many users through the same path as one. Resolves with counts and the errors of single users;
   * rejects only for misused options, a failed expectation, or a policy that does not fit the database.
   */
  async deleteMany(
    ids: UserIds,
    ...[options]: CallOptions<P, DeleteManyOptions>
  ): Promise<BulkResult> {
    assertIterable(ids)
    const own = ownOptions<DeleteManyOptions>(options, [
      'tenantId',
      'mode',
      'pace',
      'listedAt',
      'reason',
      'requestedBy',
      'expect',
      'signal',
      'total',
      'onProgress',
      'onOutcome',
    ])
    const given = this.#request(own)
    const { expect } = own
    assertExpectation(expect)
    const bulk = bulkOptionsOf(own, this.#clock.now())
    const context = await this.#changing()
    const request = inTenant(context, given)
    const run = (source: Parameters<typeof deleteMany>[2]): Promise<BulkResult> =>
      deleteMany(context, request, source, bulk)
    if (expect === undefined) return run(ids)
    return withExpected(context, request, ids, expect, run, undefined, bulk.signal)
  }

  /**
   * How a user stands: state, row, and the deletion that is scheduled or runs. Changes nothing, except that it first
   * restores what an imported ledger has decided, as {@link UserDeletionEngine.plan} does.
   */
  async getStatus(userId: UserIdInput, ...[options]: CallOptions<P>): Promise<UserStatus> {
    const scope = this.#scope(userId, options, [])
    const context = await this.#looking()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    const { tenantId } = request
    return readStatus(context, tenantId, targetOf(context, id))
  }

  /**
   * Shuts a user out: the policy's status columns are written, and with `revokeSessions` (default true) the rows that
   * grant access go. Atomic and safe to repeat; a repeat also removes sessions created since.
   *
   * @throws {@link UserDeletionError} `resource_not_found`, `invalid_transition` for a user who is scheduled or
   * being deleted, or `deletion_blocked` while a hold on tables keeps rows that grant access: with
   * `revokeSessions: false` the user is shut out and they stay.
   */
  async disable(
    userId: UserIdInput,
    ...[options]: CallOptions<P, DisableOptions>
  ): Promise<UserStatus> {
    const scope = this.#scope<DisableOptions>(userId, options, ['revokeSessions'])
    const { revokeSessions = true } = scope.given
    assertBoolean('revokeSessions', revokeSessions)
    const context = await this.#changing()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    return disableUser(context, request, targetOf(context, id), revokeSessions)
  }

  /**
   * Gives a disabled user back what was before: the status columns hold again what they held, so that a
   * banned user stays banned. Sessions do not come back. Atomic.
   *
   * @throws {@link UserDeletionError} `resource_not_found`, or `invalid_transition` unless the user is disabled.
   */
  async enable(userId: UserIdInput, ...[options]: CallOptions<P>): Promise<UserStatus> {
    const scope = this.#scope(userId, options, [])
    const context = await this.#changing()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    return enableUser(context, request, targetOf(context, id))
  }

  /**
   * Disables the user, cuts access, and has `purgeDue` delete them on a day one day to one year ahead (default 30
   * days).
   * Hooks and blockers are asked now and again on the day; a hold only puts the day off, unless it is on a table
   * whose rows grant access and would go now. Atomic.
   *
   * @throws {@link UserDeletionError} `resource_not_found`, `invalid_transition`, or the refusal of a hook
   * or blocker.
   *
   * @example
   * await engine.scheduleDeletion('usr_1', { tenantId: 'tnt_1', after: 'P30D' })
   */
  async scheduleDeletion(
    userId: UserIdInput,
    ...[options]: CallOptions<P, ScheduleOptions>
  ): Promise<UserStatus> {
    const known = ['after', 'at', 'by', 'reason', 'requestedBy'] as const
    const scope = this.#scope<ScheduleOptions>(userId, options, known)
    const dueAt = dueDateOf(scope.given, this.#clock.now())
    const by = scheduledByOf(scope.given.by)
    const context = await this.#changing()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    const terms = { dueAt, by, cancelHash: null, tokenHash: null }
    return scheduleUser(context, request, targetOf(context, id), terms)
  }

  /**
   * Takes a scheduled deletion back; the user is again what they were before, sessions excepted. A user may
   * cancel what the user has scheduled, an administrator anything. Atomic.
   *
   * @throws {@link UserDeletionError} `resource_not_found`, `invalid_transition`, or `confirmation_invalid`
   * for a token of another schedule.
   */
  async cancelDeletion(
    userId: UserIdInput,
    ...[options]: CallOptions<P, CancelOptions>
  ): Promise<UserStatus> {
    const scope = this.#scope<CancelOptions>(userId, options, ['by', 'cancelToken'])
    const canceller = cancellerOf(scope.given)
    const context = await this.#changing()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    return cancelSchedule(context, request, targetOf(context, id), canceller)
  }

  /**
   * Deletes the users of all tenants whose scheduled day has come, one by one. A user who is held, blocked or vetoed
   * stays, does not count towards `limit`, and is tried again by a later call. Run it once a day or more often;
   * several processes may.
   *
   * @throws {@link UserDeletionError} `clock_jumped` with nothing deleted, when the clock has moved further
   * than `maxClockJumpMs` since the last call of it or of `expireRetained`.
   */
  async purgeDue(options: PurgeOptions = {}): Promise<PurgeResult> {
    const own = ownOptions(options, ['limit', 'signal', 'confirmClock'])
    assertSignal(own.signal)
    const limit = positive('limit', own.limit, 1_000)
    const clock = this.#clockBound(own)
    const context = await this.#source.writing()
    return purgeDue(context, { limit, signal: own.signal, ...clock })
  }

  /**
   * Erases a user: access is cut and a job opened in one commit, external erasers run, then the user is
   * deleted, and the entry `user.erased` and the receipt commit with it. When an eraser is not done, the
   * answer is `waiting` and `resume()` goes on; the user stays shut out meanwhile. Safe to repeat.
   *
   * @throws {@link UserDeletionError} as `delete` does.
   *
   * @example
   * const result = await engine.erase('usr_1', { tenantId: 'tnt_1', requestedAt: request.receivedAt })
   */
  async erase(
    userId: UserIdInput,
    ...[options]: CallOptions<P, EraseOptions>
  ): Promise<ErasureResult> {
    const scope = this.#scope<EraseOptions>(userId, options, [
      'reason',
      'requestedBy',
      'requestedAt',
      'idempotencyKey',
    ])
    const requestedAt = requestedAtOf(scope.given, this.#clock.now())
    const asked = { ...scope.request, requestedAt }
    const earlier = await this.#earlierReceipt({ id: scope.id, request: asked })
    if (earlier !== null) return { status: 'erased', receipt: earlier }
    const context = await this.#changing()
    const { id, request } = await identifyUser(context, scope.id, asked)
    return eraseUser(context, request, targetOf(context, id))
  }

  /**
   * Issues the token that confirms the deletion of the own account: 256 bits, for 15 minutes, for this user,
   * tenant and session, kept as a hash only. Send it by mail; only a POST may hand it in.
   *
   * @throws {@link UserDeletionError} `impersonation_refused`, `recent_authentication_required`, …
   */
  async requestOwnDeletion(session: OwnSession): Promise<OwnDeletionToken> {
    const scope = this.#own(session, {})
    const service = this.#service()
    const context = await this.#source.current()
    const { id, request } = await identifyOwn(context, scope)
    return issueOwnToken(context, request, service, { userId: id, session })
  }

  /**
   * Deletes the account of the session's own user: scheduled with a cooling-off (default 30 days) and a
   * token that cancels it, or at once where `selfService.coolingOff` is `null`. The subject comes from the
   * session alone.
   *
   * @throws {@link UserDeletionError} `confirmation_required`, `confirmation_invalid`,
   * `recent_authentication_required`, `impersonation_refused`, or what `scheduleDeletion` rejects with.
   *
   * @example
   * const outcome = await engine.deleteOwnAccount(session, { confirm: true, token: body.token })
   */
  async deleteOwnAccount(session: OwnSession, options: OwnDeletionOptions): Promise<OwnDeletion> {
    const own = ownOptions(options, ['confirm', 'token', 'reason'])
    const scope = this.#own(session, { reason: own.reason ?? 'user_request' })
    const token = confirmedTokenOf(own)
    const service = this.#service()
    const context = await this.#changing()
    const { id, request } = await identifyOwn(context, scope)
    const owner = { userId: id, session }
    return deleteOwn(context, request, service, owner, token)
  }

  /**
   * Keeps a user from being deleted, or their rows in some tables. A deletion is refused with
   * `deletion_blocked`; one that is scheduled waits. Of a user who is deleted already the retained rows stay
   * beyond their retention. Atomic.
   *
   * @throws {@link UserDeletionError} `resource_not_found`, also for a deleted user of whom no retained rows
   * stand (in these tables), or `invalid_transition` while the deletion runs.
   */
  async placeHold(userId: UserIdInput, options: TenantScope<P> & HoldOptions): Promise<Hold> {
    const known = ['reason', 'until', 'tables'] as const
    const scope = this.#scope<HoldOptions>(userId, options, known)
    const terms = holdTermsOf(scope.given, this.#clock.now())
    assertKnownTables(terms.tables, this.#tables)
    const context = await this.#changing()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    return placeHold(context, request, targetOf(context, id), terms)
  }

  /**
   * Ends a hold. A deletion that is due goes on with the next `purgeDue()`. Atomic.
   *
   * @throws {@link UserDeletionError} `resource_not_found` when the user has no such hold.
   */
  async releaseHold(
    userId: UserIdInput,
    options: TenantScope<P> & { readonly holdId: string },
  ): Promise<void> {
    const scope = this.#scope<{ readonly holdId?: unknown }>(userId, options, ['holdId'])
    const { holdId } = scope.given
    if (!isKey(holdId)) {
      throw invalidArgument('holdId', '`holdId` is not the id of a hold.')
    }
    const context = await this.#changing()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    await releaseHold(context, request, targetOf(context, id), holdId)
  }

  /** The holds on a user, those included that have ended. */
  async holds(userId: UserIdInput, ...[options]: CallOptions<P>): Promise<readonly Hold[]> {
    const scope = this.#scope(userId, options, [])
    const context = await this.#looking()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    const { tenantId } = request
    return holdsOf(context, tenantId, targetOf(context, id))
  }

  /** What is open and why: scheduled deletions, erasures, deletions that run or were interrupted. Oldest first. */
  async *jobs(options: { readonly tenantId?: string } = {}): AsyncGenerator<OpenJob> {
    const own = ownOptions(options, ['tenantId'])
    const tenantId = this.#onlyTenant(own)
    const context = await this.#looking()
    yield* openJobs(context, await ofTenant(context, tenantId))
  }

  /**
   * Open jobs whose request is older than the month that GDPR Article 12(3) gives, with the day it ended and
   * how late they are. A schedule or a hold that reaches beyond that month is among them; `why` tells.
   *
   * @example
   * for await (const { userId, daysLate, why } of engine.overdue()) report(userId, daysLate, why.kind)
   */
  async *overdue(options: { readonly tenantId?: string } = {}): AsyncGenerator<OverdueJob> {
    const own = ownOptions(options, ['tenantId'])
    const tenantId = this.#onlyTenant(own)
    const context = await this.#looking()
    yield* overdueJobs(context, await ofTenant(context, tenantId))
  }

  /**
   * Finishes deletions that a crash has interrupted. Call it at start, and now and then.
   * Safe to repeat and to run in several processes.
   */
  async resume(
    options: { readonly limit?: number; readonly signal?: AbortSignal } = {},
  ): Promise<ResumeResult> {
    const own = ownOptions(options, ['limit', 'signal'])
    assertSignal(own.signal)
    const context = await this.#source.writing()
    return resumeJobs(context, positive('limit', own.limit, 1_000), own.signal)
  }

  /**
   * Deletes or anonymizes retained rows whose retention has ended, and writes `retention.expired` into the ledger.
   * Call it now and then.
   *
   * Each batch is one transaction; the event loop is free between them. Safe to repeat and to run in several
   * processes. Rows of an id that has a user again are left alone. With `keys.subject` the ids are found by
   * hashing what the retained rows hold, so the key has to stay the same.
   *
   * @param options `limit`: deletions to look at, over all rules (default: all that are due). `signal` stops
   * it between batches. `confirmClock` says that the clock is right though it has moved far.
   * @returns what was done by step, and whether `limit` or `signal` stopped it. Users whose rows the
   * database refuses are counted in `failed`, with the first `error`, and tried again next time.
   * @throws {@link UserDeletionError} `clock_jumped` with nothing done, when the clock has moved further than
   * `maxClockJumpMs` since the last call of it or of `purgeDue`; or an error that would stop every other step too:
   * `store_busy`, `schema_mismatch`, …
   *
   * @example
   * const { steps, more } = await engine.expireRetained({ limit: 1_000 })
   */
  async expireRetained(options: ExpireOptions = {}): Promise<ExpiryResult> {
    const own = ownOptions(options, ['limit', 'signal', 'confirmClock'])
    assertSignal(own.signal)
    const limit = positive('limit', own.limit, Number.MAX_SAFE_INTEGER)
    const clock = this.#clockBound(own)
    const context = await this.#source.writing('told_later')
    return expireRetained(context, { limit, signal: own.signal, ...clock })
  }

  /**
   * What has to be done now and then, in one call: `resume`, `purgeDue`, `expireRetained`, the journal, events that
   * have waited longer than `outboxMaxAge`, and what killed runs have left (ids set aside, imports, expired tokens).
   * Says which requests are overdue. Call it at start, and every hour; several processes may: one does it, and the others
   * answer `elsewhere: true`. One that is killed at it is waited for no longer than `leaseMs`.
   *
   * Partial failure is a value: a part that fails stands in `failed`, and the others are done all the same.
   *
   * @example
   * const { purged, overdue, failed } = await engine.maintain({ signal })
   */
  async maintain(
    options: { readonly signal?: AbortSignal; readonly confirmClock?: boolean } = {},
  ): Promise<Maintenance> {
    const own = ownOptions(options, ['signal', 'confirmClock'])
    assertSignal(own.signal)
    const clock = this.#clockBound(own)
    const context = await this.#source.writing()
    const outboxMaxAge = this.#outboxMaxAge
    return maintain(context, this.#journal, { signal: own.signal, outboxMaxAge, ...clock })
  }

  /**
   * Waits until the journal no longer holds what committed deletions have removed, and answers the level reached. The
   * ledger entry `storage.sanitized` says up to which entry. Await it before the database handle is closed.
   *
   * With `complete: false` a reader still needs the journal: it stays owed, and is tried again. A store without a
   * journal that can be cleared owes nothing, and answers the level of its receipts.
   *
   * @throws {@link UserDeletionError} what the store rejects with; the deletions stand, and the journal stays owed.
   *
   * @example
   * await engine.delete('usr_1', { tenantId: 'tnt_1' })
   * const { level, complete } = await engine.settle()  // 'journal_cleared', true
   */
  async settle(): Promise<Sanitized> {
    if (this.#journal.canArise) await this.#source.keys.settle('told_later')
    return this.#journal.settle()
  }

  /**
   * The dry run for a whole tenant: its users, its own rows with their counts, what is in the way, and a digest for
   * `expect`. Changes nothing, except that it first restores what an imported ledger has decided, as {@link
   * UserDeletionEngine.plan} does.
   */
  async planTenant(tenantId: string): Promise<TenantPlan> {
    const given = this.#tenantRequest({ tenantId })
    const context = await this.#looking()
    const request = { ...given, tenantId: await identifyTenant(context, given) }
    return planTenant(context, request, request.tenantId)
  }

  /**
   * Deletes a tenant: every user through the one path, and only when nobody is left, the tenant's own rows
   * (the policy's `tenant` part) in one transaction with a receipt and a ledger entry `tenant.deleted`. Rows of
   * other tenants stay.
   *
   * `expect` is required: at most so many users, or the digest of {@link UserDeletionEngine.planTenant}.
   * Partial failure is a value: while somebody is left (a hold, a veto, a sole owner who blocks) the tenant's
   * rows stay, and `tenant.because` says so. Safe to repeat: it goes on with the users who are left.
   *
   * @throws {@link UserDeletionError} `expectation_failed` with nothing changed; `resource_not_found` for a
   * tenant that has neither users nor rows, with the earlier receipt's id in the details if there is one;
   * `schema_mismatch` where the users' table takes spellings of a tenant for one that the tenants' table tells apart.
   *
   * @example
   * const { digest } = await engine.planTenant('tnt_1')
   * const { users, tenant } = await engine.deleteTenant('tnt_1', { expect: { digest } })
   */
  async deleteTenant(tenantId: string, options: DeleteTenantOptions): Promise<TenantResult> {
    const own = ownOptions(options, [
      'expect',
      'mode',
      'pace',
      'reason',
      'requestedBy',
      'signal',
      'onProgress',
      'onOutcome',
    ])
    const { expect, reason, requestedBy } = own
    if (expect === undefined) throw invalidArgument('expect', '`expect` is required here.')
    assertExpectation(expect)
    const given = this.#tenantRequest({ tenantId, reason, requestedBy })
    const bulk = bulkOptionsOf(own, this.#clock.now())
    const context = await this.#changing()
    const request = { ...given, tenantId: await identifyTenant(context, given) }
    return deleteTenant(context, request, expect, bulk)
  }

  /**
   * After a backup was restored: deletes again exactly those users whom the ledger names as deleted and who
   * are there once more, through the one path, hooks and blockers included. Import the exported ledger
   * first. Nothing of a later user goes: another id is never touched, rows found by a value that another
   * user of the tenant holds by now (an e-mail) stay, and with `user.createdAt` in the policy so does a
   * later user under the very same id.
   *
   * Resolves with counts; partial failure is a value. `since` looks only at deletions from that instant on
   * (the time of the backup, say), `limit` ends the run after so many users, `signal` between two. Safe to
   * repeat: a second run deletes nobody.
   *
   * @throws {@link UserDeletionError} `invalid_argument` where the ledger was written with a subject key and
   * the engine has none.
   *
   * @example
   * await engine.ledger.import(lines)
   * const { deletedAgain, failed } = await engine.replay()
   */
  async replay(options: ReplayOptions = {}): Promise<ReplayResult> {
    const own = ownOptions(options, ['since', 'limit', 'signal', 'onOutcome'])
    assertSignal(own.signal)
    const { since, limit, signal, onOutcome } = own
    assertFunction('onOutcome', onOutcome)
    const context = await this.#source.writing()
    return replayDeletions(context, {
      since: since === undefined ? '' : isoOf('since', since),
      limit: positive('limit', limit, Number.MAX_SAFE_INTEGER),
      signal,
      onOutcome,
    })
  }

  /**
   * Whether the user was deleted; for tokens that outlive their session.
   *
   * With `issuedAt` (a Date, or seconds since 1970 as in a token's `iat`) only deletions after that count, so
   * that a later user under the same id is not shut out.
   */
  async isDeleted(
    userId: UserIdInput,
    ...[options]: CallOptions<P, IsDeletedOptions>
  ): Promise<boolean> {
    const scope = this.#scope<IsDeletedOptions>(userId, options, ['issuedAt'])
    const issuedAt = instantOf(scope.given.issuedAt)
    const { id, request } = await this.#source.identify(scope.id, scope.request)
    const { tenantId } = request
    const subject = this.#source.subjectOf(id)
    const userTable = this.#userTable
    // The ledger names users by their id if they were deleted before there was a subject key.
    for (const name of new Set([subject, id])) {
      const at = await deletedAt(this.#store, { userTable, tenantId, subject: name })
      if (at !== null && name !== id) await this.#source.keys.vouch()
      if (at !== null && (issuedAt === null || issuedAt < Date.parse(at))) return true
    }
    return false
  }

  /**
   * Whether one of the values is reserved: a user who was deleted held it, and the policy's `user.reserve` keeps it from
   * others for a while. Ask before somebody signs up or changes an address. Where the policy names tenants, a value is
   * reserved in its tenant. A blank value never is. Reads only, and believes no clock: `expireRetained` ends reservations.
   *
   * @param values By field of `user.reserve`, as the user row would hold them.
   * @throws {@link UserDeletionError} `invalid_argument` for a field that the policy does not reserve, `wrong_key` where
   * there are reservations under a key that this engine does not have.
   *
   * @example
   * if (await engine.isReserved({ email }, { tenantId: 'tnt_1' })) return 'This address cannot be used.'
   */
  async isReserved(values: ReservedValues<P>, ...[options]: CallOptions<P>): Promise<boolean> {
    const given = this.#request(ownOptions<object>(options, ['tenantId']))
    const context = await this.#source.current()
    const { reserver } = context
    assertReserved(values, reserver?.fields ?? [])
    if (reserver === null) return false
    const request = inTenant(context, given)
    return isReserved(context, reserver, request.tenantId, values)
  }

  /**
   * What is left of a user. Rules that matched by an e-mail or through rows that are gone are
   * `unverifiable` unless `known` tells the field, never `clean`.
   *
   * @param options `known`: fields of the policy that the host still knows. `deep`: with what
   * {@link UserDeletionEngine.trace} finds in the whole database; what no rule covers is `residue` then.
   */
  async verify(
    userId: UserIdInput,
    ...[options]: CallOptions<P, DeepVerifyOptions>
  ): Promise<Verification> {
    const scope = this.#scope<DeepVerifyOptions>(userId, options, ['known', 'deep'])
    const { known = {}, deep = false } = scope.given
    assertKnownFields(known, this.#fields)
    assertBoolean('deep', deep)
    const context = await this.#source.current()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    const { tenantId } = request
    const verification = await verifyUser(context, tenantId, id, known)
    if (!deep) return verification
    const { traceUser } = await import('../execution/look-back/trace-user.ts')
    return withTrace(verification, await traceUser(context, { tenantId, userId: id, known }))
  }

  /**
   * Every table, column and place in documents that holds an identifier of one person, with counts, and the rule that
   * covers it or none: before a deletion what would stay, afterwards what did.
   *
   * Looked for are the id, what of the user row tells the person from others (addresses, phone numbers, names to sign in
   * with, what a unique key or a rule names), and `known`; each as it is, in another case, URL-encoded, as base64 and as
   * the hex digits of its SHA-256. What is shorter than eight characters, or a number, counts only where a rule, a
   * foreign key or a name says what stands there. The user is one of the tenant, and the rows are those of all tenants:
   * what of a person stands where it does not belong is what a trace is for.
   *
   * Reads all rows of the host's tables once, a page at a time, so that the event loop stays free; there is no one
   * moment that all pages show, and what is written meanwhile may be in it or not. Writes nothing, and is safe to
   * repeat. The trace holds names of tables, columns and keys, forms and counts, and no value of anybody.
   *
   * @returns `places` with their counts; `unread` for what was not looked at, with the reason; `status` over both.
   * @throws {@link UserDeletionError} `invalid_id`, `invalid_argument`, `schema_mismatch`, or a code of the store;
   * `resource_not_found` for a user of another tenant.
   *
   * @example
   * const { places } = await engine.trace('usr_1', { tenantId: 'tnt_1' })
   * places.filter(({ unexplained }) => unexplained > 0)  // what the policy forgets
   */
  async trace(userId: UserIdInput, ...[options]: CallOptions<P, TraceOptions>): Promise<Trace> {
    const names = ['known', 'signal', 'onProgress'] as const
    const scope = this.#scope<TraceOptions>(userId, options, names)
    const { known = {}, signal, onProgress } = scope.given
    assertKnownValues(known)
    assertSignal(signal)
    assertFunction('onProgress', onProgress)
    const context = await this.#source.current()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    const { tenantId } = request
    // Few processes trace anybody, so this is loaded by the first call.
    const { traceUser } = await import('../execution/look-back/trace-user.ts')
    return traceUser(context, { tenantId, userId: id, known, signal, onProgress })
  }

  /**
   * The proof of one deletion: a JSON document, and a page made of it for people to read, print and file.
   *
   * It holds what was deleted, when and under which policy, what is kept until when and why, what the ledger
   * learned later, whether these entries of the ledger and its end hold, what the last verification of the whole
   * ledger has found, what a look at the database finds now, and what is not claimed. No personal data beyond what
   * the receipt holds. Reads entries about the user and few others: the whole ledger is for `ledger.verify`.
   *
   * @param options `receiptId`: the receipt of an earlier deletion of the same id; the newest otherwise.
   * `known`: as in {@link UserDeletionEngine.verify}; the fields don't get into the proof.
   * @throws {@link UserDeletionError} `resource_not_found` when the ledger has no such receipt of this user in this
   * tenant, `receipt_archived` when an archive of the ledger has it.
   *
   * @example
   * const { document, html } = await engine.proof('usr_1', { tenantId: 'tnt_1' })
   */
  async proof(userId: UserIdInput, ...[options]: CallOptions<P, ProofOptions>): Promise<Proof> {
    const scope = this.#scope<ProofOptions>(userId, options, ['receiptId', 'known'])
    const { receiptId = null, known = {} } = scope.given
    if (receiptId !== null && !isKey(receiptId)) {
      throw invalidArgument('receiptId', '`receiptId` is not the id of a receipt.')
    }
    assertKnownFields(known, this.#fields)
    const context = await this.#source.current()
    const { id, request } = await identifyUser(context, scope.id, scope.request)
    const { tenantId } = request
    // Few processes make proofs, so the page is loaded by the first one.
    const { prove } = await import('../execution/look-back/prove.ts')
    return prove(context, { tenantId, userId: id, receiptId, known })
  }

  /**
   * Rewrites the database so that no older copy of a deleted row stays in its file, and writes the level
   * reached into the ledger (`storage.sanitized`; receipts never change).
   *
   * SQLite: full-text tables that the policy names, or whose content it names, are cleared of words of gone
   * rows, samples of `ANALYZE` are taken anew, then `VACUUM` runs under `secure_delete`, and the WAL is cut.
   * **It stops the event loop** for as long as that takes (180 MB took 2.3 s), needs up to twice the file's
   * size of free disk, and locks out other writers: run it in a maintenance window, or in another process.
   * It is not atomic; whatever the error, no row is lost, settings are put back, and it is safe to repeat.
   *
   * PostgreSQL: the tables that the policy names and those of the engine, with their partitions, each by itself.
   * `VACUUM` and `ANALYZE` take values of gone rows out of the statistics and raise no level; with the store's option
   * `scrub: 'rewrite'` tables and indexes are written anew, and the level is `rows_overwritten`, as the write-ahead log
   * stays. Nobody reads or writes a table meanwhile.
   *
   * @returns the level reached. `complete: false` names an `obstacle` (a reader of the WAL, a lock, an older transaction,
   * a time-out, another owner): what was done stays, and another call may do the rest. A store in memory has no file, and
   * says `rows_removed`.
   * @throws {@link UserDeletionError} `connection_busy` while the handle is in a transaction or iterating,
   * `store_busy` when another connection holds a lock, `store_full` without space for the copy,
   * `schema_mismatch` where `VACUUM` could renumber rows that a full-text table points to.
   *
   * @example
   * const { level, complete } = await engine.scrubFile()  // 'file_rewritten', true
   */
  async scrubFile(): Promise<Scrubbed> {
    await this.#source.keys.settle()
    return this.#journal.clearBy(() => scrubFile(this.#store, this.#tables))
  }

  /** For calls about users: an import may hold decisions (holds, schedules) that are not restored yet. */
  async #changing(): Promise<ExecutionContext> {
    const context = await this.#source.writing()
    await restoreDecisions(context, 'before_replay')
    return context
  }

  /** For calls that show what such a call would meet: they restore them as well, and change nothing else. */
  async #looking(): Promise<ExecutionContext> {
    const context = await this.#source.current()
    await restoreDecisions(context, 'before_replay')
    return context
  }

  /** How far the calls that destroy by date believe the clock. */
  #clockBound({ confirmClock = false }: Pick<PurgeOptions, 'confirmClock'>): ClockBound {
    assertBoolean('confirmClock', confirmClock)
    return { maxClockJumpMs: this.#maxClockJumpMs, confirmClock }
  }

  async #earlierReceipt(scope: ScopedRequest): Promise<DeletionReceipt | null> {
    if (scope.request.idempotencyKey === null) return null
    const { id, request } = await this.#source.identify(scope.id, scope.request)
    const subject = this.#source.subjectOf(id)
    return earlierReceipt(this.#store, this.#userTable, subject, request)
  }

  #service(): SelfService {
    if (this.#selfService !== null) return this.#selfService
    throw invalidArgument('selfService', 'The engine was built without `selfService`.')
  }

  /** A request of the session's own user, in the session's own tenant. */
  #own(session: unknown, options: { readonly reason?: string }): ScopedRequest {
    assertSession(session)
    const id = this.#idOf(session.userId)
    return { id, request: this.#request({ ...options, tenantId: session.tenantId }) }
  }

  /** Who is meant and by whom it is asked, with the other options of the call. */
  #scope<Given extends object = object>(
    userId: unknown,
    options: object | undefined,
    known: readonly (keyof Given & string)[],
  ): ScopedRequest & { readonly given: Given } {
    const id = this.#idOf(userId)
    const given = ownOptions(options, ['tenantId', ...known])
    return { id, request: this.#request(given), given: given as Given }
  }

  #idOf(userId: unknown): UserId {
    return userIdOf(userId, this.#source.idColumn)
  }

  /** The tenant to which a list is narrowed; `undefined` for all. */
  #onlyTenant(options: { readonly tenantId?: unknown }): string | null | undefined {
    return options.tenantId === undefined ? undefined : tenantOf(options, this.#hasTenants)
  }

  #request(options: object): DeletionRequest {
    return requestOf(options, this.#hasTenants)
  }

  #tenantRequest(options: object): DeletionRequest & { readonly tenantId: string } {
    const request = this.#request(options)
    const { tenantId } = request
    if (tenantId === null) throw invalidArgument('tenantId', 'The policy names no tenant column.')
    return { ...request, tenantId }
  }
}

/** The session's own user, who is also the one who asks. */
async function identifyOwn(
  context: ExecutionContext,
  scope: ScopedRequest,
): Promise<ScopedRequest> {
  const { id, request } = await identifyUser(context, scope.id, scope.request)
  return { id, request: { ...request, requestedBy: String(id) } }
}

/** The tenant to which a list is narrowed, as it is stored. */
function ofTenant(
  context: ExecutionContext,
  tenantId: string | null | undefined,
): string | null | undefined | Promise<string> {
  return typeof tenantId === 'string' ? identifyTenant(context, { tenantId }) : tenantId
}

/** One user and what is asked for them. */
interface ScopedRequest {
  readonly id: UserId
  readonly request: DeletionRequest
}
