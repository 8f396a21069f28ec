/**
 * What a commit carries beside its rows: entries, events, the head, and rows of the host's own audit log.
 *
 * @module
 */

import { HEAD, headOf, sealWrites } from '../../../src/store/own-records.ts'
import type { AuditRow, LedgerHead, Seal } from '../../../src/store/records.ts'
import type { Connection } from '../handle/connection.ts'
import { quoteName, quoteTable } from '../sql/literals.ts'
import { answerRecords, writeRecords } from './records.ts'

/** Writes entries, events, audit rows and the new head, inside the transaction that the caller has opened. */
export function writeSeal(connection: Connection, seal: Seal): void {
  writeRecords(connection, sealWrites(seal))
  for (const row of seal.auditRows ?? []) insertAuditRow(connection, row)
}

export function readHead(connection: Connection): LedgerHead | null {
  return headOf(answerRecords(connection, HEAD))
}

function insertAuditRow(connection: Connection, { table, values }: AuditRow): void {
  const columns = Object.keys(values)
  const parameters = columns.map((column, index) => {
    const value = values[column]
    return [`value${index}`, typeof value === 'boolean' ? Number(value) : value]
  })
  const names = columns.map(quoteName).join(', ')
  const places = columns.map((_, index) => `@value${index}`).join(', ')
  connection.change(
    `INSERT OR ABORT INTO ${quoteTable(table)} (${names}) VALUES (${places})`,
    Object.fromEntries(parameters),
  )
}
