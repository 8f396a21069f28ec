/**
 * A server in the same process that signs a user in every 5 ms, and how long it and the event loop wait.
 *
 * @module
 */
import { statSync } from 'node:fs'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { TENANT } from './database.ts'

const EVERY_MS = 5

export interface Waits {
  /** Of a timer of one millisecond: an idle loop shows a little over 1 ms. */
  readonly loopP50: number
  readonly loopP99: number
  readonly loopMax: number
  /** From the moment at which a sign-in is due to its commit. */
  readonly signInP50: number
  readonly signInP99: number
  readonly signInMax: number
  /** Largest size of the log, in MiB. */
  readonly walMib: number
}

/** Runs the work while the server is at work, and answers how long everybody waited. */
export async function whileServing(
  db: Database.Database,
  userIds: readonly string[],
  work: () => Promise<unknown>,
): Promise<Waits> {
  const signIn = prepareSignIn(db)
  const latencies: number[] = []
  let walBytes = 0
  let isOpen = true
  let due = performance.now()
  let number = 0
  const serve = async (): Promise<void> => {
    while (isOpen) {
      // All that are due, as a server does with the requests that have come in meanwhile.
      for (; due <= performance.now(); due += EVERY_MS) {
        signIn(userIds[number % userIds.length] ?? '', number)
        number += 1
        latencies.push(performance.now() - due)
      }
      walBytes = Math.max(walBytes, statSync(`${db.name}-wal`).size)
      await sleep(Math.max(1, due - performance.now()))
    }
  }
  const histogram = monitorEventLoopDelay({ resolution: 1 })
  histogram.enable()
  // The histogram counts from its first tick on, so one has to pass before the work starts.
  await sleep(20)
  due = performance.now()
  const serving = serve()
  await sleep(20)
  histogram.reset()
  // The first tick after a reset only starts the clock.
  await sleep(5)
  await work()
  // A run that never lets the loop turn shows in the first turn after it, and so do its sign-ins.
  await sleep(20)
  histogram.disable()
  isOpen = false
  await serving
  const sorted = latencies.sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0
  return {
    loopP50: histogram.percentile(50) / 1e6,
    loopP99: histogram.percentile(99) / 1e6,
    loopMax: histogram.max / 1e6,
    signInP50: at(0.5),
    signInP99: at(0.99),
    signInMax: at(1),
    walMib: walBytes / 2 ** 20,
  }
}

function prepareSignIn(db: Database.Database): (userId: string, number: number) => void {
  const session = db.prepare(
    'INSERT INTO sessions (id, user_id, tenant_id, refresh_token_hash) VALUES (?, ?, ?, ?)',
  )
  const user = db.prepare('UPDATE users SET last_sign_in_at = ? WHERE id = ?')
  const entry = db.prepare(
    "INSERT INTO audit_log (id, type, actor_id, actor_type, resource_type, tenant_id, result) VALUES (?, 'user.signed_in', ?, 'user', 'session', ?, 'success')",
  )
  const signIn = db.transaction((userId: string, number: number) => {
    session.run(`ses_new_${number}`, userId, TENANT, `new_${number}`)
    user.run(new Date().toISOString(), userId)
    entry.run(`aud_new_${number}`, userId, TENANT)
  })
  return (userId, number) => void signIn.immediate(userId, number)
}
