/**
 * Ledger and outbox documents.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { UserId } from '../../../src/program/program.ts'
import type {
  AboutQuery,
  DeletedQuery,
  KeyQuery,
  LedgerEntry,
  LedgerHead,
  LedgerQuery,
  OutboxEvent,
  OutboxQuery,
  Seal,
  SealDecision,
  SubjectQuery,
} from '../../../src/store/records.ts'
import type { Doc } from '../server/driver.ts'
import { LEDGER, LEDGER_HEAD, OUTBOX } from '../server/engine-collections.ts'
import { ask, type Question } from '../server/questions.ts'
import type { Reader } from '../server/scope.ts'
import { engineId, keyOf } from '../server/values.ts'
import type { RecordWrite } from './change.ts'

/** What a seal writes beside rows of the host's audit log. */
export async function sealRecords(
  reader: Reader,
  { entries, events, head }: Pick<Seal, 'entries' | 'events' | 'head'>,
): Promise<readonly RecordWrite[]> {
  await assertKeysAreFree(reader, entries)
  return [
    { kind: 'insert', collection: LEDGER, documents: entries.map(entryDocument) },
    ...eventRecords(events),
    headRecord(head),
  ]
}

/** What the ledger keeps of a change that deletes nobody. */
export async function decisionRecords(
  reader: Reader,
  seal: SealDecision | undefined,
): Promise<readonly RecordWrite[]> {
  return seal === undefined ? [] : sealRecords(reader, seal(await readHead(reader)))
}

export function eventRecords(events: readonly OutboxEvent[]): readonly RecordWrite[] {
  if (events.length === 0) return []
  const documents = events.map(({ id, ...event }) => ({ _id: id, ...event }))
  return [{ kind: 'insert', collection: OUTBOX, documents }]
}

export function headRecord(head: LedgerHead): RecordWrite {
  return { kind: 'put', collection: LEDGER_HEAD, document: { _id: 'head', ...head } }
}

export function entryDocument({ seq, ...entry }: LedgerEntry): Doc {
  return { _id: seq, ...entry }
}

export const HEAD: Question<LedgerHead | null> = {
  pipelines: [{ collection: LEDGER_HEAD, pipeline: [{ $match: { _id: 'head' } }] }],
  answer([found = []]) {
    const [head] = found
    if (head === undefined) return null
    return {
      seq: Number(head['seq']),
      hash: String(head['hash']),
      signature: textOrNull(head['signature']),
    }
  },
}

export async function readHead(reader: Reader): Promise<LedgerHead | null> {
  const [found] = await ask(reader, HEAD)
  return found
}

export async function readLedger(
  reader: Reader,
  { afterSeq, limit, since }: LedgerQuery,
): Promise<readonly LedgerEntry[]> {
  const filter = { _id: { $gt: afterSeq }, ...(since === undefined ? {} : { at: { $gte: since } }) }
  return (await reader.find(LEDGER, filter, { sort: { _id: 1 }, limit })).map(toEntry)
}

export async function findEntries(
  reader: Reader,
  { userTable, tenantId, subjects, kind = 'user.deleted' }: SubjectQuery,
): Promise<readonly LedgerEntry[]> {
  if (subjects.length === 0) return []
  // Entries of an earlier layout do not say whose tenant they are about, so they are everybody's.
  const ofTable = { userTable: kind === 'tenant.deleted' ? { $in: [userTable, null] } : userTable }
  const newest = await reader.aggregate(LEDGER, [
    { $match: { ...ofTable, subject: { $in: subjects }, tenantId, kind } },
    { $group: { _id: '$subject', seq: { $max: '$_id' } } },
  ])
  if (newest.length === 0) return []
  const filter = { _id: { $in: newest.map(({ seq }) => seq) } }
  return (await reader.find(LEDGER, filter, { sort: { _id: 1 } })).map(toEntry)
}

export async function readAbout(
  reader: Reader,
  { kind, userTable, tenantId, about, afterSeq, limit }: AboutQuery,
): Promise<readonly LedgerEntry[]> {
  const isTheirs =
    'subject' in about
      ? { userTable, subject: about.subject }
      : { userTable: { $in: [userTable, null] }, subject: null, body: saying(about.fact) }
  const filter = { ...isTheirs, tenantId, kind, _id: { $gt: afterSeq } }
  return (await reader.find(LEDGER, filter, { sort: { _id: 1 }, limit })).map(toEntry)
}

