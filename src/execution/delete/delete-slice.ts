/**
 * The one path of every deletion: a slice of users is asked about, decided, deleted and reported.
 *
 * @module
 */

import { endsRuns, UserDeletionError, UserNotFoundError } from '../../errors.ts'
import { receiptIdOf } from '../../receipt/archived-entry.ts'
import { keptReceipt, sealDeletions } from '../../receipt/issue-receipt.ts'
import type { DeletionReceipt } from '../../receipt/receipt.ts'
import { findEntries } from '../../records/ledger-records.ts'
import type { LedgerEntry } from '../../store/records.ts'
import type { Slice, SliceOutcome, Target, Verdict } from '../../store/slice.ts'
import { type DeletionRequest, type ExecutionContext, targetsOf } from '../context/context.ts'
import {
  blockedError,
  inProgress,
  notFound,
  tenantNotFound,
  toEngineError,
} from '../context/failures.ts'
import { inPresentSchema } from '../context/present-schema.ts'
import { sealFrame } from '../context/seal-frame.ts'
import { askHost } from '../decision/ask.ts'
import { decide, type RefusalReason } from '../decision/decide.ts'
import { type Deleted, notifyDeleted } from '../decision/notify.ts'
import { deleteLargeUser, joinDeletion } from '../job/open-job.ts'
import { applySlice, applySlices } from '../units/delete-unit.ts'
import { whileUnderWay } from '../user-state/disabling.ts'
import { createPartSize, isOne, type PartSize } from './part-size.ts'

/** What became of one user. */
export type UserOutcome =
  | { readonly status: 'deleted'; readonly receipt: DeletionReceipt }
  /** Gone before this call; the earlier receipt proves it. */
  | {
      readonly status: 'already_deleted'
      readonly receiptId: string
      readonly error: UserDeletionError
    }
  | { readonly status: 'failed'; readonly error: UserDeletionError }

/** What becomes of the receipts of a slice: those that nobody reads are written and forgotten. */
export type ReceiptUse = 'read' | 'unread'

export interface SliceOptions {
  /** Default `'read'`. Receipts that were to stay `'unread'` cannot be read, unless a hook reads them anyway. */
  readonly receipts?: ReceiptUse
  /** Heard while the host is asked; from the first write on the slice goes through. */
  readonly signal?: AbortSignal | undefined
  /** Told for how long other writers were at work. */
  waited?(ms: number): void
  /** What the slices before have taught. */
  readonly parts?: PartSize
}

/**
 * Deletes the users of a slice; the ids are valid and no two are equal. One outcome for each target, in
 * order. Never rejects for what happens to users; a store that cannot go on shows in all their outcomes.
 */
export async function deleteSlice(
  context: ExecutionContext,
  request: DeletionRequest,
  targets: readonly Target[],
  { receipts = 'read', signal, waited, parts = partSizeFor(context) }: SliceOptions = {},
): Promise<readonly UserOutcome[]> {
  const outcomes: (UserOutcome | undefined)[] = []
  const keepsEntries = receipts === 'read' || context.hooks.afterDelete !== undefined
  const run: SliceRun = {
    ...{ context, request, targets, keepsEntries, outcomes, signal, waited, parts },
  }
  const { tenantId } = request
  const positions: number[] = []
  for (const [position, { id }] of targets.entries()) {
    if (context.inFlight.take(tenantId, id)) positions.push(position)
    else outcomes[position] = failed(inProgress())
  }
  try {
    await deleteOwned(run, positions)
  } catch (cause) {
    const error = toEngineError(cause)
    for (const position of targets.keys()) outcomes[position] ??= failed(error)
  } finally {
    for (const { id } of at(targets, positions)) context.inFlight.release(tenantId, id)
  }
  const settled = targets.map((_, position) => outcomes[position] ?? failed(inProgress()))
  if (tellsAnybody(context)) await notifyDeleted(context, deletedOf(run, settled))
  return settled
}

/** How many users of a slice are tried together, as one run of the store learns it. */
export function partSizeFor({ store }: ExecutionContext): PartSize {
  return createPartSize(store.commitEach !== undefined)
}

