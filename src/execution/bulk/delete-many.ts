/**
 * Bulk deletion: ids in, slices through the one path, aggregated counts out.
 *
 * @module
 */
import { endsRuns, UserDeletionError } from '../../errors.ts'
import { monotonicMs, unlessAborted, yieldToEventLoop } from '../../ports.ts'
import type { UserId } from '../../program/program.ts'
import type { Target } from '../../store/slice.ts'
import type { BulkSession } from '../../store/store.ts'
import { userIdOf } from '../context/arguments.ts'
import { type DeletionRequest, type ExecutionContext, targetOf } from '../context/context.ts'
import { toEngineError } from '../context/failures.ts'
import { groupByTenant, type TenantGroup } from '../context/identify.ts'
import { HOOK_THREW } from '../decision/ask.ts'
import { warn } from '../decision/notify.ts'
import { deleteSlice, partSizeFor, type SliceOptions } from '../delete/delete-slice.ts'
import { type BulkOptions, type BulkResult, createTally, type Tally } from './bulk-result.ts'
import { openSource } from './bulk-source.ts'
import type { Ids, Taken } from './id-input.ts'
import { settledSince } from './listed-users.ts'
import { createPacer } from './pace.ts'
import { sizeOf } from './progress.ts'
import { nextSize } from './slice-size.ts'

/** Users in one transaction of throughput mode: a page that several of them share is written once. */
const THROUGHPUT_SLICE = 20_000
/** The same where somebody is asked about each user or reads each receipt, which are in memory till the slice ends. */
const ATTENDED_SLICE = 5_000

/** Deletes users slice by slice. Resolves whatever becomes of single users. */
export async function deleteMany(
  context: ExecutionContext,
  request: DeletionRequest,
  ids: Ids,
  options: BulkOptions,
): Promise<BulkResult> {
  // The first call has looked at the schema, and the first slice has all of its statements prepared.
  await yieldToEventLoop()
  const session = await openSession(context, options)
  try {
    return await deleteSlices(context, request, ids, options, session)
  } finally {
    await closeSession(context, session)
  }
}

/** Users can be deleted without one, so a failure goes to the logger. */
async function openSession(
  context: ExecutionContext,
  { mode }: BulkOptions,
): Promise<BulkSession | undefined> {
  try {
    return await context.store.openBulk?.(mode)
  } catch (cause) {
    warn(context, 'a bulk session could not be opened', { cause })
    return undefined
  }
}

/** What is deleted stands. */
async function closeSession(
  context: ExecutionContext,
  session: BulkSession | undefined,
): Promise<void> {
  try {
    await session?.close()
  } catch (cause) {
    warn(context, 'a bulk session met a failure', { cause })
  }
}

async function deleteSlices(
  context: ExecutionContext,
  request: DeletionRequest,
  ids: Ids,
  options: BulkOptions,
  session: BulkSession | undefined,
): Promise<BulkResult> {
  const { mode, pace, signal } = options
  const tally = createTally(context, options, options.total ?? sizeOf(ids))
  const pacer = createPacer(context, pace, signal)
  // At a pace those read ahead would wait for long.
  const readsAhead = mode === 'cooperative' && pace === null
  const source = openSource(context, ids, { signal, readsAhead })
  const { capabilities } = context.store
  const most = capabilities.limits?.users ?? Number.POSITIVE_INFINITY
  let size = mode === 'throughput' ? Math.min(throughputSlice(context, options), most) : 1
  const parts = partSizeFor(context)
  let stopped: BulkResult['stopped'] = null
  for (let ended = false; !ended && stopped === null; ) {
    if (signal?.aborted) {
      stopped = { by: 'signal', error: signal.reason }
      break
    }
    const room = Math.min(size, session?.mostUsers() ?? size)
    const taken = await source.take(pacer.sliceOf(room))
    ended = taken.ended
    if (taken.failure !== null) stopped = { by: 'source', error: taken.failure.cause }
    const users = taken.ids.length
    await pacer.turn(users)
    if (session !== undefined) await unlessAborted(signal, session.ready(users))
    if (signal?.aborted) {
      stopped = { by: 'signal', error: signal.reason }
      break
    }
    const started = monotonicMs()
    let waited = 0
    const { fatal, isThrough } = await runSlice(context, request, taken, tally, {
      signal,
      parts,
      listedAt: options.listedAt,
      waited(ms) {
        waited += ms
      },
    })
    if (fatal !== null) stopped = { by: 'store', error: fatal }
    // It has kept some of the slice from being asked about, and no other slice may come.
    else if (signal?.aborted && !isThrough) stopped = { by: 'signal', error: signal.reason }
    if (mode === 'cooperative' && users > 0)
      size = Math.min(nextSize(size, users, monotonicMs() - started - waited, capabilities), most)
    if (users > 0) tally.report()
    await yieldToEventLoop()
  }
  if (stopped !== null && stopped.by !== 'source') await source.giveUp()
  return tally.result(stopped)
}

function throughputSlice(
  { hooks, blockers }: ExecutionContext,
  { onOutcome }: BulkOptions,
): number {
  const attending = [hooks.beforeDelete, hooks.afterDelete, onOutcome, ...blockers]
  return attending.some((one) => one !== undefined) ? ATTENDED_SLICE : THROUGHPUT_SLICE
}

interface Attention extends Pick<SliceOptions, 'signal' | 'waited' | 'parts'> {
  readonly listedAt: Date | null
}

