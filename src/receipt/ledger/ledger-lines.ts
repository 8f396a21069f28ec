/**
 * The ledger as JSON Lines: one entry a line, and last a line with the head, so that a cut export shows.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import type { UserId } from '../../program/program.ts'
import { plainInteger } from '../../program/stored-id.ts'
import { saidUserTable } from '../../store/earlier-layout.ts'
import type { LedgerEntry, LedgerHead, Reservation } from '../../store/records.ts'
import { jsonSubject } from '../chain.ts'
import type { SubjectKeys } from '../subject-keys.ts'
import type { ReservationsTold } from './reservation-lines.ts'

/** One line of an export. */
export type LedgerLine =
  | { readonly kind: 'entry'; readonly entry: LedgerEntry }
  | {
      readonly kind: 'head'
      readonly head: LedgerHead
      readonly entries: number
      readonly subjectKeys: SubjectKeys
      readonly reservations: ReservationsTold | null
    }
  | { readonly kind: 'reservation'; readonly reservation: Reservation }

export function entryLine({ subject, ...entry }: LedgerEntry): string {
  return JSON.stringify({ ...entry, subject: jsonSubject(subject) })
}

/** The last line; `entries` says how many lines of entries stand before it. */
export function headLine(
  head: LedgerHead,
  entries: number,
  keys: SubjectKeys,
  reservations: ReservationsTold | null,
): string {
  const subjectKeys = keys.size === 0 ? {} : { subjectKeys: Object.fromEntries(keys) }
  return JSON.stringify({
    head,
    entries,
    ...subjectKeys,
    ...(reservations === null ? {} : { reservations }),
  })
}

/** @throws {@link UserDeletionError} `invalid_argument` for a line that no export has written. */
export function parseLine(text: unknown, line: number): LedgerLine {
  const value = parseJson(text, line)
  if (isHead(value) && hasKeys(value['head'], ['hash', 'seq', 'signature'])) {
    const { seq, hash, signature } = value['head']
    const entries = value['entries']
    const subjectKeys = subjectKeysOf(value['subjectKeys'] ?? {})
    const reservations = toldOf(value['reservations'] ?? null)
    const isWhole = isCount(seq) && isText(hash) && isTextOrNull(signature) && isCount(entries)
    if (isWhole && subjectKeys !== null && reservations !== undefined) {
      return { kind: 'head', head: { seq, hash, signature }, entries, subjectKeys, reservations }
    }
  }
  if (hasKeys(value, ['reservation']) && isReservation(value['reservation'])) {
    return { kind: 'reservation', reservation: value['reservation'] }
  }
  if (hasKeys(value, ENTRY_KEYS) || hasKeys(value, EARLIER_ENTRY_KEYS)) {
    const { seq, kind, at, userTable = null, tenantId, idempotencyKey, body, hash } = value
    const subject = subjectOf(value['subject'])
    const isEntry = isCount(seq) && isText(kind) && isText(at) && isText(body) && isText(hash)
    if (
      isEntry &&
      isTextOrNull(userTable) &&
      isTextOrNull(tenantId) &&
      isTextOrNull(idempotencyKey) &&
      subject !== undefined
    ) {
      // The chain vouches for the kind: a later version may know more of them.
      const known = kind as LedgerEntry['kind']
      const said = userTable ?? saidUserTable({ kind: known, body })
      const rest = { tenantId, subject, idempotencyKey, body, hash }
      return { kind: 'entry', entry: { seq, kind: known, at, userTable: said, ...rest } }
    }
  }
  throw badLine(line, 'malformed', 'is neither a ledger entry, a reservation nor a head')
}

/** What is wrong with a line of an import. */
export type LineProblem =
  | 'malformed'
  | 'missing'
  | 'altered'
  | 'receipt_altered'
  | 'cut'
  | 'head_altered'
  | 'archive_altered'

export function badLine(line: number, problem: LineProblem, text: string): UserDeletionError {
  return new UserDeletionError('invalid_argument', `Line ${line} of the export ${text}.`, {
    details: { path: 'lines', line, problem },
  })
}

/** Of version 0.1.0. */
const EARLIER_ENTRY_KEYS = [
  ...['at', 'body', 'hash', 'idempotencyKey', 'kind', 'seq', 'subject', 'tenantId'],
]

const ENTRY_KEYS = [...EARLIER_ENTRY_KEYS, 'userTable']

/** Where no ids are hidden there is nothing to say of keys, and where nothing is reserved nothing of that. */
function isHead(value: unknown): value is Record<string, unknown> {
  const { subjectKeys, reservations } = Object(value) as Record<string, unknown>
  return hasKeys(value, [
    ...['entries', 'head'],
    ...(reservations === undefined ? [] : ['reservations']),
    ...(subjectKeys === undefined ? [] : ['subjectKeys']),
  ])
}

/** `undefined` for what no export tells. */
function toldOf(value: unknown): ReservationsTold | null | undefined {
  if (value === null) return null
  if (!hasKeys(value, ['count', 'digest'])) return undefined
  const { count, digest } = value
  return isCount(count) && isText(digest) ? { count, digest } : undefined
}

function isReservation(value: unknown): value is Reservation {
  const isOne = hasKeys(value, ['hash', 'id', 'keyName', 'until', 'userTable'])
  return isOne && Object.values(value).every(isText)
}

function parseJson(text: unknown, line: number): unknown {
  if (typeof text !== 'string') throw badLine(line, 'malformed', 'is not text')
  try {
    return JSON.parse(text)
  } catch {
    // The cause would quote the line.
    throw badLine(line, 'malformed', 'is not JSON')
  }
}

/** Whether the value is an object with these keys, sorted, and no others. */
function hasKeys(value: unknown, keys: readonly string[]): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.keys(value).sort().join() === keys.join()
}

function subjectKeysOf(value: unknown): SubjectKeys | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const entries = Object.entries(value)
  return entries.every((entry): entry is [string, string] => isText(entry[1]))
    ? new Map(entries)
    : null
}

function subjectOf(value: unknown): UserId | null | undefined {
  if (value === null || typeof value === 'string' || Number.isSafeInteger(value)) {
    return value as string | number | null
  }
  if (!hasKeys(value, ['bigint'])) return undefined
  const digits = value['bigint']
  return isText(digits) && /^-?\d{1,19}$/.test(digits) ? plainInteger(BigInt(digits)) : undefined
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string'
}
