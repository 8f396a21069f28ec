/**
 * Entries of the ledger about one user, or of one fact.
 *
 * @module
 */
import { type AboutQuery, readAbout } from '../../records/ledger-records.ts'
import type { LedgerEntry } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'

/** In order. */
export async function* entriesAbout(
  store: Store,
  query: Omit<AboutQuery, 'limit'>,
): AsyncGenerator<LedgerEntry> {
  for (let { afterSeq } = query; ; ) {
    const page = await readAbout(store, { ...query, afterSeq, limit: FEW })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < FEW) return
    afterSeq = last.seq
  }
}

/** The first of them nearly always does. */
const FEW = 10
