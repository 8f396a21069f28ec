/**
 * Seals a change: its receipts, its events, and its rows in the host's audit log.
 *
 * @module
 */
import { setImmediate as turnOfTheLoop } from 'node:timers/promises'
import { sealWrites } from '../../../src/store/own-records.ts'
import type { Change, UnsealedChange } from '../records/change.ts'
import { documentWrites } from '../records/record-writes.ts'
import type { Reader, Writer } from '../server/scope.ts'
import { auditRowsWithKeys, insertAuditRows } from './audit-rows.ts'
import { workOnAll, writeRecords } from './carry-out.ts'

/** The whole change, to be written down before its first effect. */
export async function sealed(reader: Reader, { seal, ...change }: UnsealedChange): Promise<Change> {
  const [first, ...others] = change.work
  if (seal === undefined || first === undefined) return change
  const made = seal()
  const auditRows = auditRowsWithKeys(reader.types, first.program, made.auditRows ?? [])
  return {
    work: [{ ...first, auditRows: [...first.auditRows, ...auditRows] }, ...others],
    records: [...(await documentWrites(reader, sealWrites(made))), ...change.records],
  }
}

/** In a transaction. The seal is made while the server is at the host's documents. */
export async function carryOutAndSeal(
  writer: Writer,
  { work, records, seal }: UnsealedChange,
): Promise<void> {
  const [first] = work
  const atWork = workOnAll(writer, work, 'transaction')
  if (seal === undefined || first === undefined) {
    await atWork
    return writeRecords(writer, records)
  }
  // It is waited for below; until then a failure must not count as one that nobody looks at.
  atWork.catch(() => {})
  await turnOfTheLoop()
  const made = await settledWith(atWork, seal)
  const auditRows = auditRowsWithKeys(writer.types, first.program, made.auditRows ?? [])
  await insertAuditRows(writer, { auditRows }, 'transaction')
  await writeRecords(writer, [...(await documentWrites(writer, sealWrites(made))), ...records])
}

/** Whatever comes of it: no command of the session is under way behind this. */
async function settledWith<T>(atWork: Promise<void>, make: () => T): Promise<T> {
  try {
    return make()
  } finally {
    await atWork
  }
}
