/**
 * Moves the old part of the ledger to an archive: its lines to the host, and then its bodies out of the database.
 *
 * Every entry is verified while it is handed out. Once the host has kept all lines, an anchor is appended to the
 * ledger that says so; only then do bodies go, batch by batch, each verified again in its own transaction. A crash
 * before the anchor leaves all as it was; after it, the next call finishes what the anchor says.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { yieldToEventLoop } from '../../ports.ts'
import {
  archiveWrites,
  askHead,
  askPart,
  hasKind,
  type LedgerPart,
  ledgerHead,
  readLedger,
} from '../../records/ledger-records.ts'
import { readMark } from '../../records/mark-records.ts'
import { changed, type RecordWrite, unchanged } from '../../store/change.ts'
import { sealWrites } from '../../store/own-records.ts'
import type { LedgerEntry } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { archivedForm, archivedMarkOf, LOSES_BODY } from '../archived-entry.ts'
import { assertOwnHead } from '../chain.ts'
import type { Issuer } from '../issue-receipt.ts'
import { recordedKeys } from '../subject-keys.ts'
import { type Anchor, type AnchorEntry, askAnchor, newestAnchor, sealAnchor } from './anchor.ts'
import { linkAt, readLinks } from './archive-links.ts'
import { entryLine, headLine } from './ledger-lines.ts'
import {
  beginAt,
  CHAIN_START,
  type ChainReader,
  type EntryProblem,
  readChain,
  type VerifiedHead,
} from './verify-ledger.ts'

/**
 * Takes the lines of an archive, each without its line break, and resolves once they are where they will be kept:
 * written, flushed and closed. Bodies go as soon as it has resolved.
 */
export type ArchiveSink = (lines: AsyncIterable<string>) => Promise<unknown>

export interface ArchiveOptions {
  /** Entries committed before this instant go, as far as they stand in a row from the first one on. Not in the future. */
  readonly before: Date
  /** Ends the call between two entries, or between two batches. */
  readonly signal?: AbortSignal
}

/** What an archiving has done. */
export interface LedgerArchive {
  /** Entries that are in this archive; 0 where nothing was old enough, or the signal came first. */
  readonly entries: number
  /** The entry behind which the archive begins, and the one with which it ends; `null` where there is none. */
  readonly part: { readonly from: VerifiedHead; readonly head: VerifiedHead } | null
  /** The entry of the ledger that vouches for it; `null` where there is no archive. */
  readonly anchor: VerifiedHead | null
  /** Entries whose bodies have gone, those that an interrupted call had left among them. */
  readonly removed: number
  /**
   * The signal has ended it. Without an anchor, what the sink was given is no archive and can be thrown away. With one
   * it is, and another call removes the bodies that are left.
   */
  readonly more: boolean
}

export interface ArchiveContext {
  readonly store: Store
  readonly issuer: Issuer
  /** Content has gone from the database, and may stand in its journal. */
  owe(): Promise<void>
}

/** Options that were looked at. */
export interface ArchiveRequest {
  /** ISO 8601, UTC. */
  readonly before: string
  readonly signal: AbortSignal | undefined
}

/** @throws {@link UserDeletionError} `hook_failed`, `ledger_altered`, `in_progress` or `wrong_key`, with nothing archived. */
export async function archiveLedger(
  context: ArchiveContext,
  request: ArchiveRequest,
  sink: ArchiveSink,
): Promise<LedgerArchive> {
  const { store, issuer } = context
  assertOwnHead(issuer.key, await ledgerHead(store))
  const earlier = await newestAnchor(store)
  const finished = await finishRemoval(context, request, earlier)
  const nothing = { entries: 0, part: null, anchor: null, ...finished }
  const old = await oldPart(store, request.before, earlier?.throughSeq ?? CHAIN_START.seq)
  if (finished.more || old === null) return nothing
  const handed = await handOut(context, request, old, sink)
  if (handed === null) return { ...nothing, more: true }
  const { part, link } = handed
  const anchor: Anchor = { format: 1, ...old, hash: part.head.hash, link }
  const entry = await appendAnchor(context, anchor, earlier)
  const { removed, more } = await finishRemoval(context, request, { ...anchor, entry })
  return {
    ...{ entries: old.throughSeq - old.afterSeq, part },
    ...{ anchor: { seq: entry.seq, hash: entry.hash }, removed: finished.removed + removed, more },
  }
}

/** The mark that names the newest anchor, and up to which entry the bodies have gone. */
const REMOVED = 'ledger_archived'

