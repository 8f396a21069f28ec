/**
 * The one path of every deletion: a slice of users is asked about, decided, deleted and reported.
 *
 * @module
 */
import { endsRuns, type UserDeletionError, UserNotFoundError } from '../errors.ts'
import { receiptOf, sealDeletions } from '../receipt/issue-receipt.ts'
import type { DeletionReceipt } from '../receipt/receipt.ts'
import type { LedgerEntry, SliceOutcome, Target, Verdict } from '../store.ts'
import { askHost } from './ask.ts'
import { type DeletionRequest, type ExecutionContext, flightKey, targetsOf } from './context.ts'
import { decide, type RefusalReason } from './decide.ts'
import { whileUnderWay } from './disabling.ts'

import { blockedError, inProgress, notFound, tenantNotFound, toEngineError } from './failures.ts'
import { notifyDeleted } from './notify.ts'
import { deleteLargeUser, joinDeletion } from './open-job.ts'
import { sealFrame } from './seal-frame.ts'

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

/**
 * Deletes the users of a slice; the ids are valid and no two are equal. One outcome for each target, in
 * order. Never rejects for what happens to users; a store that cannot go on shows in all their outcomes.
 */
export async function deleteSlice(
  context: ExecutionContext,
  request: DeletionRequest,
  targets: readonly Target[],
): Promise<readonly UserOutcome[]> {
  const outcomes: (UserOutcome | undefined)[] = []
  const keys = targets.map(({ id }) => flightKey(request.tenantId, id))
  const positions: number[] = []
  for (const [position, key] of keys.entries()) {
    if (context.inFlight.has(key)) {
      outcomes[position] = failed(inProgress())
      continue
    }
    context.inFlight.add(key)
    positions.push(position)
  }
  try {
    await deleteOwned(context, request, targets, positions, outcomes)
  } catch (cause) {
    const error = toEngineError(cause)
    for (const position of targets.keys()) outcomes[position] ??= failed(error)
  } finally {
    for (const position of positions) context.inFlight.delete(keys[position] ?? '')
  }
  const settled = targets.map((_, position) => outcomes[position] ?? failed(inProgress()))
  if (tellsAnybody(context)) {
    const gone = targets.flatMap(({ id }, position) => {
      const outcome = settled[position]
      if (outcome?.status !== 'deleted') return []
      return [{ userId: id, tenantId: request.tenantId, receipt: outcome.receipt }]
    })
    await notifyDeleted(context, gone)
  }
  return settled
}

/** Receipts are read back only for hooks that want them. */
function tellsAnybody({ hooks }: ExecutionContext): boolean {
  return hooks.afterDelete !== undefined || hooks.onRevoke !== undefined
}

async function deleteOwned(
  context: ExecutionContext,
  request: DeletionRequest,
  targets: readonly Target[],
  positions: readonly number[],
  outcomes: (UserOutcome | undefined)[],
): Promise<void> {
  const users = at(targets, positions)
  const objections = await askHost(context, request, users)
  const asked: number[] = []
  for (const [index, position] of positions.entries()) {
    const objection = objections.get(index)
    if (objection === undefined) asked.push(position)
    else outcomes[position] = failed(objection)
  }
  await deleteAsked(context, request, targets, asked, outcomes)
}

/** Users whom nobody objected to. Those for whom the slice had no room go in the next one. */
async function deleteAsked(
  context: ExecutionContext,
  request: DeletionRequest,
  targets: readonly Target[],
  asked: readonly number[],
  outcomes: (UserOutcome | undefined)[],
): Promise<void> {
  const applied = await applyTogetherOrEach(context, request, at(targets, asked))
  const absent: number[] = []
  const later: number[] = []
  for (const [index, position] of asked.entries()) {
    const target = targets[position]
    const outcome = applied[index]
    if (target === undefined || outcome === undefined) continue
    if (outcome.kind === 'absent') absent.push(position)
    // Without waiting: a promise for each user would outweigh what there is to do.
    else if (outcome.kind === 'deleted') outcomes[position] = new Deleted(outcome.entry)
    else if (isTurnedAway(outcome)) later.push(position)
    else {
      const settled = await settle(context, request, target, outcome)
      if (settled === 'absent') absent.push(position)
      else outcomes[position] = settled
    }
  }
  await reportAbsent(context, request, targets, absent, outcomes)
  if (later.length > 0) await deleteAsked(context, request, targets, later, outcomes)
}

function isTurnedAway(outcome: SliceOutcome): boolean {
  return outcome.kind === 'refused' && (outcome.reason as RefusalReason).kind === 'slice_full'
}

function at(targets: readonly Target[], positions: readonly number[]): readonly Target[] {
  if (positions.length === targets.length) return targets
  return positions.flatMap((position) => targets[position] ?? [])
}

/** Together first; when that fails for a reason of one user, again with a savepoint for each. */
async function applyTogetherOrEach(
  context: ExecutionContext,
  request: DeletionRequest,
  users: readonly Target[],
): Promise<readonly SliceOutcome[]> {
  if (users.length === 0) return []
  try {
    return await apply(context, request, users, 'together')
  } catch (cause) {
    if (users.length === 1 || endsRuns(toEngineError(cause))) throw cause
  }
  try {
    return await apply(context, request, users, 'each')
  } catch (cause) {
    if (endsRuns(toEngineError(cause))) throw cause
    return applyOneByOne(context, request, users)
  }
}

/** What only shows at the commit, a deferred foreign key, cannot be told apart by savepoints. */
async function applyOneByOne(
  context: ExecutionContext,
  request: DeletionRequest,
  users: readonly Target[],
): Promise<readonly SliceOutcome[]> {
  const outcomes: SliceOutcome[] = []
  for (const user of users) {
    try {
      outcomes.push(...(await apply(context, request, [user], 'together')))
    } catch (error) {
      outcomes.push({ kind: 'failed', error })
    }
  }
  return outcomes
}

function apply(
  context: ExecutionContext,
  request: DeletionRequest,
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
    decide: (survey): readonly Verdict[] =>
      decide({ program, maxRows, maxSliceRows, now: clock.now(), derive }, survey),
    seal: (works, head) =>
      sealDeletions(
        issuer,
        frame,
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
  context: ExecutionContext,
  request: DeletionRequest,
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
  { store, deletes: kind }: ExecutionContext,
  { tenantId }: DeletionRequest,
  targets: readonly Target[],
  absent: readonly number[],
  outcomes: (UserOutcome | undefined)[],
): Promise<void> {
  if (absent.length === 0) return
  const subjects = absent.flatMap((position) => targets[position]?.subject ?? [])
  const entries = await store.findEntries({ tenantId, subjects, kind })
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

/** Reads the receipt back when somebody asks: most of a bulk run's are never looked at. */
class Deleted {
  readonly status = 'deleted'
  readonly #entry: LedgerEntry
  #receipt: DeletionReceipt | undefined

  constructor(entry: LedgerEntry) {
    this.#entry = entry
  }

  get receipt(): DeletionReceipt {
    this.#receipt ??= receiptOf(this.#entry)
    return this.#receipt
  }
}
