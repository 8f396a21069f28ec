/**
 * The entries of the ledger beside which lines are read.
 *
 * @module
 */

import { readLedger } from '../../records/ledger-records.ts'
import { saidUserTable } from '../../store/earlier-layout.ts'
import type { LedgerEntry } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'

/** Reads the ledger along with the lines, a page at a time. */
export function presentEntries(
  store: Pick<Store, 'read'>,
): (seq: number) => Promise<LedgerEntry | undefined> {
  let page = new Map<number, LedgerEntry>()
  return async (seq) => {
    if (!page.has(seq)) {
      const entries = await readLedger(store, { afterSeq: seq - 1, limit: PAGE })
      page = new Map(
        // An entry of an earlier layout is given its table by its own words, as those of the lines are.
        entries.map((entry) => {
          const userTable = entry.userTable ?? saidUserTable(entry)
          return [entry.seq, { ...entry, userTable }]
        }),
      )
    }
    return page.get(seq)
  }
}

const PAGE = 500