/** Entries that are read or written at a time: a receipt has some kilobytes, and the event loop waits for all of them. */
const BATCH = 100

/**
 * What is old enough and stands behind the last archive. Clocks may step back, and a chain may have no holes, so it
 * ends before the first entry that is too young. `null` where no body would go.
 */
async function oldPart(store: Store, before: string, afterSeq: number): Promise<LedgerPart | null> {
  const [young] = await readLedger(store, { afterSeq: 0, limit: 1, since: before })
  const throughSeq = young === undefined ? ((await ledgerHead(store))?.seq ?? 0) : young.seq - 1
  const part = { afterSeq, throughSeq }
  if (throughSeq <= afterSeq || !(await hasKind(store, part, [...LOSES_BODY]))) return null
  return part
}

interface HandedOut {
  readonly part: NonNullable<LedgerArchive['part']>
  /** Of the last entry. */
  readonly link: string
}

/** What became of the lines: `end` once the last of them was taken. */
interface Taking {
  end: HandedOut | null
  failure: unknown
}

/** `null` where the signal came before the sink had kept every line. */
async function handOut(
  context: ArchiveContext,
  request: ArchiveRequest,
  part: LedgerPart,
  sink: ArchiveSink,
): Promise<HandedOut | null> {
  const taking: Taking = { end: null, failure: null }
  try {
    await sink(archiveLines(context, request, part, taking))
  } catch (cause) {
    // The sink's own error may only say that its lines have failed.
    if (taking.failure !== null) throw taking.failure
    if (isAborted(request)) return null
    throw new UserDeletionError('hook_failed', 'The sink of the archive has failed.', { cause })
  }
  if (taking.failure !== null) throw taking.failure
  if (taking.end !== null) return taking.end
  if (isAborted(request)) return null
  throw new UserDeletionError(
    'invalid_argument',
    'The sink has resolved without taking every line.',
    { details: { path: 'sink' } },
  )
}

function isAborted({ signal }: ArchiveRequest): boolean {
  return signal?.aborted === true
}

async function* archiveLines(
  { store, issuer }: ArchiveContext,
  request: ArchiveRequest,
  { afterSeq, throughSeq }: LedgerPart,
  taking: Taking,
): AsyncGenerator<string> {
  try {
    const keys = await recordedKeys(store)
    const chain = await beginBehind(store, issuer, afterSeq)
    const from = chain.end
    while (chain.end.seq < throughSeq) {
      const limit = Math.min(BATCH, throughSeq - chain.end.seq)
      const page = await readLedger(store, { afterSeq: chain.end.seq, limit })
      if (page.length === 0) throw altered(chain.end.seq + 1, 'missing')
      for (const entry of page) {
        const { seq } = chain.end
        const problem = archivedMarkOf(entry) === null ? chain.read(entry) : 'archive_altered'
        if (problem !== null) throw altered(seq + 1, problem)
        yield entryLine(entry)
        if (isAborted(request)) throw new Error('the archive was stopped')
      }
      await yieldToEventLoop()
    }
    const { seq, hash } = chain.end
    const { link } = chain.links
    if (link === null) throw altered(seq, 'archive_altered')
    yield headLine(chain.head(), seq - afterSeq, keys, null)
    taking.end = { part: { from: { seq: from.seq, hash: from.hash }, head: { seq, hash } }, link }
  } catch (cause) {
    if (!isAborted(request)) taking.failure = cause
    throw cause
  }
}

/** A reader that goes on behind an entry, with its link. */
async function beginBehind(store: Store, issuer: Issuer, seq: number): Promise<ChainReader> {
  const links = readLinks(issuer, {
    ...{ seq: Math.max(0, seq - 1), throughSeq: Number.POSITIVE_INFINITY },
    link: await linkAt(store, Math.max(0, seq - 1)),
  })
  const [entry] =
    seq === 0 ? [CHAIN_START] : await readLedger(store, { afterSeq: seq - 1, limit: 1 })
  if (entry?.seq !== seq) throw altered(seq, 'missing')
  const chain = await beginAt(store, { seq, hash: entry.hash }, issuer, links)
  if (typeof chain === 'string') throw altered(seq, chain)
  return chain
}

