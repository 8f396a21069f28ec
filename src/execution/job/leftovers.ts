/**
 * Clears what killed runs leave behind: ids set aside, entries of imports, unused tokens. All of it names users, so
 * none of it may stay for ever.
 *
 * A run of a dead process on this machine is cleared at once. Whether a process on another machine lives cannot be
 * seen, so its runs are cleared by age, and long runs note once a day that they live.
 *
 * @module
 */

import { decodeTime } from 'ulid'
import { isProcessGone, processName } from '../../ports.ts'
import type { Issuer } from '../../receipt/issue-receipt.ts'
import { clearStaged } from '../../records/ledger-records.ts'
import { listMarks, removeMark, writeMark } from '../../records/mark-records.ts'
import { clearSpool, runsAside } from '../../records/spool-records.ts'
import { removeTokens } from '../../records/user-records.ts'
import type { Store } from '../../store/store.ts'
import type { ExecutionContext } from '../context/context.ts'

/** What was cleared, as counts. */
export interface Leftovers {
  /** Runs whose ids, or imported entries, were still set aside. */
  readonly runs: number
  /** Confirmation tokens that had expired. */
  readonly tokens: number
}

const DAY_MS = 86_400_000
/** A run of another machine that has not been heard of for so long is dead. */
const SILENT_MS = 7 * DAY_MS

/** A name by which others can tell whose run it is, and since when. Imports have theirs in the same form. */
export function runName(kind: 'run', newId: Issuer['newId']): string {
  return `${kind}_${newId()} ${processName()}`
}

/** Clears what processes that are gone have set aside. Believes no clock. */
export async function clearOfTheGone(store: Store): Promise<number> {
  return clearRuns(store, isOfTheGone)
}

/** The same, and all that is too old. The clock has been looked at before. */
export async function clearLeftovers({ store, clock }: ExecutionContext): Promise<Leftovers> {
  const now = clock.now().getTime()
  const alive = new Map(
    (await listMarks(store, ALIVE)).map(({ name, value }) => [name.slice(ALIVE.length), value]),
  )
  const isSilent = (run: string): boolean => {
    const heard = Math.max(startOf(run), Date.parse(alive.get(run) ?? '') || 0)
    return isOfTheGone(run) || now - heard > SILENT_MS
  }
  const runs = await clearRuns(store, isSilent)
  for (const run of alive.keys()) if (isSilent(run)) await removeMark(store, `${ALIVE}${run}`)
  // Runs of earlier versions had keys, under which they noted how far they were.
  for (const { name } of await listMarks(store, 'run:')) await removeMark(store, name)
  return { runs, tokens: await removeTokens(store, new Date(now).toISOString()) }
}

/** Notes once a day that a run lives. `end` removes the note. */
export interface SignOfLife {
  tell(): Promise<void>
  end(): Promise<void>
}

export function signOfLife({ store, clock }: ExecutionContext, run: string): SignOfLife {
  let told = clock.now().getTime()
  let isTold = false
  return {
    async tell() {
      const now = clock.now().getTime()
      if (now - told < DAY_MS) return
      await writeMark(store, `${ALIVE}${run}`, new Date(now).toISOString())
      told = now
      isTold = true
    },
    async end() {
      if (isTold) await removeMark(store, `${ALIVE}${run}`)
    },
  }
}

const ALIVE = 'alive:'

async function clearRuns(store: Store, isDead: (run: string) => boolean): Promise<number> {
  const { spools, imports } = await runsAside(store)
  const [deadSpools, deadImports] = [spools.filter(isDead), imports.filter(isDead)]
  for (const run of deadSpools) await clearSpool(store, run)
  for (const run of deadImports) await clearStaged(store, run)
  return deadSpools.length + deadImports.length
}

function isOfTheGone(run: string): boolean {
  const [, owner] = run.split(' ')
  return owner !== undefined && isProcessGone(owner)
}

/** A name that tells no time is as old as can be. */
function startOf(run: string): number {
  const [name = ''] = run.split(' ')
  try {
    return decodeTime(name.slice(name.indexOf('_') + 1))
  } catch {
    return 0
  }
}
