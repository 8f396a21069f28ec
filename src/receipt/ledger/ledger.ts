/**
 * Reading, verifying, exporting and importing the ledger.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { ledgerHead, readLedger } from '../../records/ledger-records.ts'
import type { LedgerEntry } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { type ArchivedReceipt, archivedReceiptOf } from '../archived-entry.ts'
import { headFor } from '../chain.ts'
import { type Issuer, receiptOf } from '../issue-receipt.ts'
import type { DeletionReceipt } from '../receipt.ts'
import { type KnownKeys, recordedKeys } from '../subject-keys.ts'
import { isAbout } from './about.ts'
import {
  type ArchiveOptions,
  type ArchiveRequest,
  type ArchiveSink,
  archiveLedger,
  type LedgerArchive,
} from './archive-ledger.ts'
import { importLedger, type LedgerImport } from './import-ledger.ts'
import { recordVerification } from './last-verified.ts'
import { entryLine, headLine } from './ledger-lines.ts'
import type { LedgerLines } from './read-lines.ts'
import { reservationLines } from './reservation-lines.ts'
import { type ArchiveVerification, verifyArchive } from './verify-archive.ts'
import {
  CHAIN_START,
  type LedgerVerification,
  type VerifiedHead,
  verifyLedger,
} from './verify-ledger.ts'

/** The proofs of all deletions, in the order they were committed in. */
export interface Ledger {
  /**
   * Receipts of the engine's own users, oldest first: not those of another table of users, whose deletions stand in
   * the same ledger. `since` leaves out what was committed before that instant. Those of users, or
   * with `of: 'tenants'` those of whole tenants.
   */
  receipts(options?: ReceiptsOptions): AsyncGenerator<DeletionReceipt>
  /**
   * The same, where receipts may be in an archive: in their place comes what the database still knows of them. Without
   * `archived: 'told'` the first of them rejects with `receipt_archived`, so that none is passed over unseen.
   *
   * @example
   * for await (const receipt of engine.ledger.receipts({ archived: 'told' })) {
   *   if ('archived' in receipt) console.log(receipt.id, receipt.deletedAt, 'in an archive')
   *   else console.log(receipt.id, receipt.steps)
   * }
   */
  receipts(
    options: ReceiptsOptions & { readonly archived: 'told' },
  ): AsyncGenerator<DeletionReceipt | ArchivedReceipt>
  /**
   * Recomputes every hash, of the whole ledger: the engines of one database share one chain. With a ledger key a
   * rewritten or cut ledger shows; without one this guards against mistakes, not against somebody who can write the
   * table.
   *
   * A long ledger can be verified in pieces: `from` is the `head` that an earlier call has answered, and only what
   * stands behind it is looked at; `limit` ends the piece after so many entries, with `more`. Where the entry `from`
   * is not there any more as it was, the ledger was rewritten, or is another one: `other_chain`.
   *
   * Of entries that were archived, `archived` of them, it looks at what stays of them, which their anchor vouches for: a
   * field, a digest or an entry that was changed shows as `archive_altered`. Without a ledger key that too guards against
   * mistakes only.
   *
   * What was found is remembered for proofs, as long as every entry has been looked at from the first one on.
   * `record: false` leaves that out, for a database that cannot be written.
   *
   * @example
   * const first = await engine.ledger.verify()
   * // Later: what has been written since.
   * if (first.valid) await engine.ledger.verify({ from: first.head })
   */
  verify(options?: VerifyLedgerOptions): Promise<LedgerVerification>
  /**
   * The ledger as JSON Lines, as it stands at the first read: one entry a line without the line break, and
   * a last line with the head and its signature, so that a cut export shows. With `since` it begins at the
   * first entry committed at or after that instant. What is reserved (`user.reserve` of the policy) stands before the
   * head, all of it whatever `since` says: it is in no entry. Keep it with your backups, outside the database.
   *
   * @example
   * await pipeline(engine.ledger.export(), async function* (lines) {
   *   for await (const line of lines) yield `${line}\n`
   * }, createWriteStream('ledger.jsonl'))
   */
  export(options?: { readonly since?: Date }): AsyncGenerator<string>
  /**
   * Puts back the entries that a restored database lacks: all of them, or none. Safe to repeat. Import
   * before anything is deleted: once the restored database has written entries of its own, the two ledgers
   * have parted. Reservations come back with it.
   *
   * @throws {@link UserDeletionError} `invalid_argument` with `details.line` and `details.problem` for an
   * export that is malformed, cut, altered, or made under another key; `ledger_conflict` with `details.seq`,
   * the first entry that differs, for one that does not fit; `wrong_key` where it hides ids under another
   * `keys.subject` than that of this engine. Nothing is written then.
   *
   * @example
   * const lines = createInterface({ input: createReadStream('ledger.jsonl') })
   * await engine.ledger.import(lines)
   * await engine.replay()
   */
  import(lines: LedgerLines): Promise<LedgerImport>
  /**
   * Gives the old entries to the sink, as an export writes them, and then removes their bodies from the database.
   * What stays of each is its place, kind, instant, tenant, subject, idempotency key and hash, the digest of its
   * body, and of a receipt its id and digest; holds, schedules and other decisions stay as they are. So users and
   * keys are found as before, and a call that asks for an archived receipt is refused with `receipt_archived`. A
   * replay can still delete its user again; the reason and who asked are in the archive.
   *
   * Every entry is verified while it is handed out. An entry `ledger.archived`, the anchor, is appended once the sink has
   * resolved, and only then do bodies go. If the call fails before, nothing was removed, and what the sink was given can
   * be thrown away; after it, another call goes on. Nothing waits for acknowledged events or ended retentions: they need
   * no bodies. A proof does, so keep what you may have to prove.
   *
   * Keep the archive as long as the database: bodies are nowhere else, and a backup of before the archive is restored
   * with it, imported before the export. Every process on the database must be of a version that knows archives.
   *
   * @throws {@link UserDeletionError} `hook_failed` when the sink fails, `ledger_altered` with `details.seq` and
   * `details.problem` for an entry that does not hold, `in_progress` when another call has archived meanwhile,
   * `wrong_key` under another ledger key, `invalid_argument` for a `before` in the future.
   *
   * @example
   * const { anchor } = await engine.ledger.archive({ before: new Date('2024-01-01') }, (lines) =>
   *   pipeline(lines, async function* (all) {
   *     for await (const line of all) yield `${line}\n`
   *   }, createWriteStream('ledger-2023.jsonl', { flush: true })),
   * )
   */
  archive(options: ArchiveOptions, sink: ArchiveSink): Promise<LedgerArchive>
  /**
   * Whether the lines are an archive of this ledger: each entry follows the one before under the ledger key, what stays
   * of it in the database is the same, and an anchor vouches for it. With {@link Ledger.verify}, which looks at the
   * anchor and everything behind it, the whole ledger is verified. Reads only.
   *
   * @example
   * const found = await engine.ledger.verifyArchive(createInterface({ input: createReadStream('ledger-2023.jsonl') }))
   * if (!found.valid) console.error('line', found.line, found.problem)
   */
  verifyArchive(lines: LedgerLines): Promise<ArchiveVerification>
}

