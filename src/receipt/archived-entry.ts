/**
 * What stays of a ledger entry whose body is in an archive.
 *
 * The body goes. Its digest takes its place, beside the few fields that other code looks up. Each archived entry is
 * linked to the one before: the link covers everything that stays, and the anchor, a later entry of the ledger, holds
 * the last link. So a change of what stays needs a change of the anchor, which the chain protects.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import { equalSecrets, hmacSha256, isDeepEqual, type Secret, sha256 } from '../ports.ts'
import { saidUserTable } from '../store/earlier-layout.ts'
import type { LedgerEntry } from '../store/records.ts'
import { canonicalJson } from './canonical-json.ts'
import { GENESIS, jsonSubject, type KeyRing } from './chain.ts'

/** What stands in the body of an archived entry, beside what stays of it. */
export interface ArchivedMark {
  /** SHA-256 of the body as it was. */
  readonly body: string
  /** Over everything that stays of this entry, and over the link of the entry before. */
  readonly link: string
  /** HMAC over place and link where the engine that archived has a ledger key. */
  readonly signature: string | null
}

/** The link before the first entry. */
export const FIRST_LINK: string = GENESIS

/** The mark of an archived entry; `null` for one that has its body. */
export function archivedMarkOf({ body }: Pick<LedgerEntry, 'body'>): ArchivedMark | null {
  if (!body.includes(MARK)) return null
  const mark = bodyOf(body)['archived']
  if (typeof mark !== 'object' || mark === null) return null
  const { body: digest, link, signature } = mark as Readonly<Record<string, unknown>>
  const isMark = typeof digest === 'string' && typeof link === 'string'
  if (!isMark || (typeof signature !== 'string' && signature !== null)) return null
  return { body: digest, link, signature }
}

/** The entry without its body. `link`: as {@link linkOf} gives it for this entry. */
export function archivedForm(entry: LedgerEntry, link: string, key: Secret | null): LedgerEntry {
  const archived = { body: sha256(entry.body), link, signature: signatureOf(key, entry.seq, link) }
  return {
    ...entry,
    // The body alone may say it, and the body goes.
    userTable: userTableOf(entry),
    body: canonicalJson({ ...whatStays(entry), archived }),
  }
}

/** Whether the body of an archived entry is spelled as {@link archivedForm} spells it: it holds nothing beside. */
export function isPlain(entry: LedgerEntry, archived: ArchivedMark): boolean {
  return entry.body === canonicalJson({ ...whatStays(entry), archived })
}

/** The link of an entry, the same whether it has its body or not. */
export function linkOf(previous: string, entry: LedgerEntry): string {
  const { seq, kind, at, tenantId, subject, idempotencyKey, hash, body } = entry
  const text = JSON.stringify([
    previous,
    hash,
    seq,
    kind,
    at,
    userTableOf(entry),
    tenantId,
    jsonSubject(subject),
    idempotencyKey,
    archivedMarkOf(entry)?.body ?? sha256(body),
  ])
  return sha256(`archived\n${text}\n${canonicalJson(whatStays(entry))}`)
}

/** Whether a mark is signed as one of these keys signs, or unsigned where one of them is no key. */
export function isMarkGenuine(
  { key, oldKeys }: KeyRing,
  seq: number,
  { link, signature }: ArchivedMark,
): boolean {
  return [key, ...oldKeys].some((one) => {
    const expected = signatureOf(one, seq, link)
    if (expected === null || signature === null) return expected === signature
    return equalSecrets(expected, signature)
  })
}

/** Whether two entries are one: equal, or the same entry with its body and without. */
export function isSameEntry(a: LedgerEntry, b: LedgerEntry): boolean {
  const isOneArchived = (archivedMarkOf(a) === null) !== (archivedMarkOf(b) === null)
  if (isOneArchived) return isDeepEqual(withoutLink(a), withoutLink(b))
  return isDeepEqual({ ...a, userTable: userTableOf(a) }, { ...b, userTable: userTableOf(b) })
}

