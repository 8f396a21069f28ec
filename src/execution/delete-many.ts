/**
 * Bulk deletion: ids in, slices through the one path, aggregated counts out.
 *
 * @module
 */
import { type ErrorCode, endsRuns, type UserDeletionError } from '../errors.ts'
import { monotonicMs, yieldToEventLoop } from '../ports.ts'
import type { Target, UserId } from '../store.ts'
import { assertUserId } from './arguments.ts'
import { type BulkRun, openRun, UNKEYED } from './bulk-run.ts'
import { type DeletionRequest, type ExecutionContext, targetOf } from './context.ts'
import { deleteSlice, type UserOutcome } from './delete-slice.ts'
import { toEngineError } from './failures.ts'
import { warn } from './notify.ts'
import { createPacer } from './pace.ts'

export type BulkMode = 'throughput' | 'cooperative'

/** What became of one id of a bulk run. */
export type BulkOutcome = { readonly index: number; readonly id: unknown } & (
  | UserOutcome
  /** The same id stood earlier in the slice. */
  | { readonly status: 'duplicate' }
)

export interface BulkProgress {
  /** Ids dealt with so far. */
  readonly done: number
  readonly deleted: number
  readonly failed: number
  readonly usersPerSecond: number
}

/** What a bulk run did. `requested` is the sum of the five counts below it. */
export interface BulkResult {
  readonly mode: BulkMode
  /** Ids taken from the input and dealt with. */
  readonly requested: number
  readonly deleted: number
  readonly alreadyDeleted: number
  readonly duplicates: number
  /** Ids that an earlier call of the same run had dealt with. */
  readonly skipped: number
  readonly failed: number
  /** The first failures, up to 100; all of them go to `onOutcome`. */
  readonly errors: readonly {
    readonly index: number
    readonly id: unknown
    readonly code: ErrorCode
    readonly retryable: boolean
    readonly error: UserDeletionError
  }[]
  readonly failedByCode: Readonly<Partial<Record<ErrorCode, number>>>
  /** Why the run ended before the input did; `null` when it went through. */
  readonly stopped: {
    readonly by: 'signal' | 'source' | 'store'
    readonly error: unknown
  } | null
  readonly durationMs: number
  readonly usersPerSecond: number
}

export interface BulkOptions {
  readonly mode: BulkMode
  /** Users a second at most; `null` for as fast as it goes. */
  readonly pace: number | null
  /** Key of the run; `null` for a run that is not gone on with. */
  readonly run: string | null
  readonly signal: AbortSignal | undefined
  readonly onProgress: ((progress: BulkProgress) => void) | undefined
  readonly onOutcome: ((outcome: BulkOutcome) => void) | undefined
}

/** Errors kept in the result. */
const MAX_ERRORS = 100
/** Users in one transaction of throughput mode. */
const THROUGHPUT_SLICE = 1_000
/** Cooperative mode doubles its slices below the target, shrinks them above the limit, and never passes the ceiling. */
const SLICE_TARGET_MS = 4
const SLICE_LIMIT_MS = 8
const COOPERATIVE_CEILING = 500

/** Deletes users slice by slice. Resolves whatever becomes of single users. */
export async function deleteMany(
  context: ExecutionContext,
  request: DeletionRequest,
  ids: Iterable<unknown> | AsyncIterable<unknown>,
  options: BulkOptions,
): Promise<BulkResult> {
  const { mode, signal } = options
  const tally = createTally(context, options)
  const run = options.run === null ? UNKEYED : await openRun(context, request, options.run)
  const pacer = createPacer(context, options.pace, signal)
  const source = iterate(ids)
  let size = mode === 'throughput' ? THROUGHPUT_SLICE : 1
  let stopped: BulkResult['stopped'] = null
  for (let ended = false; !ended && stopped === null; ) {
    if (signal?.aborted) {
      stopped = { by: 'signal', error: signal.reason }
      break
    }
    const taken = await take(source, pacer.sliceOf(size))
    ended = taken.ended
    if (taken.failure !== null) stopped = { by: 'source', error: taken.failure.cause }
    const done = run.doneOf(tally.next, taken.ids.length)
    const fresh = taken.ids.slice(done)
    // What is skipped is compared with the recorded list before anything of this one is deleted.
    await passOrClose(run, source, taken.ids.slice(0, done))
    tally.skip(done)
    await pacer.turn(fresh.length)
    if (signal?.aborted && fresh.length > 0) {
      stopped = { by: 'signal', error: signal.reason }
      break
    }
    const started = monotonicMs()
    const fatal = await runSlice(context, request, fresh, tally)
    if (fatal !== null) stopped = { by: 'store', error: fatal }
    else await passOrClose(run, source, fresh)
    if (mode === 'cooperative' && fresh.length > 0) size = nextSize(size, monotonicMs() - started)
    if (taken.ids.length > 0) tally.report()
    await yieldToEventLoop()
  }
  if (stopped !== null && stopped.by !== 'source') await source.return?.()
  return tally.result(stopped)
}

/** A source that is given up is told so. */
async function passOrClose(run: BulkRun, source: Source, ids: readonly unknown[]): Promise<void> {
  try {
    await run.pass(ids)
  } catch (cause) {
    await source.return?.()
    throw cause
  }
}