interface SliceRun {
  readonly context: ExecutionContext
  readonly request: DeletionRequest
  readonly targets: readonly Target[]
  readonly keepsEntries: boolean
  /** By target; filled while the slice is worked on. */
  readonly outcomes: (UserOutcome | undefined)[]
  readonly signal: AbortSignal | undefined
  readonly waited: ((ms: number) => void) | undefined
  readonly parts: PartSize
}

function tellsAnybody({ hooks }: ExecutionContext): boolean {
  return hooks.afterDelete !== undefined || hooks.onRevoke !== undefined
}

/**
 * The deleted users. Each receipt is read back in its turn: all of them at once would take more memory than the
 * slice.
 */
function deletedOf(
  { request: { tenantId }, targets }: SliceRun,
  outcomes: readonly UserOutcome[],
): readonly Deleted[] {
  return targets.flatMap(({ id: userId }, position): readonly Deleted[] => {
    const outcome = outcomes[position]
    if (outcome?.status !== 'deleted') return []
    const readBack = {
      userId,
      tenantId,
      get receipt() {
        return outcome.receipt
      },
    }
    return [readBack]
  })
}

async function deleteOwned(run: SliceRun, positions: readonly number[]): Promise<void> {
  const { context, request, targets, outcomes } = run
  const users = at(targets, positions)
  const objections = await askHost(context, request, users, { signal: run.signal })
  if (objections.size === 0) return deleteAsked(run, positions)
  const asked: number[] = []
  for (const [index, position] of positions.entries()) {
    const objection = objections.get(index)
    if (objection === undefined) asked.push(position)
    else outcomes[position] = failed(objection)
  }
  await deleteAsked(run, asked)
}

/** Users to whose deletion nobody objected. The next slice takes those for whom this one has no room. */
async function deleteAsked(run: SliceRun, asked: readonly number[]): Promise<void> {
  const { targets, outcomes } = run
  const applied = await applyTogether(run, at(targets, asked))
  const absent: number[] = []
  const later: number[] = []
  for (const [index, position] of asked.entries()) {
    const target = targets[position]
    const outcome = applied[index]
    if (target === undefined || outcome === undefined) continue
    if (outcome.kind === 'absent') absent.push(position)
    // Without waiting: a promise for each user would cost more than the work itself.
    else if (outcome.kind === 'deleted')
      outcomes[position] = outcome.entry === null ? UNREAD : new WithReceipt(outcome.entry)
    else if (isTurnedAway(outcome)) later.push(position)
    else {
      const settled = await settle(run, target, outcome)
      if (settled === 'absent') absent.push(position)
      else outcomes[position] = settled
    }
  }
  await reportAbsent(run, absent)
  if (later.length > 0) await deleteAsked(run, later)
}

function isTurnedAway(outcome: SliceOutcome): boolean {
  return outcome.kind === 'refused' && (outcome.reason as RefusalReason).kind === 'slice_full'
}

function at(targets: readonly Target[], positions: readonly number[]): readonly Target[] {
  if (positions.length === targets.length) return targets
  return positions.flatMap((position) => targets[position] ?? [])
}

/** How often all of them are tried together where the reason may be none of a user. */
const WHOLE_TRIES = 3

/**
 * Together, or in parts once somebody was refused: each user who is refused is so alone. A failure of the store
 * itself is reported at once, since each user alone would fail too.
 */
async function applyTogether(
  run: SliceRun,
  users: readonly Target[],
): Promise<readonly SliceOutcome[]> {
  const outcomes: SliceOutcome[] = []
  try {
    while (outcomes.length < users.length) {
      const { users: most, together } = run.parts.next()
      const part = users.slice(outcomes.length, outcomes.length + most)
      const isPart = part.length < users.length
      await applyPart(run, part, { together, isPart }, outcomes)
    }
  } catch (error) {
    // Users of earlier parts are gone for good, so this answers instead of rejecting.
    if (outcomes.length === 0) throw error
    while (outcomes.length < users.length) outcomes.push({ kind: 'failed', error })
  }
  return outcomes
}

