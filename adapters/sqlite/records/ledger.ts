/**
 * Ledger and outbox rows.
 *
 * @module
 */

import type { UserId } from '../../../src/program/program.ts'
import type {
  AboutQuery,
  AuditRow,
  DeletedQuery,
  KeyQuery,
  LedgerEntry,
  LedgerHead,
  LedgerQuery,
  OutboxEvent,
  OutboxQuery,
  Seal,
  SubjectQuery,
} from '../../../src/store/records.ts'
import type { Connection } from '../handle/connection.ts'
import { FACT } from '../sql/fact.ts'
import { jsonText, quoteName, quoteTable, textOrNull } from '../sql/literals.ts'

/** Columns of an entry. */
export const ENTRY = 'seq, kind, at, user_table, tenant_id, subject, idempotency_key, body, hash'

/** Writes entries, events, audit rows and the new head, inside the transaction that the caller has opened. */
export function writeSeal(
  connection: Connection,
  { entries, events, head, auditRows = [] }: Seal,
): void {
  connection.changeEach(
    `INSERT INTO ${connection.own.ledger} (${ENTRY}) VALUES (${placesOf(ENTRY)})`,
    entries.map(({ seq, kind, at, userTable, tenantId, subject, idempotencyKey, body, hash }) => [
      seq,
      kind,
      at,
      userTable,
      tenantId,
      subject,
      idempotencyKey,
      body,
      hash,
    ]),
  )
  writeEvents(connection, events)
  for (const row of auditRows) insertAuditRow(connection, row)
  writeHead(connection, head)
}

const EVENT = 'id, type, at, user_table, tenant_id, subject, receipt_id, rows'

export function writeEvents(connection: Connection, events: readonly OutboxEvent[]): void {
  connection.changeEach(
    `INSERT INTO ${connection.own.outbox} (${EVENT}) VALUES (${placesOf(EVENT)})`,
    events.map(({ id, type, at, userTable, tenantId, subject, receiptId, rows }) => [
      id,
      type,
      at,
      userTable,
      tenantId,
      subject,
      receiptId,
      rows,
    ]),
  )
}

/** A question mark for each column. */
function placesOf(columns: string): string {
  return columns.replaceAll(/\w+/g, '?')
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

export function writeHead(connection: Connection, head: LedgerHead): void {
  connection.change(
    `INSERT INTO ${connection.own.ledger_head} (id, seq, hash, signature) VALUES (1, @seq, @hash, @signature) ON CONFLICT (id) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, signature = excluded.signature`,
    { ...head },
  )
}

export function readHead(connection: Connection): LedgerHead | null {
  const [row] = connection.rows(
    `SELECT seq, hash, signature FROM ${connection.own.ledger_head} WHERE id = 1`,
  )
  if (row === undefined) return null
  const [seq, hash, signature] = row
  return { seq: Number(seq), hash: String(hash), signature: textOrNull(signature) }
}

export function readLedger(
  connection: Connection,
  { afterSeq, limit, since }: LedgerQuery,
): readonly LedgerEntry[] {
  return connection
    .rows(
      `SELECT ${ENTRY} FROM ${connection.own.ledger} WHERE seq > @afterSeq AND at >= @since ORDER BY seq LIMIT @limit`,
      { afterSeq, limit, since: since ?? '' },
    )
    .map(toEntry)
}

export function findEntries(
  connection: Connection,
  { userTable, tenantId, subjects, kind = 'user.deleted' }: SubjectQuery,
): readonly LedgerEntry[] {
  // Entries of an earlier layout do not say whose tenant they are about, so they are everybody's.
  const isTheirs =
    kind === 'tenant.deleted'
      ? '(user_table = @userTable OR user_table IS NULL)'
      : 'user_table = @userTable'
  return connection
    .rows(
      `SELECT ${ENTRY} FROM ${connection.own.ledger} WHERE seq IN (SELECT max(seq) FROM ${connection.own.ledger} WHERE ${isTheirs} AND subject IN (SELECT value FROM json_each(@subjects)) AND tenant_id IS @tenantId AND kind = @kind GROUP BY subject) ORDER BY seq`,
      { userTable, tenantId, kind, subjects: jsonText([...subjects]) },
    )
    .map(toEntry)
}

export function readAbout(
  connection: Connection,
  { about, ...query }: AboutQuery,
): readonly LedgerEntry[] {
  const { ledger } = connection.own
  const isTheirs =
    'subject' in about
      ? 'subject = @subject AND user_table = @userTable'
      : `subject IS NULL AND ${FACT} = @fact AND (user_table = @userTable OR user_table IS NULL)`
  return connection
    .rows(
      `SELECT ${ENTRY} FROM ${ledger} WHERE ${isTheirs} AND tenant_id IS @tenantId AND kind = @kind AND seq > @afterSeq ORDER BY seq LIMIT @limit`,
      { ...query, ...about },
    )
    .map(toEntry)
}

export function deletedAt(connection: Connection, query: DeletedQuery): string | null {
  const [row] = connection.rows(
    `SELECT at FROM ${connection.own.ledger} WHERE user_table = @userTable AND subject = @subject AND tenant_id IS @tenantId AND kind = 'user.deleted' ORDER BY at DESC LIMIT 1`,
    { ...query },
  )
  return row === undefined ? null : String(row[0])
}

export function findEntryByKey(
  connection: Connection,
  { userTable, tenantId, idempotencyKey }: KeyQuery,
): LedgerEntry | null {
  const [row] = connection.rows(
    `SELECT ${ENTRY} FROM ${connection.own.ledger} WHERE coalesce(user_table, '') = @userTable AND coalesce(tenant_id, '') = coalesce(@tenantId, '') AND idempotency_key = @idempotencyKey`,
    { userTable, tenantId, idempotencyKey },
  )
  return row === undefined ? null : toEntry(row)
}

export function readOutbox(
  connection: Connection,
  { userTable, afterId, limit }: OutboxQuery,
): readonly OutboxEvent[] {
  const filter =
    userTable === undefined ? '' : 'AND (user_table = @userTable OR user_table IS NULL)'
  return connection
    .rows(
      `SELECT ${EVENT} FROM ${connection.own.outbox} WHERE id > @afterId ${filter} ORDER BY id LIMIT @limit`,
      { afterId: afterId ?? '', limit, ...(userTable === undefined ? {} : { userTable }) },
    )
    .map(([id, type, at, table, tenantId, subject, receiptId, rows]) => ({
      id: String(id),
      type: String(type),
      at: String(at),
      userTable: textOrNull(table),
      tenantId: textOrNull(tenantId),
      subject: subject as UserId,
      receiptId: textOrNull(receiptId),
      rows: Number(rows),
    }))
}

export function acknowledge(connection: Connection, ids: readonly string[]): number {
  return connection.change(
    `DELETE FROM ${connection.own.outbox} WHERE id IN (SELECT value FROM json_each(@ids))`,
    { ids: jsonText([...ids]) },
  )
}

function toEntry(row: readonly unknown[]): LedgerEntry {
  const [seq, kind, at, userTable, tenantId, subject, key, body, hash] = row
  return {
    seq: Number(seq),
    kind: kind as LedgerEntry['kind'],
    at: String(at),
    userTable: textOrNull(userTable),
    tenantId: textOrNull(tenantId),
    subject: subject as UserId | null,
    idempotencyKey: textOrNull(key),
    body: String(body),
    hash: String(hash),
  }
}
