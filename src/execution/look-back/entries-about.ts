/**
 * Entries of the ledger about one user, or of one fact: by an index where the store has one, by reading on otherwise.
 *
 * @module
 */
import { isAbout } from '../../receipt/ledger/about.ts'
import type { AboutQuery, LedgerEntry } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'

/** In order. Facts that are read on for may be others of their kind. */
export async function* entriesAbout(
  store: Store,
  query: Omit<AboutQuery, 'limit'>,
): AsyncGenerator<LedgerEntry> {
  for (let { afterSeq } = query; ; ) {
    const page =
      store.readAbout === undefined
        ? await store.readLedger({ afterSeq, limit: PAGE })
        : await store.readAbout({ ...query, afterSeq, limit: FEW })
    for (const entry of page) if (mayBeMeant(entry, query)) yield entry
    const last = page.at(-1)
    if (last === undefined || page.length < (store.readAbout === undefined ? PAGE : FEW)) return
    afterSeq = last.seq
  }
}

const PAGE = 500
/** The first of them nearly always does. */
const FEW = 10

function mayBeMeant(
  entry: LedgerEntry,
  { kind, userTable, tenantId, about }: Omit<AboutQuery, 'limit'>,
): boolean {
  if (entry.kind !== kind || entry.tenantId !== tenantId) return false
  if ('fact' in about) return entry.subject === null
  return entry.subject === about.subject && isAbout(entry, userTable)
}