/** Adds the outcomes of the users, but not of users who have to be tried again in a smaller part. */
async function applyPart(
  run: SliceRun,
  users: readonly Target[],
  { together, isPart }: { readonly together: number; readonly isPart: boolean },
  outcomes: SliceOutcome[],
): Promise<void> {
  const part = { users: users.length, together }
  const refused = isOne(part)
    ? await applyAsOne(run, users, isPart, outcomes)
    : await applyGroups(run, users, together, outcomes)
  if (refused === 0) run.parts.passed(part)
  else run.parts.refused(part, refused)
}

/** Answers how many were refused: all of them, or nobody. */
async function applyAsOne(
  run: SliceRun,
  users: readonly Target[],
  isPart: boolean,
  outcomes: SliceOutcome[],
): Promise<number> {
  const tried = await tryWhole(run, users, isPart)
  if (tried.kind === 'done') for (const outcome of tried.outcomes) outcomes.push(outcome)
  else if (users.length === 1) outcomes.push({ kind: 'failed', error: tried.error })
  return tried.kind === 'done' ? 0 : users.length
}

type Tried =
  | { readonly kind: 'done'; readonly outcomes: readonly SliceOutcome[] }
  | { readonly kind: 'refused'; readonly error: unknown }

/** Throws what is about no user. What may have been about nobody in the whole slice is about somebody in its parts. */
async function tryWhole(run: SliceRun, users: readonly Target[], isPart: boolean): Promise<Tried> {
  for (let tries = 1; ; tries += 1) {
    try {
      return { kind: 'done', outcomes: await apply(run, users) }
    } catch (error) {
      const code = error instanceof UserDeletionError ? error.code : null
      const mayPass = code === 'lease_lost' || (code === 'store_failed' && isRemote(run) && !isPart)
      if (mayPass && users.length > 1 && tries < WHOLE_TRIES) continue
      if (isOfStore(toEngineError(error))) throw error
      return { kind: 'refused', error }
    }
  }
}

/** Group by group, and those of a group that is refused each alone. Answers how many users were refused. */
async function applyGroups(
  run: SliceRun,
  users: readonly Target[],
  together: number,
  outcomes: SliceOutcome[],
): Promise<number> {
  const tried = await commitGroups(run, users, together)
  const alone = users.filter((_, place) => tried[place]?.kind === 'failed')
  const settled = together === 1 ? tried.filter(isFailed) : await settleAlone(run, alone)
  let next = 0
  for (const outcome of tried) {
    outcomes.push(isFailed(outcome) ? (settled[next++] ?? outcome) : outcome)
  }
  return settled.filter(isFailed).length
}

/** Users of the other groups are gone for good, so this answers instead of rejecting. */
async function settleAlone(
  run: SliceRun,
  users: readonly Target[],
): Promise<readonly SliceOutcome[]> {
  try {
    return await commitGroups(run, users, 1)
  } catch (error) {
    return users.map(() => ({ kind: 'failed', error }))
  }
}

function isFailed({ kind }: SliceOutcome): boolean {
  return kind === 'failed'
}

/**
 * In one transaction. What only shows at the commit, a deferred foreign key, cannot be told apart there: then each user is
 * a transaction of their own.
 */
async function commitGroups(
  run: SliceRun,
  users: readonly Target[],
  together: number,
): Promise<readonly SliceOutcome[]> {
  if (users.length === 0) return []
  const outcomes: SliceOutcome[] = []
  try {
    return await commitEach(run, users, together)
  } catch (error) {
    if (isOfStore(toEngineError(error))) throw error
  }
  try {
    for (const user of users) await applyAsOne(run, [user], true, outcomes)
  } catch (error) {
    if (outcomes.length === 0) throw error
    while (outcomes.length < users.length) outcomes.push({ kind: 'failed', error })
  }
  return outcomes
}

/** Whether the error is about no user. */
function isOfStore(error: UserDeletionError): boolean {
  return endsRuns(error) || error.code === 'lease_lost'
}