/** The id of the receipt in an entry, which stays. */
export function receiptIdOf({ body }: Pick<LedgerEntry, 'body'>): string {
  return String(bodyOf(body)['id'])
}

/** What a replay asks of a deletion. Why it was asked for, and by whom, is known as long as the receipt is there. */
export interface RepeatedDeletion {
  readonly id: string
  /** The receipt of the first deletion, where this one was a replay. */
  readonly replayOf: string | null
  readonly reason: string | null
  readonly requestedBy: string | null
}

export function repeatedDeletionOf({ body }: Pick<LedgerEntry, 'body'>): RepeatedDeletion {
  const { id, replayOf, reason = null, requestedBy = null } = bodyOf(body)
  return { id, replayOf, reason, requestedBy } as RepeatedDeletion
}

/** What the database still knows of a receipt whose text is in an archive. */
export interface ArchivedReceipt {
  readonly archived: true
  readonly id: string
  /** How the ledger names the user; a bigint as decimal digits. */
  readonly subject: string | number | null
  readonly tenantId: string | null
  /** ISO 8601, UTC. */
  readonly deletedAt: string
  /** The receipt of the first deletion, where a restored backup had undone it. */
  readonly replayOf: string | null
  /** The digest that the receipt carries, by which it is known again in the archive. */
  readonly digest: string
  /** Its place in the ledger, and so in the archive. */
  readonly seq: number
}

/** What is known of an archived receipt; `null` where the entry has its body. */
export function archivedReceiptOf(entry: LedgerEntry): ArchivedReceipt | null {
  if (archivedMarkOf(entry) === null) return null
  const { seq, at, tenantId, subject } = entry
  const { id, digest, replayOf } = bodyOf(entry.body)
  return {
    ...{ archived: true, id: String(id), tenantId, deletedAt: at, digest: String(digest), seq },
    subject: typeof subject === 'bigint' ? subject.toString() : subject,
    replayOf: typeof replayOf === 'string' ? replayOf : null,
  }
}

/** Says of a receipt that it is in an archive. Without the subject: errors name nobody. */
export function receiptArchived({
  id,
  digest,
  seq,
  deletedAt,
}: ArchivedReceipt): UserDeletionError {
  return new UserDeletionError(
    'receipt_archived',
    'The receipt is no longer in the database: it stands in an archive of the ledger.',
    { details: { receiptId: id, digest, seq, deletedAt } },
  )
}

/** As canonical JSON spells it. */
const MARK = '"archived":{'

/** Of a receipt: by what it is found, and what a replay and the look-up of hidden ids ask. */
const OF_RECEIPTS = ['digest', 'id', 'replayOf', 'userId'] as const

/**
 * The receipts are what is large. What else the ledger holds is no larger than what would stay of it, and a restored
 * backup gets its holds and schedules back from there, so that stays as it is.
 */
export const LOSES_BODY: ReadonlySet<LedgerEntry['kind']> = new Set([
  'user.deleted',
  'tenant.deleted',
])

function whatStays({ kind, body }: LedgerEntry): Readonly<Record<string, unknown>> {
  const { archived: _, ...fields } = bodyOf(body)
  if (!LOSES_BODY.has(kind)) return fields
  return Object.fromEntries(OF_RECEIPTS.map((name) => [name, fields[name] ?? null]))
}

function bodyOf(body: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(body)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    // Text that is no JSON says nothing. Its digest is kept, and the ledger's verification says what is wrong.
    return {}
  }
}

function userTableOf(entry: LedgerEntry): string | null {
  return entry.userTable ?? saidUserTable(entry)
}

function signatureOf(key: Secret | null, seq: number, link: string): string | null {
  return key === null ? null : hmacSha256(key, `archived\n${seq}\n${link}`)
}

/** An entry that has its body has no link yet. */
function withoutLink(entry: LedgerEntry): unknown {
  const { body, ...rest } = entry
  const digest = archivedMarkOf(entry)?.body ?? sha256(body)
  return { ...rest, userTable: userTableOf(entry), digest, stays: whatStays(entry) }
}
