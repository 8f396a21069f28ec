/**
 * Runs the external erasers of one erasure, side by side, each page recorded before the next is asked for.
 *
 * @module
 */
import { UserDeletionError } from '../../errors.ts'
import { repeatedly, yieldToEventLoop } from '../../ports.ts'
import type { ExecutionContext } from '../context/context.ts'
import type { ExternalEraser } from '../context/external-eraser.ts'
import { warn } from '../decision/notify.ts'
import { type AskedErasure, tryPage } from './ask-eraser.ts'
import {
  afterFailure,
  afterPage,
  type EraserProgress,
  type ErasersProgress,
  FRESH,
  freshProgress,
} from './eraser-progress.ts'

export interface EraserRun extends Omit<AskedErasure, 'lost'> {
  /** Records progress; rejects with `lease_lost` when another worker has the job. */
  save(progress: ErasersProgress): Promise<void>
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
  const losing = new AbortController()
  const asked = { ...run, lost: losing.signal }
  let saving: Promise<void> = Promise.resolve()
  /** One save after the other, each with the newest progress: an older one must never win. */
  const save = (): Promise<void> => {
    const saved = saving.then(() => run.save(progress))
    saving = saved.catch((cause: unknown) => {
      if (isLost(cause)) losing.abort(cause)
    })
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
      runEraser(asked, eraser, progress[eraser.name] ?? FRESH, (change) =>
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

function isLost(cause: unknown): boolean {
  return cause instanceof UserDeletionError && cause.code === 'lease_lost'
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

type RecordProgress = (change: EraserProgress) => Promise<void>

async function runEraser(
  run: AskedErasure,
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