function isRemote({ context: { store } }: SliceRun): boolean {
  return store.capabilities.remote === true
}

function apply(run: SliceRun, users: readonly Target[]): Promise<readonly SliceOutcome[]> {
  const { waited } = run
  return inPresentSchema(run.context, (context) =>
    applySlice(
      context.store,
      context.program,
      sliceOf(context, run, users),
      waited === undefined ? {} : { waited },
    ),
  )
}

function commitEach(
  run: SliceRun,
  users: readonly Target[],
  together: number,
): Promise<readonly SliceOutcome[]> {
  const groups = Array.from({ length: Math.ceil(users.length / together) }, (_, group) =>
    users.slice(group * together, (group + 1) * together),
  )
  return inPresentSchema(run.context, (context) =>
    applySlices(
      context.store,
      context.program,
      groups.map((group) => sliceOf(context, run, group)),
    ),
  )
}

function sliceOf(
  context: ExecutionContext,
  { request, keepsEntries }: SliceRun,
  users: readonly Target[],
): Slice {
  const { store, program, maxRowsPerTransaction: maxRows, issuer, derive, clock } = context
  const maxSliceRows = store.capabilities.limits?.rows ?? Number.POSITIVE_INFINITY
  const frame = sealFrame(context, request, { way: 'transaction' })
  return {
    ...whileUnderWay(context),
    ...targetsOf(request, users),
    keepsEntries,
    decide: (survey): readonly Verdict[] =>
      decide({ program, maxRows, maxSliceRows, now: clock.now(), derive }, survey),
    seal: (works, head, residue) =>
      sealDeletions(
        issuer,
        { ...frame, residue },
        works.map(({ user, found, counts }) => {
          const target = users[user]
          if (target === undefined) throw new Error('a place outside the slice')
          return { id: target.id, subject: target.subject, found, counts }
        }),
        head,
      ),
  }
}

async function settle(
  { context, request }: SliceRun,
  target: Target,
  outcome: Extract<SliceOutcome, { kind: 'failed' | 'refused' }>,
): Promise<UserOutcome | 'absent'> {
  if (outcome.kind === 'failed') return failed(toEngineError(outcome.error))
  const reason = outcome.reason as RefusalReason
  if (reason.kind === 'blocked') return failed(blockedError(reason.blockers))
  try {
    const receipt =
      reason.kind === 'too_large'
        ? await deleteLargeUser(context, request, target)
        : await joinDeletion(context, request, target)
    return { status: 'deleted', receipt }
  } catch (cause) {
    // Somebody else has deleted the user since the slice was decided.
    return cause instanceof UserNotFoundError ? 'absent' : failed(toEngineError(cause))
  }
}

async function reportAbsent(
  {
    context: { store, userTable, deletes: kind },
    request: { tenantId },
    targets,
    outcomes,
  }: SliceRun,
  absent: readonly number[],
): Promise<void> {
  if (absent.length === 0) return
  const subjects = absent.flatMap((position) => targets[position]?.subject ?? [])
  const entries = await findEntries(store, { userTable, tenantId, subjects, kind })
  const bySubject = new Map(entries.map((entry) => [entry.subject, entry]))
  for (const position of absent) {
    const earlier = bySubject.get(targets[position]?.subject ?? null)
    const error = kind === 'tenant.deleted' ? tenantNotFound(earlier) : notFound(earlier)
    outcomes[position] =
      earlier === undefined
        ? failed(error)
        : { status: 'already_deleted', receiptId: receiptIdOf(earlier), error }
  }
}

function failed(error: UserDeletionError): UserOutcome {
  return { status: 'failed', error }
}

/** Reads the receipt back on demand: kept for each user of a slice, it would take more memory than the entry. */
class WithReceipt {
  readonly status = 'deleted'
  readonly #entry: LedgerEntry | null

  constructor(entry: LedgerEntry | null) {
    this.#entry = entry
  }

  get receipt(): DeletionReceipt {
    return keptReceipt(this.#entry)
  }
}

/** One for all users of a slice that keeps no entries. */
const UNREAD: UserOutcome = new WithReceipt(null)
