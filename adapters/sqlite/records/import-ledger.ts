/**
 * Ledger entries of an import: set aside first, and moved into the ledger all at once.
 *
 * @module
 */
import type { LedgerAdoption, LedgerEntry } from '../../../src/store/records.ts'
import type { Connection } from '../handle/connection.ts'
import { ENTRY, readHead, writeHead } from './ledger.ts'

export function stageLedger(
  connection: Connection,
  run: string,
  entries: readonly LedgerEntry[],
): void {
  for (const entry of entries) {
    connection.change(
      `INSERT INTO ${connection.own.ledger_import} (run, ${ENTRY}) VALUES (@run, @seq, @kind, @at, @userTable, @tenantId, @subject, @idempotencyKey, @body, @hash)`,
      { run, ...entry },
    )
  }
}

/** Inside the transaction that the caller has opened. */
export function adoptLedger(
  connection: Connection,
  run: string,
  { after, head }: LedgerAdoption,
): boolean {
  const present = readHead(connection)
  if (present?.seq !== after?.seq || present?.hash !== after?.hash) return false
  connection.change(
    `INSERT INTO ${connection.own.ledger} (${ENTRY}) SELECT ${ENTRY} FROM ${connection.own.ledger_import} WHERE run = @run ORDER BY seq`,
    { run },
  )
  writeHead(connection, head)
  connection.change(`DELETE FROM ${connection.own.ledger_import}`)
  return true
}

export function clearStaged(connection: Connection, run: string): void {
  connection.change(`DELETE FROM ${connection.own.ledger_import} WHERE run = @run`, { run })
}
