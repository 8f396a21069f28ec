/**
 * A lease for work that one process does at a time: a mark names the process, and when its lease ends by itself.
 *
 * It only saves double work and guards nothing: the work is safe in several processes at once.
 *
 * @module
 */

import { isProcessGone, repeatedly } from '../../ports.ts'
import { moveMark, readMark } from '../../records/mark-records.ts'
import type { ExecutionContext } from '../context/context.ts'
import { warn } from '../decision/notify.ts'

export interface Lease {
  /** Whether somebody else has it now, as this process was silent for too long. */
  isLost(): boolean
  /** Gives it back. Never rejects: it ends by itself too. */
  end(): Promise<void>
}

/** What the mark holds; an empty text while nobody has the lease. */
interface Held {
  /** Process, engine and call. */
  readonly owner: string
  /** When it ends unless it is renewed (ISO 8601, UTC). */
  readonly until: string
  /** For how long it was given. */
  readonly ms: number
}

/** Renewed so often that one renewal may be late. */
const RENEWALS = 3

/** `null` while somebody else has it. Atomic; renewed until it is given back. */
export async function takeLease(context: ExecutionContext, work: string): Promise<Lease | null> {
  const name = `lease:${work}:${context.userTable}`
  const owner = `${context.owner}/${context.issuer.newId()}`
  const { store } = context
  const before = await readMark(store, name)
  if (before !== null && !isFree(before, context.clock.now())) return null
  let own = termOf(context, owner)
  if (!(await moveMark(store, name, before, own))) return null
  let isLost = false
  let renewal: Promise<void> = Promise.resolve()

  async function renew(): Promise<void> {
    if (isLost) return
    const next = termOf(context, owner)
    try {
      isLost = !(await moveMark(store, name, own, next))
      own = next
    } catch (cause) {
      warn(context, 'a lease could not be renewed', { cause })
    }
  }
  const stop = repeatedly(context.leaseMs / RENEWALS, () => {
    renewal = renewal.then(renew)
  })

  return {
    isLost: () => isLost,
    async end() {
      stop()
      await renewal
      try {
        if (!isLost) await moveMark(store, name, own, '')
      } catch (cause) {
        warn(context, 'a lease could not be given back', { cause })
      }
    },
  }
}

function termOf({ clock, leaseMs: ms }: ExecutionContext, owner: string): string {
  const until = new Date(clock.now().getTime() + ms).toISOString()
  return JSON.stringify({ owner, until, ms } satisfies Held)
}

/** A holder on this host that is gone keeps nobody waiting; nor does one whose clock had leapt. */
function isFree(mark: string, now: Date): boolean {
  if (mark === '') return true
  const { owner, until, ms } = JSON.parse(mark) as Held
  const left = Date.parse(until) - now.getTime()
  return left <= 0 || left > ms || isProcessGone(owner)
}
