/**
 * Ledger entries of an import: set aside first, and moved into the ledger all at once.
 *
 * @module
 */
import type { LedgerAdoption, LedgerEntry } from '../../../src/store/records.ts'
import { LEDGER, LEDGER_IMPORT } from '../server/engine-collections.ts'
import type { Reader, Writer } from '../server/scope.ts'
import { type Decision, onlyRecords, type RecordWrite, unchanged } from './change.ts'
import { entryDocument, headRecord, readHead, toEntry } from './ledger.ts'

/** Safe to repeat: an entry has its place by run and number. */
export async function stageLedger(
  writer: Writer,
  run: string,
  entries: readonly LedgerEntry[],
): Promise<void> {
  const seqs = entries.map(({ seq }) => seq)
  await writer.deleteMany(LEDGER_IMPORT, { run, seq: { $in: seqs } })
  await writer.insertMany(
    LEDGER_IMPORT,
    entries.map((entry) => ({ _id: { run, seq: entry.seq }, run, ...entry })),
  )
}

export async function adoptLedger(
  reader: Reader,
  run: string,
  { after, head }: LedgerAdoption,
): Promise<Decision<boolean>> {
  const present = await readHead(reader)
  if (present?.seq !== after?.seq || present?.hash !== after?.hash) return unchanged(false)
  const staged = await reader.find(LEDGER_IMPORT, { run }, { sort: { seq: 1 } })
  const entries = staged.map((entry) => toEntry({ ...entry, _id: entry['seq'] }))
  const records: readonly RecordWrite[] = [
    { kind: 'insert', collection: LEDGER, documents: entries.map(entryDocument) },
    headRecord(head),
    // What other runs have set aside fits no more.
    { kind: 'remove', collection: LEDGER_IMPORT, filter: { seq: { $gte: 0 } } },
  ]
  return onlyRecords(true, records)
}

export async function clearStaged(writer: Writer, run: string): Promise<void> {
  await writer.deleteMany(LEDGER_IMPORT, { run })
}
