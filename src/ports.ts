/**
 * Everything impure the engine needs, and the only file of `src` that may import Node's modules.
 *
 * @module
 */
import { createHash, createHmac, hash, randomBytes, timingSafeEqual } from 'node:crypto'
import { hostname } from 'node:os'
import { setImmediate as immediate, setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'

/** Tells the time. Tests pass one that stands still until they move it. */
export interface Clock {
  now(): Date
  /** Waits. Without it real time is waited for; a test's clock may jump ahead instead. */
  sleep?(ms: number): Promise<void>
  /**
   * Calls `work` once, later, and keeps no process alive for it. Without it a timer does so in real time; a test's
   * clock may keep the work until the test wants it done.
   */
  later?(ms: number, work: () => void): void
}

export const systemClock: Clock = { now: () => new Date() }

/** Where the engine reports what it cannot throw: a failed afterDelete hook, a listener that throws. */
export interface Logger {
  warn(message: string, details: Readonly<Record<string, unknown>>): void
}

/** Writes warnings to standard error, so that nothing is swallowed when a host passes no logger. */
export const consoleLogger: Logger = {
  warn: (message, details) => console.warn(`[user-deletion-engine] ${message}`, details),
}

/** The same logger, whose failures stay its own: a warning that cannot be written undoes nothing. */
export function quietly(logger: Logger): Logger {
  return {
    warn(message, details) {
      try {
        dropRejection(logger.warn(message, details))
      } catch {
        // Nowhere left to report to.
      }
    },
  }
}

/** Hears out what a function of the host has answered; `fail` is called for a promise that rejects. */
export function dropRejection(answer: unknown, fail: (cause: unknown) => void = () => {}): void {
  if (typeof answer !== 'object' || answer === null) return
  Promise.resolve(answer).catch(fail)
}

/** The same clock; what it says has to be a time. */
export function checkedClock(clock: Clock, refuse: (cause?: unknown) => Error): Clock {
  const now = (): Date => {
    let time: unknown
    try {
      time = clock.now()
    } catch (cause) {
      throw refuse(cause)
    }
    if (!(time instanceof Date) || Number.isNaN(time.getTime())) throw refuse()
    return time
  }
  const { sleep, later } = clock
  return {
    now,
    ...(sleep === undefined ? {} : { sleep: (ms) => sleep.call(clock, ms) }),
    ...(later === undefined ? {} : { later: (ms, work) => later.call(clock, ms, work) }),
  }
}

/** A secret for keyed hashes: at least 16 bytes. */
export type Secret = string | Uint8Array

export function sha256(text: string): string {
  return hash('sha256', text, 'hex')
}

export function base64Of(bytes: string | Uint8Array): string {
  return Buffer.from(bytes as string).toString('base64')
}

/** The text behind base64 in either alphabet; what is none of it is passed over. */
export function textOfBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('utf8')
}

export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** What is no UTF-8 among the bytes stands as the replacement character. */
export function textOfBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
}

/** A hash that takes text piece by piece. */
export function incrementalSha256(): { update(text: string): void; digest(): string } {
  const hash = createHash('sha256')
  return { update: (text) => void hash.update(text), digest: () => hash.digest('hex') }
}

export function hmacSha256(key: Secret, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex')
}

/** Whether two plain values are the same, part by part; 1 and "1" differ. */
export function isDeepEqual(a: unknown, b: unknown): boolean {
  return isDeepStrictEqual(a, b)
}

/** Compares in constant time. */
export function equalSecrets(a: string, b: string): boolean {
  const left = Buffer.from(a)
  const right = Buffer.from(b)
  return left.length === right.length && timingSafeEqual(left, right)
}

/** 256 bits as text that may stand in a link. */
export function secretToken(): string {
  return randomBytes(32).toString('base64url')
}

export function randomToken(): string {
  return randomBytes(16).toString('hex')
}