/** Which receipts are read. */
export interface ReceiptsOptions {
  readonly since?: Date
  readonly of?: 'users' | 'tenants'
}

/** What of the ledger is to be verified. */
export interface VerifyLedgerOptions {
  /** Where an earlier verification has ended. Default: before the first entry. */
  readonly from?: VerifiedHead
  /** Entries to look at, at most. Default: all. */
  readonly limit?: number
  /** Whether what was found is remembered for proofs. Default `true`. */
  readonly record?: boolean
}

const PAGE = 500

/** What the ledger is opened with. */
export interface LedgerInput {
  readonly store: Store
  readonly issuer: Issuer
  readonly userTable: string
  readonly keys: KnownKeys & {
    /** Before something is written: see that the ledger is written under the key of this engine. */
    settle(missing: 'told_later'): Promise<void>
  }
  /** Content has gone from the database, and may stand in its journal. */
  owe(): Promise<void>
}

export function openLedger({ store, issuer, userTable, keys, owe }: LedgerInput): Ledger {
  async function* receipts({
    since,
    of = 'users',
    archived,
  }: ReceiptsOptions & { readonly archived?: 'told' } = {}): AsyncGenerator<
    DeletionReceipt | ArchivedReceipt
  > {
    const kind = of === 'tenants' ? 'tenant.deleted' : 'user.deleted'
    for await (const entry of readEntries(store, since)) {
      if (entry.kind !== kind || !isOwn(entry, userTable)) continue
      const told = archived === 'told' ? archivedReceiptOf(entry) : null
      yield told ?? receiptOf(entry)
    }
  }
  return {
    receipts: receipts as Ledger['receipts'],
    async verify(options = {}) {
      const { from, limit, record } = verifyOptions(options)
      const found = await verifyLedger(store, { from, limit }, issuer)
      if (record) await recordVerification(store, issuer, from, found)
      return found
    },
    export: ({ since } = {}) => exportLedger(store, issuer, since),
    import: (lines) => importLedger(store, issuer, keys, lines).finally(() => keys.reset()),
    async archive(options, sink) {
      const request = archiveRequest(options, issuer.clock.now())
      if (typeof sink !== 'function') throw invalid('sink', 'The sink is not a function.')
      await keys.settle('told_later')
      return archiveLedger({ store, issuer, owe }, request, sink)
    },
    verifyArchive: (lines) => verifyArchive(store, issuer, lines),
  }
}