/** Atomic: what another call has archived meanwhile is not archived twice. */
async function appendAnchor(
  { store, issuer }: ArchiveContext,
  anchor: Anchor,
  earlier: AnchorEntry | null,
): Promise<LedgerEntry> {
  const entry = await store.commit(function* () {
    const present = yield* askAnchor()
    if (present?.entry.seq !== earlier?.entry.seq) return unchanged(null)
    const seal = sealAnchor(issuer, anchor, yield* askHead())
    const [entry] = seal.entries
    if (entry === undefined) throw new Error('an anchor without an entry')
    // What earlier anchors vouch for has lost its bodies before this one was begun.
    return changed(entry, ...sealWrites(seal), removedWrite(entry, anchor.afterSeq))
  })
  if (entry !== null) return entry
  throw new UserDeletionError(
    'in_progress',
    'Another call has archived the ledger meanwhile: what the sink was given is no archive.',
  )
}

/** Removes the bodies that the newest anchor says are in an archive. Safe to repeat, and in several processes at once. */
async function finishRemoval(
  context: ArchiveContext,
  request: ArchiveRequest,
  anchor: AnchorEntry | null,
): Promise<Pick<LedgerArchive, 'removed' | 'more'>> {
  const { store, issuer, owe } = context
  if (anchor === null) return { removed: 0, more: false }
  const start = await removedThrough(store, anchor)
  if (start >= anchor.throughSeq) return { removed: 0, more: false }
  await assertHolds(context, anchor)
  let removed = 0
  try {
    for (
      let end = { seq: start, link: await linkAt(store, start) };
      end.seq < anchor.throughSeq;
    ) {
      if (isAborted(request)) return { removed, more: true }
      const batch = await removeBatch(store, issuer, anchor, end)
      removed += batch.removed
      end = batch.end
      await yieldToEventLoop()
    }
    return { removed, more: false }
  } finally {
    if (removed > 0) await owe()
  }
}

/** No body goes because of an entry that somebody has written into the table. */
async function assertHolds(
  { store, issuer }: ArchiveContext,
  { entry: { seq, hash } }: AnchorEntry,
): Promise<void> {
  const found = await beginAt(store, { seq, hash }, issuer)
  if (typeof found === 'string') throw altered(seq, found)
}

/**
 * How far the removal for this anchor has come. Where the mark is of another one, an import has brought the anchor:
 * entries may stand there with their bodies before others that have none, so all are looked at.
 */
async function removedThrough(store: Store, { entry }: AnchorEntry): Promise<number> {
  const [anchor, through] = ((await readMark(store, REMOVED)) ?? '').split(' ').map(Number)
  return anchor === entry.seq && through !== undefined ? through : CHAIN_START.seq
}

function removedWrite({ seq: anchor }: Pick<LedgerEntry, 'seq'>, through: number): RecordWrite {
  return { kind: 'put', table: 'marks', record: { name: REMOVED, value: `${anchor} ${through}` } }
}

interface Batch {
  readonly end: { readonly seq: number; readonly link: string }
  readonly removed: number
}

/** One transaction. Nothing goes that does not hold, or is not what the anchor vouches for. */
function removeBatch(
  store: Store,
  issuer: Issuer,
  anchor: AnchorEntry,
  { seq: afterSeq, link: before }: Batch['end'],
): Promise<Batch> {
  const throughSeq = Math.min(afterSeq + BATCH, anchor.throughSeq)
  return store.commit(function* () {
    const [found, entries] = yield* askPart({ afterSeq, throughSeq })
    const previous = afterSeq === CHAIN_START.seq ? CHAIN_START : found
    if (previous === undefined) throw altered(afterSeq, 'missing')
    const links = readLinks(issuer, {
      ...{ seq: afterSeq, link: before, throughSeq: anchor.throughSeq },
    })
    const chain = readChain(issuer, previous, undefined, links)
    const archived: LedgerEntry[] = []
    for (const entry of entries) {
      const problem = chain.read(entry)
      if (problem !== null) throw altered(chain.end.seq + 1, problem)
      if (archivedMarkOf(entry) !== null) continue
      archived.push(archivedForm(entry, links.link ?? before, issuer.key))
    }
    const { seq } = chain.end
    if (seq !== throughSeq) throw altered(seq + 1, 'missing')
    if (seq === anchor.throughSeq && links.link !== anchor.link)
      throw altered(seq, 'archive_altered')
    const batch = { end: { seq, link: links.link ?? before }, removed: archived.length }
    return changed(batch, ...archiveWrites(archived), removedWrite(anchor.entry, seq))
  })
}

function altered(seq: number, problem: EntryProblem | 'other_chain'): UserDeletionError {
  return new UserDeletionError(
    'ledger_altered',
    `Entry ${seq} of the ledger does not hold, so nothing that is not archived yet will be.`,
    { details: { seq, problem } },
  )
}