type Source = Pick<AsyncIterator<unknown>, 'next' | 'return'> | Iterator<unknown>

function iterate(ids: Iterable<unknown> | AsyncIterable<unknown>): Source {
  return Symbol.asyncIterator in ids ? ids[Symbol.asyncIterator]() : ids[Symbol.iterator]()
}

interface Taken {
  readonly ids: readonly unknown[]
  readonly ended: boolean
  readonly failure: { readonly cause: unknown } | null
}

/** The next ids; what came before a source that throws still counts. */
async function take(source: Source, size: number): Promise<Taken> {
  const ids: unknown[] = []
  try {
    while (ids.length < size) {
      const pending = source.next()
      // Awaiting each id of a plain array would cost more than deleting some of them.
      const { done, value } = 'then' in pending ? await pending : pending
      if (done) return { ids, ended: true, failure: null }
      ids.push(value)
    }
    return { ids, ended: false, failure: null }
  } catch (cause) {
    return { ids, ended: true, failure: { cause } }
  }
}

/** Deletes one slice; answers the error after which no other slice can fare better. */
async function runSlice(
  context: ExecutionContext,
  request: DeletionRequest,
  ids: readonly unknown[],
  tally: Tally,
): Promise<UserDeletionError | null> {
  const start = tally.next
  const targets: Target[] = []
  const places: number[] = []
  const seen = new Set<UserId>()
  for (const [offset, id] of ids.entries()) {
    const index = start + offset
    try {
      assertUserId(id)
    } catch (cause) {
      tally.add(index, id, { status: 'failed', error: toEngineError(cause) })
      continue
    }
    if (seen.has(id)) {
      tally.add(index, id, { status: 'duplicate' })
      continue
    }
    seen.add(id)
    targets.push(targetOf(context, id))
    places.push(index)
  }
  tally.next = start + ids.length
  if (targets.length === 0) return null
  const outcomes = await deleteSlice(context, request, targets)
  let fatal: UserDeletionError | null = null
  for (const [position, outcome] of outcomes.entries()) {
    tally.add(places[position] ?? 0, targets[position]?.id, outcome)
    if (outcome.status === 'failed' && endsRuns(outcome.error)) fatal = outcome.error
  }
  return fatal
}

/**
 * Learns how many users fit. A slice has a cost of its own, so it grows while it is within the limit, and
 * one slow slice (a checkpoint that fell into it) takes back no more than a part.
 */
export function nextSize(size: number, ms: number): number {
  if (ms > SLICE_LIMIT_MS) return Math.max(1, Math.floor(size * 0.7))
  return Math.min(ms < SLICE_TARGET_MS ? size * 2 : size + 1, COOPERATIVE_CEILING)
}

interface Tally {
  /** Index of the next id of the input. */
  next: number
  skip(ids: number): void
  add(index: number, id: unknown, outcome: UserOutcome | { readonly status: 'duplicate' }): void
  report(): void
  result(stopped: BulkResult['stopped']): BulkResult
}

function createTally(context: ExecutionContext, options: BulkOptions): Tally {
  const started = monotonicMs()
  const counts = { deleted: 0, already_deleted: 0, duplicate: 0, skipped: 0, failed: 0 }
  const errors: BulkResult['errors'][number][] = []
  const failedByCode: Partial<Record<ErrorCode, number>> = {}
  const rate = (): number => counts.deleted / Math.max((monotonicMs() - started) / 1_000, 1e-6)

  function tell<T>(listener: ((value: T) => void) | undefined, value: T): void {
    try {
      listener?.(value)
    } catch (cause) {
      warn(context, 'a listener of deleteMany threw', { cause })
    }
  }

  return {
    next: 0,
    skip(ids) {
      counts.skipped += ids
      this.next += ids
    },
    add(index, id, outcome) {
      counts[outcome.status] += 1
      if (outcome.status === 'failed') {
        const { error } = outcome
        const { code, retryable } = error
        failedByCode[code] = (failedByCode[code] ?? 0) + 1
        if (errors.length < MAX_ERRORS) errors.push({ index, id, code, retryable, error })
      }
      if (options.onOutcome === undefined) return
      // A copy of its fields would leave out the receipt, which is read when somebody asks.
      const told =
        outcome.status === 'deleted'
          ? { status: outcome.status, receipt: outcome.receipt }
          : outcome
      tell(options.onOutcome, { index, id, ...told })
    },
    report() {
      const { deleted, failed } = counts
      const done = deleted + failed + counts.already_deleted + counts.duplicate + counts.skipped
      tell(options.onProgress, { done, deleted, failed, usersPerSecond: rate() })
    },
    result(stopped) {
      const { deleted, failed, skipped } = counts
      const { already_deleted: alreadyDeleted, duplicate: duplicates } = counts
      return {
        mode: options.mode,
        requested: deleted + failed + alreadyDeleted + duplicates + skipped,
        deleted,
        alreadyDeleted,
        duplicates,
        skipped,
        failed,
        errors,
        failedByCode,
        stopped,
        durationMs: monotonicMs() - started,
        usersPerSecond: rate(),
      }
    },
  }
}
