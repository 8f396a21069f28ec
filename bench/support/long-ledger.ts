/**
 * A ledger of many deletions on SQLite: entries that the engine would have written, each with a receipt of its own
 * and chained to the one before, inserted without deleting anybody.
 *
 * @module
 */

import type Database from 'better-sqlite3'
import { canonicalJson } from '../../src/receipt/canonical-json.ts'
import { entryHash } from '../../src/receipt/chain.ts'
import { receiptDigest, receiptOf } from '../../src/receipt/issue-receipt.ts'
import { ledgerHead, readLedger } from '../../src/records/ledger-records.ts'
import type { LedgerEntry, LedgerHead } from '../../src/store/records.ts'
import type { Store } from '../../src/store/store.ts'

const BATCH = 10_000

/** Goes on behind the last entry of the ledger, one deletion for each id, made after the first. */
export async function growLedger(
  db: Database.Database,
  store: Store,
  ids: Iterable<string>,
): Promise<void> {
  const [pattern] = await readLedger(store, { afterSeq: 0, limit: 1 })
  let last = await ledgerHead(store)
  if (pattern === undefined || last === null) throw new Error('there is no entry to go by')
  const entryBehind = writerFor(pattern)
  const insert = db.prepare(
    'INSERT INTO user_deletion_ledger (seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash) VALUES (?, ?, ?, ?, ?, ?, NULL, ?, ?)',
  )
  const head = db.prepare('UPDATE user_deletion_ledger_head SET seq = ?, hash = ?, signature = ?')
  let waiting: LedgerEntry[] = []
  const write = db.transaction(() => {
    for (const { seq, kind, at, userTable, tenantId, subject, body, hash } of waiting) {
      insert.run(seq, kind, at, userTable, tenantId, subject, body, hash)
    }
    head.run(last?.seq, last?.hash, null)
    waiting = []
  })
  for (const id of ids) {
    const entry = entryBehind(last, id)
    last = { ...entry, signature: null }
    if (waiting.push(entry) === BATCH) write()
  }
  write()
}

function writerFor(pattern: LedgerEntry): (last: LedgerHead, id: string) => LedgerEntry {
  const { digest: _, ...known } = receiptOf(pattern)
  return (last, id) => {
    const seq = last.seq + 1
    const receipt = {
      ...known,
      id: `rcp_${String(seq).padStart(26, '0')}`,
      userId: id,
      subject: id,
    }
    const body = canonicalJson({ ...receipt, digest: receiptDigest(receipt) })
    const entry = { ...pattern, seq, subject: id, body }
    return { ...entry, hash: entryHash(null, last.hash, entry) }
  }
}
