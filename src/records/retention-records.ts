/**
 * Retentions that are still to end, through any store.
 *
 * @module
 */
import { answerOf, ask } from '../store/inquiry.ts'
import {
  DELETIONS_IN_RECORD,
  type RetainedSince,
  readRetainedSince,
  retainedSince,
} from '../store/open-retentions.ts'
import { markOf } from '../store/own-records.ts'
import type { OpenRetention, RetentionState } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { askHead } from './ledger-records.ts'

export interface RetentionQuery {
  readonly step: string
  readonly state: RetentionState
  /** Only those behind this deletion, in the order of the answer. */
  readonly after: Pick<OpenRetention, 'at' | 'seq'> | null
  readonly limit: number
}

/** Retentions of one step, those of the earliest deletions first. */
export function readRetentions(
  store: Pick<Store, 'read'>,
  { step, state, after, limit }: RetentionQuery,
): Promise<readonly OpenRetention[]> {
  return answerOf(store, {
    kind: 'records',
    table: 'retentions',
    where: [
      { field: 'step', in: [step] },
      { field: 'state', in: [state] },
    ],
    order: ['at', 'seq'],
    ...(after === null ? {} : { after: [after.at, after.seq] }),
    limit,
  })
}

/** Retentions of the steps for deletions at these places in the ledger; records may hold deletions near them too. */
export async function findRetentions(
  store: Pick<Store, 'read'>,
  steps: readonly string[],
  places: readonly number[],
): Promise<readonly OpenRetention[]> {
  if (steps.length === 0 || places.length === 0) return []
  const seqs = new Set<number>()
  for (const place of places) {
    for (let seq = place; seq > place - DELETIONS_IN_RECORD; seq -= 1) seqs.add(seq)
  }
  return answerOf(store, {
    kind: 'records',
    table: 'retentions',
    where: [
      { field: 'step', in: steps },
      { field: 'seq', in: [...seqs] },
    ],
  })
}

/** The end of the ledger, and what deletions up to there have left records for. */
export function readSealedRetentions(
  store: Pick<Store, 'read'>,
  userTable: string,
): Promise<{ readonly head: number; readonly since: RetainedSince | null }> {
  return store.read(function* () {
    // The head first: without one view of both, what is sealed in between must not seem older than the mark.
    const head = yield* askHead()
    const [[mark]] = yield* ask(markOf(retainedSince(userTable)))
    return { head: head?.seq ?? 0, since: readRetainedSince(mark?.value) }
  })
}
