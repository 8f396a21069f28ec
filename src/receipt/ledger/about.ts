/**
 * Whose users an entry of the ledger is about.
 *
 * @module
 */

import { saidUserTable } from '../../store/earlier-layout.ts'
import type { LedgerEntry } from '../../store/records.ts'

/** Whether it is about users of this table. One that does not say, and whose body does not either, is not. */
export function isAbout(entry: LedgerEntry, userTable: string): boolean {
  return (entry.userTable ?? saidUserTable(entry)) === userTable
}
