/**
 * How often something may be done in a minute. In memory, so each process counts for itself.
 *
 * @module
 */
import type { Clock } from 'user-deletion-engine'
import { HttpError } from './errors.ts'

/** Counts one use under the key, or throws 429. */
export type RateLimit = (key: string) => void

const MINUTE_MS = 60_000

/** A fixed window: all counts are forgotten when the minute is over, so memory stays bounded. */
export function rateLimit(perMinute: number, clock: Clock): RateLimit {
  const counts = new Map<string, number>()
  let windowStart = 0
  return (key) => {
    const now = clock.now().getTime()
    if (Math.abs(now - windowStart) >= MINUTE_MS) {
      counts.clear()
      windowStart = now
    }
    const count = (counts.get(key) ?? 0) + 1
    counts.set(key, count)
    if (count <= perMinute) return
    const seconds = Math.ceil((windowStart + MINUTE_MS - now) / 1_000)
    throw new HttpError(
      429,
      'rate_limit_exceeded',
      'Too many requests.',
      { 'Retry-After': String(seconds) },
      { retry_after: seconds },
    )
  }
}
