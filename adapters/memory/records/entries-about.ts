/**
 * Entries of the ledger about one user, or of one fact.
 *
 * @module
 */
import type { AboutQuery, LedgerEntry } from '../../../src/store/records.ts'

export function entriesAbout(
  entries: readonly LedgerEntry[],
  { kind, userTable, tenantId, about, afterSeq, limit }: AboutQuery,
): readonly LedgerEntry[] {
  const isWanted = (entry: LedgerEntry): boolean => {
    if ('subject' in about) return entry.subject === about.subject && entry.userTable === userTable
    const isOfTable = entry.userTable === null || entry.userTable === userTable
    return entry.subject === null && isOfTable && factOf(entry) === about.fact
  }
  return entries
    .filter((entry) => entry.seq > afterSeq && entry.kind === kind && entry.tenantId === tenantId)
    .filter(isWanted)
    .slice(0, limit)
}

function factOf({ body }: LedgerEntry): unknown {
  const { stepId, level } = JSON.parse(body) as Readonly<Record<string, unknown>>
  return stepId ?? level
}
