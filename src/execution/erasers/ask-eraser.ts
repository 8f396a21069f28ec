/**
 * Asks an eraser for one page, with a time limit and several tries, and believes only what is a page.
 *
 * @module
 */
import { UserDeletionError } from '../../errors.ts'
import { backoffMs, withTimeLimit } from '../../ports.ts'
import type { Job } from '../../store/records.ts'
import { isReasonCode } from '../context/arguments.ts'
import type { ExecutionContext } from '../context/context.ts'
import type { EraserPage, ExternalEraser } from '../context/external-eraser.ts'
import { warn } from '../decision/notify.ts'
import type { EraserProgress } from './eraser-progress.ts'

/** The erasure that is asked for. */
export interface AskedErasure {
  readonly context: ExecutionContext
  readonly job: Job
  readonly identifiers: Readonly<Record<string, unknown>>
  /** Fires when the job is lost: what a page would answer can be recorded no more. */
  readonly lost: AbortSignal
}

/** The page's answer, or the error of the last try. */
export async function tryPage(
  run: AskedErasure,
  eraser: ExternalEraser,
  progress: EraserProgress,
): Promise<EraserPage | UserDeletionError> {
  const { context } = run
  const attempts = eraser.attempts ?? 3
  for (let attempt = 1; ; attempt += 1) {
    const answer = await askPage(run, eraser, progress)
    if (!(answer instanceof UserDeletionError) || run.lost.aborted) return answer
    warn(context, 'an external eraser failed', { eraser: eraser.name, attempt, cause: answer })
    if (attempt >= attempts) return answer
    await context.pause(backoffMs(attempt, 500, 30_000))
    if (run.lost.aborted) return answer
  }
}

async function askPage(
  { job, identifiers, lost }: AskedErasure,
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
        signal: AbortSignal.any([signal, lost]),
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

/** An eraser that answers something else has perhaps erased nothing, and is not believed. */
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
        retained.every(({ count, reason }) => isCount(count) && isReasonCode(reason))))
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
