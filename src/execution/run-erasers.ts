/**
 * Runs the external erasers of one erasure, side by side, each page recorded before the next is asked for.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import { backoffMs, repeatedly, withTimeLimit, yieldToEventLoop } from '../ports.ts'
import type { ExternalOutcome } from '../receipt/receipt.ts'
import type { Job } from '../store.ts'
import type { ExecutionContext } from './context.ts'
import type { EraserPage, ExternalEraser, RetainedElsewhere } from './external-eraser.ts'
import { warn } from './notify.ts'

/** How far one eraser is; part of the job's state. */
export interface EraserProgress {
  readonly status: 'open' | 'done' | 'failed'
  /** As the eraser said when the erasure began: an engine that does not know it must not go on without it. */
  readonly required: boolean
  readonly cursor: string | null
  /** Pages recorded. */
  readonly pages: number
  readonly removed: number
  readonly retained: readonly RetainedElsewhere[]
  /** Not to be called before; ISO 8601, UTC. */
  readonly waitUntil: string | null
  /** Times in a row that all tries of a page have failed. */
  readonly failures: number
  readonly error: 'eraser_failed' | 'eraser_timeout' | null
}

export type ErasersProgress = Readonly<Record<string, EraserProgress>>

export interface EraserRun {
  readonly context: ExecutionContext
  readonly job: Job
  readonly identifiers: Readonly<Record<string, unknown>>
  /** Records progress; rejects with `lease_lost` when another worker has the job. */
  save(progress: ErasersProgress): Promise<void>
}

/** Where all registered erasers begin. */
export function freshProgress({ erasers }: Pick<ExecutionContext, 'erasers'>): ErasersProgress {
  return Object.fromEntries(
    erasers.map(({ name, required = true }) => [name, { ...FRESH, required }]),
  )
}

/**
 * Takes every eraser as far as it goes now. One that fails, waits or hangs does not stop the others.
 *
 * @throws {@link UserDeletionError} `eraser_failed` when this engine lacks a required eraser of the erasure.
 */
export async function runErasers(run: EraserRun, start: ErasersProgress): Promise<ErasersProgress> {
  const { context } = run
  // One that was registered since takes part as well.
  let progress = { ...freshProgress(context), ...start }
  let saving: Promise<void> = Promise.resolve()
  /** One save after the other, each with the newest progress: an older one must never win. */
  const save = (): Promise<void> => {
    const saved = saving.then(() => run.save(progress))
    saving = saved.catch(() => {})
    return saved
  }
  const record = (name: string, change: EraserProgress): Promise<void> => {
    progress = { ...progress, [name]: change }
    return save()
  }
  const stopHeartbeat = repeatedly(context.leaseMs / 3, () => {
    save().catch((cause: unknown) => warn(context, 'a lease could not be renewed', { cause }))
  })
  try {
    const runs = context.erasers.map((eraser) =>
      runEraser(run, eraser, progress[eraser.name] ?? FRESH, (change) =>
        record(eraser.name, change),
      ),
    )
    for (const result of await Promise.allSettled(runs)) {
      if (result.status === 'rejected') throw result.reason
    }
    refuseUnknown(context, progress)
    return progress
  } finally {
    stopHeartbeat()
  }
}

/** Erasers without whose work the user is not deleted yet, and when to go on: at once while one does not wait. */
export function waitingFor(
  { erasers }: ExecutionContext,
  progress: ErasersProgress,
): { readonly until: string | null; readonly names: readonly string[] } {
  const open = erasers.filter(({ name }) => progress[name]?.status === 'open')
  const waits = open.flatMap(({ name }) => progress[name]?.waitUntil ?? [])
  const until = waits.length < open.length ? null : (waits.toSorted()[0] ?? null)
  return { until, names: open.map(({ name }) => name) }
}

/** What the receipt says of the erasers. */
export function externalOutcomes(progress: ErasersProgress): readonly ExternalOutcome[] {
  return Object.entries(progress).map(([name, { status, removed, retained }]) => ({
    name,
    status: status === 'done' ? 'done' : 'failed',
    removed,
    retained,
  }))
}

/** The user's data there would stay, and nobody would know. */
function refuseUnknown({ erasers }: ExecutionContext, progress: ErasersProgress): void {
  const known = new Set(erasers.map(({ name }) => name))
  const missing = Object.entries(progress).flatMap(([name, { status, required }]) =>
    status === 'open' && required && !known.has(name) ? [name] : [],
  )
  if (missing.length === 0) return
  throw new UserDeletionError(
    'eraser_failed',
    'A required external eraser of this erasure is not registered with this engine.',
    { details: { erasers: missing } },
  )
}

const FRESH: EraserProgress = {
  status: 'open',
  required: true,
  cursor: null,
  pages: 0,
  removed: 0,
  retained: [],
  waitUntil: null,
  failures: 0,
  error: null,
}

type RecordProgress = (change: EraserProgress) => Promise<void>

