/**
 * How far the end of one retention has been carried out. Kept in a mark of the store.
 *
 * @module
 */

import type { Expiry } from '../../plan/compile/expiry.ts'
import { readMark } from '../../records/mark-records.ts'
import type { Sweep } from '../../store/sweep.ts'
import type { ExecutionContext } from '../context/context.ts'

export interface Progress {
  /** The last entry of the ledger that was looked at. */
  readonly seq: number
  /** Deletions up to there that failed and are tried again each time. */
  readonly postponed: readonly number[]
  /** Deletions up to there of users under a hold; their turn comes when it has ended. */
  readonly held: readonly number[]
  /** By which holds they were judged; `null` where nobody has noted it. */
  readonly judged: JudgedBy | null
  /** The mark as it stands. */
  readonly text: string | null
}

/** As long as no hold was removed since and none has ended, and the policy is the same, they are still held. */
export interface JudgedBy {
  /** The policy, and the hold that was removed last. */
  readonly key: string
  /** When the first of the holds ends (ISO 8601, UTC); `null` for never. */
  readonly nextEnd: string | null
}

/** A rule that was changed in what it does starts again: what it has done already is not there to be done twice. */
export async function readProgress({ store }: ExecutionContext, expiry: Expiry): Promise<Progress> {
  const text = await readMark(store, markName(expiry))
  // Of an earlier layout, whose marks did not name the table of the users.
  const known = text ?? (await readMark(store, `retention:${expiry.stepId}`))
  const [seq, fingerprint, postponed, held, key, nextEnd] = known?.split(' ') ?? []
  if (fingerprint !== expiry.fingerprint) {
    return { seq: 0, postponed: [], held: [], judged: null, text }
  }
  const judged = key === undefined ? null : { key, nextEnd: nextEnd ?? null }
  const open = { postponed: numbersOf(postponed), held: numbersOf(held) }
  return { seq: Number(seq), ...open, judged, text }
}

/** The next progress, and the move of the mark that leads there. */
export function step(
  expiry: Expiry,
  before: Progress,
  change: Partial<Pick<Progress, 'seq' | 'postponed' | 'held' | 'judged'>>,
): { readonly mark: Sweep['mark']; readonly progress: Progress } {
  const { seq, postponed, held, judged, text } = { ...before, judged: null, ...change }
  const by = judged === null ? [] : [judged.key, judged.nextEnd ?? []].flat()
  const lists = [postponed.join(','), held.join(',')]
  const to = [seq, expiry.fingerprint, ...lists, ...by].join(' ')
  return {
    mark: { name: markName(expiry), from: text, to },
    progress: { seq, postponed, held, judged, text: to },
  }
}

/** The last entry up to which nothing is open but deletions that are held. */
export function doneThrough({ seq, postponed }: Progress): number {
  return Math.min(seq, ...postponed.map((open) => open - 1))
}

function numbersOf(list = ''): readonly number[] {
  return list.split(',').filter(Boolean).map(Number)
}

function markName({ program, stepId }: Expiry): string {
  return `retention:${JSON.stringify([program.user.table, stepId])}`
}
