/**
 * The work that no request does: finish what was interrupted, delete who is due, end retentions.
 *
 * @module
 */
import type { Logger } from 'user-deletion-engine'
import type { Engine } from './database.ts'

export interface KeepUpOptions {
  readonly engine: Engine
  readonly logger: Logger
  readonly everyMs: number
  /** For the first run alone. */
  readonly confirmClock: boolean
}

export interface Upkeep {
  run(): Promise<void>
  stop(): Promise<void>
}

/** Runs at once and then again and again, one run at a time. Several processes may. */
export async function keepUp({ engine, logger, everyMs, confirmClock }: KeepUpOptions) {
  const stopping = new AbortController()
  const { signal } = stopping
  let last: Promise<void> = Promise.resolve()

  async function work(isFirst: boolean): Promise<void> {
    try {
      const resumed = await engine.resume({ signal })
      const purged = await engine.purgeDue({ signal, confirmClock: isFirst && confirmClock })
      await engine.expireRetained({ signal })
      for (const { jobId, error } of [...resumed.failed, ...purged.postponed]) {
        logger.warn('a deletion has to wait', { jobId, code: error.code, remedy: error.remedy })
      }
    } catch (cause) {
      // The next run tries again.
      logger.warn('the upkeep failed', { cause })
    }
  }

  const run = (isFirst = false): Promise<void> => {
    last = last.then(() => work(isFirst))
    return last
  }

  await run(true)
  const timer = setInterval(run, everyMs)
  const upkeep: Upkeep = {
    run: () => run(),
    stop: () => {
      clearInterval(timer)
      stopping.abort()
      return last
    },
  }
  return upkeep
}
