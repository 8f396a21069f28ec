/**
 * Puts back the entries that a restored database lacks.
 *
 * Entries are verified one by one while they are set aside in an engine table; only when the last line has
 * been read and everything holds are they moved into the ledger, in one transaction. So nobody ever reads
 * half an import, and memory does not grow with it.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { processName } from '../../ports.ts'
import { adoptLedger, clearStaged, ledgerHead, stageLedger } from '../../records/ledger-records.ts'
import { readMark, writeMark } from '../../records/mark-records.ts'
import type { LedgerEntry, LedgerHead } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { archivedMarkOf, FIRST_LINK, isSameEntry } from '../archived-entry.ts'
import { isWrittenWith, type KeyRing, wrongKey } from '../chain.ts'
import type { Issuer } from '../issue-receipt.ts'
import type { KnownKeys } from '../subject-keys.ts'
import { type LinkReader, linkAt, NO_LINKS, readLinks } from './archive-links.ts'
import { badLine, type LedgerLine } from './ledger-lines.ts'
import { presentEntries } from './present-entries.ts'
import { assertLines, type LedgerLines, numberedLines } from './read-lines.ts'
import { type ReservationsAside, setAside } from './reservation-lines.ts'
import { CHAIN_START, type ChainEnd, type ChainReader, readChain } from './verify-ledger.ts'

export interface LedgerImport {
  /** Entries that were missing and are there now. */
  readonly imported: number
  /** Entries that the ledger had already, all of them identical. */
  readonly known: number
  /** Reservations that were missing and are there now; left out where there were none. */
  readonly reservations?: number
}

type HeadLine = Extract<LedgerLine, { kind: 'head' }>

/** Entries set aside, and compared with the ledger, at a time. */
const PAGE = 500

/** @throws {@link UserDeletionError} `invalid_argument`, `ledger_conflict` or `wrong_key` with nothing written. */
export async function importLedger(
  store: Store,
  { newId, ...ring }: Pick<Issuer, 'key' | 'oldKeys' | 'newId'>,
  keys: KnownKeys,
  lines: LedgerLines,
): Promise<LedgerImport> {
  assertLines(lines)
  const after = await ledgerHead(store)
  const links = readLinks(ring, { ...NO_LINKS, throughSeq: Number.POSITIVE_INFINITY })
  const chain = chainBehind(ring, after, links)
  const run = `imp_${newId()} ${processName()}`
  const present = presentEntries(store)
  let end: ChainEnd | null = null
  let imported = 0
  let known = 0
  const aside = setAside(store, run, ring)
  let last: Pick<HeadLine, 'head' | 'subjectKeys'> | null = null
  let page: LedgerEntry[] = []
  try {
    for await (const { line, parsed } of numberedLines(lines)) {
      if (last !== null)
        throw badLine(line, 'malformed', 'stands after the head, which is the last')
      if (parsed.kind === 'head') {
        assertHead(chain, parsed, line, end, imported + known)
        if (!aside.areTold(parsed.reservations)) {
          throw badLine(line, 'cut', 'tells of other reservations than stand before it')
        }
        last = parsed
        continue
      }
      if (parsed.kind === 'reservation') {
        await aside.add(parsed.reservation)
        continue
      }
      const { entry } = parsed
      if (end !== null && entry.seq !== end.seq + 1) {
        throw badLine(line, 'missing', `does not follow entry ${end.seq}`)
      }
      await followLinks(store, links, { after, end, entry })
      if (entry.seq <= (after?.seq ?? 0)) {
        const own = await present(entry.seq)
        if (own === undefined || !isSameEntry(own, entry)) throw conflict(entry.seq)
        if (links.link !== null && links.read(entry) !== null) {
          throw badLine(line, 'archive_altered', 'is not what its archive left')
        }
        known += 1
      } else {
        assertContinues(chain, { after, end, entry, line })
        imported += 1
        page.push(entry)
        if (page.length === PAGE) {
          await stageLedger(store, run, page)
          page = []
        }
      }
      end = entry
    }
    if (last === null)
      throw badLine(imported + known + 1, 'cut', 'should be the head: the export is cut')
    await assertReaches(after, last.head, end, present)
    const unanchored = links.unanchored() ?? 0
    if (unanchored > (after?.seq ?? 0)) {
      throw badLine(
        imported + known + 1,
        'archive_altered',
        'comes without the anchor of an archive',
      )
    }
    await keys.adopt(last.subjectKeys)
    if (imported > 0) {
      await stageLedger(store, run, page)
      const { head } = last
      // Written first: after a crash between the two, decisions are looked for once too often, and never forgotten.
      await markImport(store, after?.seq ?? 0, head.seq)
      if (!(await adoptLedger(store, run, { after, head }))) throw conflict((after?.seq ?? 0) + 1)
    }
    // Last, as they are nobody's but this ledger's; after a crash in between another import brings them.
    const reservations = await aside.restore()
    await aside.clear()
    return { imported, known, ...(reservations === 0 ? {} : { reservations }) }
  } catch (cause) {
    await clear(store, run, imported, aside)
    throw cause
  }
}