function verifyOptions(given: VerifyLedgerOptions): Required<VerifyLedgerOptions> {
  const { from = CHAIN_START, limit = Number.POSITIVE_INFINITY, record = true } = given
  const { seq, hash } = Object(from) as Partial<VerifiedHead>
  const isHead = Number.isSafeInteger(seq) && Number(seq) >= 0 && typeof hash === 'string'
  if (!isHead) throw invalid('from', '`from` is not the head of a verification.')
  if (limit !== Number.POSITIVE_INFINITY && !(Number.isSafeInteger(limit) && limit > 0)) {
    throw invalid('limit', '`limit` is not a whole number above 0.')
  }
  if (typeof record !== 'boolean') throw invalid('record', '`record` is not true or false.')
  return { from, limit, record }
}

function archiveRequest(given: ArchiveOptions, now: Date): ArchiveRequest {
  const { before, signal } = Object(given) as Partial<ArchiveOptions>
  if (!(before instanceof Date) || Number.isNaN(before.getTime())) {
    throw invalid('before', '`before` is not a valid Date.')
  }
  if (before > now) throw invalid('before', '`before` lies in the future.')
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalid('signal', '`signal` is not an AbortSignal.')
  }
  return { before: before.toISOString(), signal }
}

/** What an earlier layout says of tenants names no table of users, so it is everybody's. */
function isOwn(entry: LedgerEntry, userTable: string): boolean {
  if (entry.kind === 'tenant.deleted' && entry.userTable === null) return true
  return isAbout(entry, userTable)
}

async function* exportLedger(
  store: Store,
  { key }: Pick<Issuer, 'key'>,
  since: Date | undefined,
): AsyncGenerator<string> {
  // The head is read first: entries only ever come after it, so up to there the ledger stands still.
  const head = (await ledgerHead(store)) ?? headFor(key, CHAIN_START.seq, CHAIN_START.hash)
  const keys = await recordedKeys(store)
  let count = 0
  let afterSeq = since === undefined ? 0 : await seqBefore(store, since)
  while (afterSeq !== null && afterSeq < head.seq) {
    const page = await readLedger(store, { afterSeq, limit: PAGE })
    for (const entry of page) {
      if (entry.seq > head.seq) break
      yield entryLine(entry)
      count += 1
    }
    afterSeq = page.at(-1)?.seq ?? null
  }
  const reservations = yield* reservationLines(store, key)
  yield headLine(head, count, keys, reservations)
}

/** The entry before the first one at or after an instant: clocks may step back, a chain may have no holes. */
async function seqBefore(store: Store, since: Date): Promise<number | null> {
  const query = { afterSeq: 0, limit: 1, since: isoOf(since) }
  const [first] = await readLedger(store, query)
  return first === undefined ? null : first.seq - 1
}

/** Entries page by page, oldest first. */
async function* readEntries(store: Store, since?: Date): AsyncGenerator<LedgerEntry> {
  const from = since === undefined ? {} : { since: isoOf(since) }
  for (let afterSeq = 0; ; ) {
    const page = await readLedger(store, { afterSeq, limit: PAGE, ...from })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    afterSeq = last.seq
  }
}

function isoOf(since: unknown): string {
  if (since instanceof Date && !Number.isNaN(since.getTime())) return since.toISOString()
  throw invalid('since', '`since` is not a valid Date.')
}

function invalid(path: string, message: string): UserDeletionError {
  return new UserDeletionError('invalid_argument', message, { details: { path } })
}