type IdSlice = Pick<Taken, 'ids' | 'indexOf'>

interface SliceEnd {
  /** The error that would stop every other slice too. */
  readonly fatal: UserDeletionError | null
  /** Whether nobody of the slice has failed for a reason that may pass. */
  readonly isThrough: boolean
}

/** Deletes one slice. */
async function runSlice(
  context: ExecutionContext,
  request: DeletionRequest,
  slice: IdSlice,
  tally: Tally,
  attention: Attention,
): Promise<SliceEnd> {
  let fatal: UserDeletionError | null = null
  let isThrough = true
  const groups = await sortOut(context, request, slice, tally)
  if (groups instanceof UserDeletionError) {
    return { fatal: endsRuns(groups) ? groups : null, isThrough: !mayPass(groups) }
  }
  for (const group of groups) {
    const end = await runGroup(context, request, group, tally, attention)
    fatal ??= end.fatal
    isThrough &&= end.isThrough
  }
  return { fatal, isThrough }
}

/** Deletes users of one tenant. */
async function runGroup(
  context: ExecutionContext,
  request: DeletionRequest,
  sorted: Sorted,
  tally: Tally,
  { listedAt, ...attention }: Attention,
): Promise<SliceEnd> {
  let fatal: UserDeletionError | null = null
  let isThrough = true
  const meant = listedAt === null ? sorted : await meantBy(context, sorted, listedAt, tally)
  if (meant instanceof UserDeletionError) {
    return { fatal: endsRuns(meant) ? meant : null, isThrough: !mayPass(meant) }
  }
  const { tenantId, targets, places } = meant
  if (targets.length === 0) return { fatal, isThrough }
  const own = tenantId === request.tenantId ? request : { ...request, tenantId }
  const outcomes = await deleteSlice(context, own, targets, {
    receipts: tally.receipts,
    ...attention,
  })
  for (const [position, outcome] of outcomes.entries()) {
    tally.add(places[position] ?? 0, targets[position]?.id, outcome)
    if (outcome.status !== 'failed') continue
    if (endsRuns(outcome.error)) fatal = outcome.error
    if (mayPass(outcome.error)) isThrough = false
  }
  return { fatal, isThrough }
}

/** Users whom an old list means; the others are counted at once. */
async function meantBy(
  context: ExecutionContext,
  { tenantId, targets, places }: Sorted,
  listedAt: Date,
  tally: Tally,
): Promise<Sorted | UserDeletionError> {
  let settled: Awaited<ReturnType<typeof settledSince>>
  try {
    settled = await settledSince(context, tenantId, targets, listedAt)
  } catch (cause) {
    const error = toEngineError(cause)
    for (const [position, { id }] of targets.entries())
      tally.add(places[position] ?? 0, id, { status: 'failed', error })
    return error
  }
  const meant = [...targets.keys()].filter((position) => settled[position] === null)
  for (const [position, outcome] of settled.entries()) {
    if (outcome !== null) tally.add(places[position] ?? 0, targets[position]?.id, outcome)
  }
  return {
    tenantId,
    targets: meant.flatMap((position) => targets[position] ?? []),
    places: meant.map((position) => places[position] ?? 0),
  }
}

/** Whether the user may still be deleted by another try. Nobody knows of an unknown failure, nor of a hook that threw. */
function mayPass({ code, retryable, details }: UserDeletionError): boolean {
  return retryable || code === 'store_failed' || details['reason'] === HOOK_THREW
}

interface Sorted {
  readonly tenantId: string | null
  readonly targets: readonly Target[]
  /** Where in the input they stood. */
  readonly places: readonly number[]
}

/** Whom the ids name, each once; what names nobody is counted at once. */
async function sortOut(
  context: ExecutionContext,
  { tenantId }: DeletionRequest,
  { ids: given, indexOf }: IdSlice,
  tally: Tally,
): Promise<readonly Sorted[] | UserDeletionError> {
  const ids: UserId[] = []
  const places: number[] = []
  for (const [offset, one] of given.entries()) {
    const index = indexOf(offset)
    try {
      ids.push(userIdOf(one, context.columns.id))
      places.push(index)
    } catch (cause) {
      tally.add(index, one, { status: 'failed', error: toEngineError(cause) })
    }
  }
  const fail = (place: number, error: UserDeletionError): void =>
    tally.add(places[place] ?? 0, ids[place], { status: 'failed', error })
  try {
    const groups = await groupByTenant(context, tenantId, ids, fail)
    return groups.map((group) => eachOnce(context, group, places, tally))
  } catch (cause) {
    // Nobody can tell whom they mean now.
    const error = toEngineError(cause)
    for (const place of ids.keys()) fail(place, error)
    return error
  }
}

function eachOnce(
  context: ExecutionContext,
  { tenantId, ids, placeOf }: TenantGroup,
  indexes: readonly number[],
  tally: Tally,
): Sorted {
  const targets: Target[] = []
  const places: number[] = []
  const seen = new Set<UserId>()
  for (const [position, id] of ids.entries()) {
    const index = indexes[placeOf(position)] ?? 0
    if (seen.has(id)) {
      tally.add(index, id, { status: 'duplicate' })
      continue
    }
    seen.add(id)
    targets.push(targetOf(context, id))
    places.push(index)
  }
  return { tenantId, targets, places }
}