/** What is imported goes on under the key that the ledger was written with last. */
function chainBehind(ring: KeyRing, after: LedgerHead | null, links: LinkReader): ChainReader {
  if (after === null) return readChain(ring, CHAIN_START, undefined, links)
  const key = [ring.key, ...ring.oldKeys].find((one) => isWrittenWith(one, after))
  if (key === undefined) throw wrongKey('keys.ledger')
  return readChain(ring, after, key, links)
}

/**
 * Before an entry is read: finds the link of the one before, where it is needed and can be known. From the first entry
 * on they are followed; lines that begin later are, from the first archived one on.
 */
async function followLinks(
  store: Store,
  links: LinkReader,
  { after, end, entry }: Pick<Continuation, 'after' | 'end' | 'entry'>,
): Promise<void> {
  if (links.link !== null) return
  if (entry.seq === 1) links.startAt(FIRST_LINK)
  if (archivedMarkOf(entry) === null) return
  const before = entry.seq - 1
  const isThere = before <= (after?.seq ?? 0) && (end === null || end.seq === before)
  if (isThere) links.startAt(await linkAt(store, before))
}

/**
 * Where the entries begin that an import has brought, and where they end: what they decide is still to be brought
 * back. An import that goes on behind another one takes its part with it.
 */
export const IMPORT_MARK = 'imported'

async function markImport(store: Store, after: number, upTo: number): Promise<void> {
  const [from = after] = ((await readMark(store, IMPORT_MARK)) || String(after))
    .split(' ')
    .map(Number)
  await writeMark(store, IMPORT_MARK, `${Math.min(from, after)} ${upTo}`)
}

function assertHead(
  chain: ChainReader,
  { head, entries }: HeadLine,
  line: number,
  end: ChainEnd | null,
  count: number,
): void {
  if (!chain.signs(head)) {
    throw badLine(line, 'head_altered', 'is not signed with the key of this ledger')
  }
  if (entries !== count) throw badLine(line, 'cut', `speaks of ${entries} entries, not of ${count}`)
  if (end !== null && (head.seq !== end.seq || head.hash !== end.hash)) {
    throw badLine(line, 'head_altered', 'does not belong to the entry before it')
  }
}

interface Continuation {
  readonly after: LedgerHead | null
  readonly end: ChainEnd | null
  readonly entry: LedgerEntry
  readonly line: number
}

function assertContinues(chain: ChainReader, { after, end, entry, line }: Continuation): void {
  const start: ChainEnd = after ?? CHAIN_START
  if (end === null && entry.seq !== start.seq + 1) throw conflict(start.seq + 1)
  // Where the import has gone through the ledger's own entries, the last of them is the head, or the head lies.
  if (end !== null && end.seq === start.seq && end.hash !== start.hash) throw conflict(start.seq)
  const problem = chain.read(entry)
  // Without a common entry an altered line and another ledger's look the same.
  const isOther = problem === 'altered' || problem === 'archive_altered'
  if (isOther && end === null && after !== null) throw conflict(entry.seq)
  if (problem !== null) throw badLine(line, problem, 'does not verify: altered, or another key')
}

/** An export without entries still says where its ledger ended. */
async function assertReaches(
  after: LedgerHead | null,
  head: LedgerHead,
  end: ChainEnd | null,
  present: (seq: number) => Promise<LedgerEntry | undefined>,
): Promise<void> {
  if (end !== null || head.seq === 0) return
  if (head.seq > (after?.seq ?? 0)) throw conflict((after?.seq ?? 0) + 1)
  if ((await present(head.seq))?.hash !== head.hash) throw conflict(head.seq)
}

function conflict(seq: number): UserDeletionError {
  return new UserDeletionError(
    'ledger_conflict',
    `The export does not fit the ledger: they differ from entry ${seq} on.`,
    { details: { seq } },
  )
}

/** What cannot be cleared now goes with the next import; the first error must not be hidden by that. */
async function clear(
  store: Store,
  run: string,
  staged: number,
  aside: ReservationsAside,
): Promise<void> {
  try {
    if (staged > 0) await clearStaged(store, run)
    await aside.clear()
  } catch {
    // The error that led here says more.
  }
}
