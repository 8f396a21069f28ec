/**
 * The one path of every deletion: a slice of users is asked about, decided, deleted and reported.
 *
 * @module
 */

import { endsRuns, UserDeletionError, UserNotFoundError } from '../../errors.ts'
import { keptReceipt, receiptOf, sealDeletions } from '../../receipt/issue-receipt.ts'
import type { DeletionReceipt } from '../../receipt/receipt.ts'
import { findEntries } from '../../records/ledger-records.ts'
import type { LedgerEntry } from '../../store/records.ts'
import type { SliceOutcome, Target, Verdict } from '../../store/slice.ts'
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
import { whileUnderWay } from '../user-state/disabling.ts'

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
}

/**
 * Deletes the users of a slice; the ids are valid and no two are equal. One outcome for each target, in
 * order. Never rejects for what happens to users; a store that cannot go on shows in all their outcomes.
 */
export async function deleteSlice(
  context: ExecutionContext,
  request: DeletionRequest,
  targets: readonly Target[],
  { receipts = 'read', signal, waited }: SliceOptions = {},
): Promise<readonly UserOutcome[]> {
  const outcomes: (UserOutcome | undefined)[] = []
  const keepsEntries = receipts === 'read' || context.hooks.afterDelete !== undefined
  const run: SliceRun = { context, request, targets, keepsEntries, outcomes, signal, waited }
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

interface SliceRun {
  readonly context: ExecutionContext
  readonly request: DeletionRequest
  readonly targets: readonly Target[]
  readonly keepsEntries: boolean
  /** By target; filled while the slice is worked on. */
  readonly outcomes: (UserOutcome | undefined)[]
  readonly signal: AbortSignal | undefined
  readonly waited: ((ms: number) => void) | undefined
}

function tellsAnybody({ hooks }: ExecutionContext): boolean {
  return hooks.afterDelete !== undefined || hooks.onRevoke !== undefined
}

/** Who was deleted. A receipt is read back when its turn comes: those of all at once would outweigh the slice. */
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

/** Users whom nobody objected to. Those for whom the slice had no room go in the next one. */
async function deleteAsked(run: SliceRun, asked: readonly number[]): Promise<void> {
  const { targets, outcomes } = run
  const applied = await applyTogetherOrEach(run, at(targets, asked))
  const absent: number[] = []
  const later: number[] = []
  for (const [index, position] of asked.entries()) {
    const target = targets[position]
    const outcome = applied[index]
    if (target === undefined || outcome === undefined) continue
    if (outcome.kind === 'absent') absent.push(position)
    // Without waiting: a promise for each user would outweigh what there is to do.
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

/** Of a large slice that failed so many are tried together, so that few go one by one because of a single user. */
const PART = 500

/** How often all of them are tried together where the reason may be none of a user. */
const WHOLE_TRIES = 3

/**
 * Together first. What fails for a reason of the store is tried again as it is, and then said: nobody fares better
 * alone. For a reason of one user, in parts, or with a savepoint for each.
 */
async function applyTogetherOrEach(
  run: SliceRun,
  users: readonly Target[],
  isPart = false,
): Promise<readonly SliceOutcome[]> {
  if (users.length === 0) return []
  let isOfDatabase = false
  try {
    return await applyWhole(run, users, isPart)
  } catch (cause) {
    if (users.length === 1 || isOfStore(toEngineError(cause))) throw cause
    isOfDatabase = cause instanceof UserDeletionError
  }
  if (users.length > PART) return applyInParts(run, users, PART)
  // There a transaction for each would be many ways to the server; most users are in a half that goes through.
  if (isOfDatabase && isRemote(run)) return applyInParts(run, users, Math.ceil(users.length / 2))
  try {
    return await apply(run, users, 'each')
  } catch (cause) {
    if (isOfStore(toEngineError(cause))) throw cause
    return applyOneByOne(run, users)
  }
}

/** What may have been about nobody in the whole slice is about somebody in it once parts are tried. */
async function applyWhole(
  run: SliceRun,
  users: readonly Target[],
  isPart: boolean,
): Promise<readonly SliceOutcome[]> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await apply(run, users, 'together')
    } catch (cause) {
      const code = cause instanceof UserDeletionError ? cause.code : null
      const mayPass = code === 'lease_lost' || (code === 'store_failed' && isRemote(run) && !isPart)
      if (!mayPass || users.length === 1 || tries === WHOLE_TRIES) throw cause
    }
  }
}

/** Whether the error is about no user. */
function isOfStore(error: UserDeletionError): boolean {
  return endsRuns(error) || error.code === 'lease_lost'
}

function isRemote({ context: { store } }: SliceRun): boolean {
  return store.capabilities.remote === true
}

async function applyInParts(
  run: SliceRun,
  users: readonly Target[],
  size: number,
): Promise<readonly SliceOutcome[]> {
  const outcomes: SliceOutcome[] = []
  while (outcomes.length < users.length) {
    const part = users.slice(outcomes.length, outcomes.length + size)
    try {
      outcomes.push(...(await applyTogetherOrEach(run, part, true)))
    } catch (error) {
      // Users of earlier parts are gone for good, so this answers instead of rejecting. One who fails alone, alone.
      const end = isOfStore(toEngineError(error)) ? users.length : outcomes.length + part.length
      while (outcomes.length < end) outcomes.push({ kind: 'failed', error })
    }
  }
  return outcomes
}

/** What only shows at the commit, a deferred foreign key, cannot be told apart by savepoints. */
async function applyOneByOne(
  run: SliceRun,
  users: readonly Target[],
): Promise<readonly SliceOutcome[]> {
  const outcomes: SliceOutcome[] = []
  for (const user of users) {
    try {
      outcomes.push(...(await apply(run, [user], 'together')))
    } catch (error) {
      outcomes.push({ kind: 'failed', error })
    }
  }
  return outcomes
}

function apply(
  run: SliceRun,
  users: readonly Target[],
  isolation: 'together' | 'each',
): Promise<readonly SliceOutcome[]> {
  return inPresentSchema(run.context, (context) => applyIn(context, run, users, isolation))
}

function applyIn(
  context: ExecutionContext,
  { request, keepsEntries, waited }: SliceRun,
  users: readonly Target[],
  isolation: 'together' | 'each',
): Promise<readonly SliceOutcome[]> {
  const { store, program, maxRowsPerTransaction: maxRows, issuer, derive, clock } = context
  const maxSliceRows = store.capabilities.limits?.rows ?? Number.POSITIVE_INFINITY
  const frame = sealFrame(context, request, { way: 'transaction' })
  return store.apply(program, {
    ...whileUnderWay(context),
    ...targetsOf(request, users),
    isolation,
    keepsEntries,
    ...(waited === undefined ? {} : { waited }),
    decide: (survey): readonly Verdict[] =>
      decide({ program, maxRows, maxSliceRows, now: clock.now(), derive }, survey),
    seal: (works, head, residue) =>
      sealDeletions(
        issuer,
        { ...frame, residue },
        works.map(({ user, found, counts }) => {
          const target = users[user]
          if (target === undefined) throw new Error('the store names a user outside the slice')
          return { id: target.id, subject: target.subject, found, counts }
        }),
        head,
      ),
  })
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
        : { status: 'already_deleted', receiptId: receiptOf(earlier).id, error }
  }
}

function failed(error: UserDeletionError): UserOutcome {
  return { status: 'failed', error }
}

/** Reads the receipt back when somebody asks: kept for each user of a slice it would outweigh the entry. */
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