/**
 * Canonical JSON has one spelling, and quotation marks inside its texts are escaped. A body with a step names no level
 * beside it.
 */
function saying(fact: string): RegExp {
  const text = JSON.stringify(fact).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(`"(?:stepId|level)":${text}`)
}

/** Of the subjects those whom the ledger names as deleted. */
export async function namedUsers(
  reader: Reader,
  userTable: string,
  tenantId: string | null,
  subjects: readonly UserId[],
): Promise<ReadonlySet<UserId>> {
  const entries = await findEntries(reader, { userTable, tenantId, subjects })
  return new Set(entries.flatMap(({ subject }) => subject ?? []))
}

export async function deletedAt(
  reader: Reader,
  { userTable, tenantId, subject }: DeletedQuery,
): Promise<string | null> {
  const [entry] = await reader.find(
    LEDGER,
    { userTable, subject, tenantId, kind: 'user.deleted' },
    { sort: { at: -1 }, limit: 1, projection: { _id: 0, at: 1 } },
  )
  return entry === undefined ? null : String(entry['at'])
}

export async function findEntryByKey(
  reader: Reader,
  { userTable, tenantId, idempotencyKey }: KeyQuery,
): Promise<LedgerEntry | null> {
  const [entry] = await reader.find(LEDGER, { idempotencyKey, userTable, tenantId }, { limit: 1 })
  return entry === undefined ? null : toEntry(entry)
}

export async function readOutbox(
  reader: Reader,
  { userTable, afterId, limit }: OutboxQuery,
): Promise<readonly OutboxEvent[]> {
  const ofTable = userTable === undefined ? {} : { userTable: { $in: [userTable, null] } }
  const filter = { _id: { $gt: afterId ?? '' }, ...ofTable }
  const events = await reader.find(OUTBOX, filter, { sort: { _id: 1 }, limit })
  return events.map((event) => ({
    id: String(event['_id']),
    type: String(event['type']),
    at: String(event['at']),
    userTable: textOrNull(event['userTable']),
    tenantId: textOrNull(event['tenantId']),
    subject: engineId(event['subject']) ?? '',
    receiptId: textOrNull(event['receiptId']),
    rows: Number(event['rows']),
  }))
}

export function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}

export function toEntry(entry: Doc): LedgerEntry {
  return {
    seq: Number(entry['_id']),
    kind: entry['kind'] as LedgerEntry['kind'],
    at: String(entry['at']),
    userTable: textOrNull(entry['userTable']),
    tenantId: textOrNull(entry['tenantId']),
    subject: engineId(entry['subject']),
    idempotencyKey: textOrNull(entry['idempotencyKey']),
    body: String(entry['body']),
    hash: String(entry['hash']),
  }
}

/** Looked at before the first write: without transactions a refusal would come too late. */
async function assertKeysAreFree(reader: Reader, entries: readonly LedgerEntry[]): Promise<void> {
  const keyed = entries.filter(({ idempotencyKey }) => idempotencyKey !== null)
  if (keyed.length === 0) return
  const names = keyed.map(({ idempotencyKey, userTable, tenantId }) =>
    JSON.stringify([idempotencyKey, userTable, tenantId]),
  )
  const taken = await reader.find(
    LEDGER,
    {
      $or: keyed.map(({ idempotencyKey, userTable, tenantId }) => ({
        ...{ idempotencyKey, userTable, tenantId },
      })),
    },
    { limit: 1, projection: { _id: 1 } },
  )
  if (taken.length === 0 && new Set(names).size === names.length) return
  const table = reader.nameOf(LEDGER)
  throw new UserDeletionError(
    'constraint_violation',
    `A unique constraint refused the deletion at ${table}.idempotencyKey.`,
    { details: { constraint: 'unique', table, column: 'idempotencyKey' } },
  )
}

/** Whether two references hold the same value. */
export function isSameValue(a: unknown, b: unknown): boolean {
  return keyOf(a) === keyOf(b)
}
