/**
 * What records of an earlier layout say about themselves: their users' table, and the version that wrote them.
 *
 * @module
 */
import type { LedgerEntry } from './records.ts'

/** The table of the users that an entry of an earlier layout is about, by its own words; `null` where it has none. */
export function saidUserTable({ kind, body }: Pick<LedgerEntry, 'kind' | 'body'>): string | null {
  if (kind !== 'user.deleted') return null
  try {
    const { userRow } = JSON.parse(body) as { readonly userRow?: { readonly table?: unknown } }
    return typeof userRow?.table === 'string' ? userRow.table : null
  } catch {
    // Text that is no JSON is no receipt; the ledger's verification says so.
    return null
  }
}

/**
 * The mark that a store writes when it brings an earlier layout to the present one, with the version that made it.
 * Where it stands, policies may have been written that meant something else then.
 */
export const EARLIER_LAYOUT_MARK = 'earlier_layout'