async function runEraser(
  run: EraserRun,
  eraser: ExternalEraser,
  start: EraserProgress,
  record: RecordProgress,
): Promise<void> {
  const { clock } = run.context
  let progress = start
  while (progress.status === 'open') {
    const now = clock.now()
    if (progress.waitUntil !== null && progress.waitUntil > now.toISOString()) return
    const page = await tryPage(run, eraser, progress)
    progress =
      page instanceof UserDeletionError
        ? afterFailure(eraser, progress, page, clock.now())
        : afterPage(progress, page, clock.now())
    await record(progress)
    if (progress.waitUntil !== null) return
    await yieldToEventLoop()
  }
}

/** The page's answer, or the error of the last try. */
async function tryPage(
  run: EraserRun,
  eraser: ExternalEraser,
  progress: EraserProgress,
): Promise<EraserPage | UserDeletionError> {
  const { context } = run
  const attempts = eraser.attempts ?? 3
  for (let attempt = 1; ; attempt += 1) {
    const answer = await askPage(run, eraser, progress)
    if (!(answer instanceof UserDeletionError)) return answer
    warn(context, 'an external eraser failed', { eraser: eraser.name, attempt, cause: answer })
    if (attempt >= attempts) return answer
    await context.pause(backoffMs(attempt, 500, 30_000))
  }
}

async function askPage(
  { job, identifiers }: EraserRun,
  eraser: ExternalEraser,
  { cursor, pages }: EraserProgress,
): Promise<EraserPage | UserDeletionError> {
  const { name, timeoutMs = 30_000 } = eraser
  const details = { eraser: name }
  try {
    const result = await withTimeLimit(timeoutMs, (signal) =>
      eraser.page({
        userId: job.userId,
        tenantId: job.tenantId,
        identifiers,
        cursor,
        idempotencyKey: `${job.id}/${name}/${pages}`,
        signal,
      }),
    )
    if (result === 'timeout') {
      return new UserDeletionError(
        'eraser_timeout',
        'An external eraser ran over its time limit.',
        {
          details: { ...details, timeoutMs },
        },
      )
    }
    if (!isPage(result.value)) {
      return new UserDeletionError('eraser_failed', 'An external eraser answered no page.', {
        details,
      })
    }
    if (standsStill(result.value, cursor)) {
      return new UserDeletionError('eraser_failed', 'An external eraser stands still.', { details })
    }
    return result.value
  } catch (cause) {
    return new UserDeletionError('eraser_failed', 'An external eraser threw.', { cause, details })
  }
}

/** Whoever answers something else has perhaps erased nothing, and is not believed. */
function isPage(value: unknown): value is EraserPage {
  if (typeof value !== 'object' || value === null) return false
  const { removed, next, comeBackAfterMs, retained } = value as Partial<EraserPage>
  return (
    isCount(removed) &&
    (next === undefined || next === null || typeof next === 'string') &&
    (comeBackAfterMs === undefined ||
      (isCount(comeBackAfterMs) && Number(comeBackAfterMs) <= MAX_WAIT_MS)) &&
    (retained === undefined ||
      (Array.isArray(retained) &&
        retained.every(({ count, reason }) => isCount(count) && typeof reason === 'string')))
  )
}

/** A year: longer is a mistake, and the law gives a month. */
const MAX_WAIT_MS = 365 * 86_400_000

/** The same page again without having done anything would go on for ever. */
function standsStill(
  { removed, next, retained = [], comeBackAfterMs }: EraserPage,
  cursor: string | null,
): boolean {
  const isAgain = next != null && next === cursor && comeBackAfterMs === undefined
  return isAgain && removed === 0 && retained.length === 0
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function afterPage(
  progress: EraserProgress,
  { removed, retained = [], next = null, comeBackAfterMs }: EraserPage,
  now: Date,
): EraserProgress {
  const isEarly = comeBackAfterMs !== undefined
  return {
    ...progress,
    status: next === null && !isEarly ? 'done' : 'open',
    cursor: isEarly ? progress.cursor : next,
    pages: progress.pages + 1,
    removed: progress.removed + removed,
    retained: addRetained(progress.retained, retained),
    waitUntil: isEarly ? new Date(now.getTime() + comeBackAfterMs).toISOString() : null,
    failures: 0,
    error: null,
  }
}

function addRetained(
  known: readonly RetainedElsewhere[],
  more: readonly RetainedElsewhere[],
): readonly RetainedElsewhere[] {
  const counts = new Map(known.map(({ reason, count }) => [reason, count]))
  for (const { reason, count } of more) counts.set(reason, (counts.get(reason) ?? 0) + count)
  return [...counts].map(([reason, count]) => ({ count, reason }))
}

/** A required eraser is tried again later, the longer the more often it has failed; another one is given up. */
function afterFailure(
  { required = true }: ExternalEraser,
  progress: EraserProgress,
  { code }: UserDeletionError,
  now: Date,
): EraserProgress {
  const error = code === 'eraser_timeout' ? code : 'eraser_failed'
  if (!required) return { ...progress, status: 'failed', waitUntil: null, error }
  const failures = progress.failures + 1
  const pause = backoffMs(failures, 60_000, 3_600_000)
  return {
    ...progress,
    waitUntil: new Date(now.getTime() + pause).toISOString(),
    failures,
    error,
  }
}