/** Fractions from 0 to below 1 out of the system's randomness, which is asked for many at a time. */
export function randomFractions(): () => number {
  let bytes = randomBytes(0)
  let used = 0
  return () => {
    if (used === bytes.length) {
      bytes = randomBytes(1_024)
      used = 0
    }
    used += 1
    return (bytes[used - 1] ?? 0) / 256
  }
}

/** Lets the host's event loop run. */
export async function yieldToEventLoop(): Promise<void> {
  await immediate()
}

/** Waits by the clock. */
export function sleepBy(clock: Clock, ms: number): Promise<void> {
  return clock.sleep === undefined ? sleep(ms) : clock.sleep(ms)
}

/** Calls `work` once, later, by the clock. Keeps no process alive. */
export function laterBy(clock: Clock, ms: number, work: () => void): void {
  if (clock.later === undefined) setTimeout(work, ms).unref()
  else clock.later(ms, work)
}

/** A promise that is kept once there is nothing more to wait for; never, when it is stopped before. */
export interface Wait {
  readonly over: Promise<null>
  stop(): void
}

/** Over after so many milliseconds. */
export function waitFor(ms: number): Wait {
  let stop = (): void => {}
  const over = new Promise<null>((resolve) => {
    const timer = setTimeout(() => resolve(null), ms)
    stop = () => clearTimeout(timer)
  })
  return { over, stop }
}

/** Over once the signal is aborted. */
export function waitForAbort(signal: AbortSignal | undefined): Wait {
  let stop = (): void => {}
  const over = new Promise<null>((resolve) => {
    if (signal?.aborted) return resolve(null)
    const end = (): void => resolve(null)
    signal?.addEventListener('abort', end, { once: true })
    stop = () => signal?.removeEventListener('abort', end)
  })
  return { over, stop }
}

/** Waits for the work, or for the signal to be aborted if that comes first. */
export async function unlessAborted(
  signal: AbortSignal | undefined,
  work: Promise<void>,
): Promise<void> {
  const abort = waitForAbort(signal)
  try {
    await Promise.race([work, abort.over])
  } finally {
    abort.stop()
  }
}

/** Doubles with every attempt up to the ceiling, less up to a half at random, so that many don't come at once. */
export function backoffMs(attempt: number, first: number, ceiling: number): number {
  return Math.round(Math.min(ceiling, first * 2 ** (attempt - 1)) * (0.5 + Math.random() / 2))
}

/** Calls the function every `ms` until the answer is called. Keeps no process alive. */
export function repeatedly(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms)
  timer.unref()
  return () => clearInterval(timer)
}

export function monotonicMs(): number {
  return performance.now()
}

export function byteLength(text: string): number {
  return Buffer.byteLength(text)
}

/**
 * Waits for a promise at most `ms`, and no longer than till `stop` is aborted; then aborts the signal it gave to
 * `start` and answers `'timeout'`.
 */
export async function withTimeLimit<T>(
  ms: number,
  start: (signal: AbortSignal) => T | PromiseLike<T>,
  stop?: AbortSignal,
): Promise<{ readonly value: T } | 'timeout'> {
  const controller = new AbortController()
  const [limit, abort] = [waitFor(ms), waitForAbort(stop)]
  const end = Promise.race([limit.over, abort.over]).then((): 'timeout' => {
    controller.abort()
    return 'timeout'
  })
  try {
    const work = (async () => ({ value: await start(controller.signal) }))()
    return await Promise.race([work, end])
  } finally {
    limit.stop()
    abort.stop()
  }
}

/** Names this process, so that another one can tell whether it is still there. */
export function processName(): string {
  return `${hostname()}/${process.pid}`
}

/** Whether a named process ran on this host and is gone. Says no wherever that cannot be known. */
export function isProcessGone(name: string): boolean {
  const [host, pid] = name.split('/')
  if (host !== hostname() || Number(pid) === process.pid) return false
  try {
    process.kill(Number(pid), 0)
    return false
  } catch (error) {
    return typeof error === 'object' && error !== null && 'code' in error && error.code === 'ESRCH'
  }
}
