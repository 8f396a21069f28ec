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
import { isDeepEqual, processName } from '../../ports.ts'
import {
  adoptLedger,
  clearStaged,
  ledgerHead,
  readLedger,
  stageLedger,
} from '../../records/ledger-records.ts'
import { readMark, writeMark } from '../../records/mark-records.ts'
import { saidUserTable } from '../../store/earlier-layout.ts'
import type { LedgerEntry, LedgerHead } from '../../store/records.ts'
import type { Store } from '../../store/store.ts'
import { isWrittenWith, type KeyRing, wrongKey } from '../chain.ts'
import type { Issuer } from '../issue-receipt.ts'
import type { KnownKeys } from '../subject-keys.ts'
import { badLine, type LedgerLine, parseLine } from './ledger-lines.ts'
import { CHAIN_START, type ChainEnd, type ChainReader, readChain } from './verify-ledger.ts'

/** The lines of an export, as they come: an array, a generator, a `readline` interface over a file. */
export type LedgerLines = Iterable<string> | AsyncIterable<string>

export interface LedgerImport {
  /** Entries that were missing and are there now. */
  readonly imported: number
  /** Entries that the ledger had already, all of them identical. */
  readonly known: number
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
  const chain = chainBehind(ring, after)
  const run = `imp_${newId()} ${processName()}`
  const present = presentEntries(store)
  let end: ChainEnd | null = null
  let imported = 0
  let known = 0
  let last: Pick<HeadLine, 'head' | 'subjectKeys'> | null = null
  let page: LedgerEntry[] = []
  try {
    for await (const { line, parsed } of numbered(lines)) {
      if (last !== null)
        throw badLine(line, 'malformed', 'stands after the head, which is the last')
      if (parsed.kind === 'head') {
        assertHead(chain, parsed, line, end, imported + known)
        last = parsed
        continue
      }
      const { entry } = parsed
      if (end !== null && entry.seq !== end.seq + 1) {
        throw badLine(line, 'missing', `does not follow entry ${end.seq}`)
      }
      if (entry.seq <= (after?.seq ?? 0)) {
        if (!isDeepEqual(await present(entry.seq), entry)) throw conflict(entry.seq)
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
    await keys.adopt(last.subjectKeys)
    if (imported === 0) return { imported, known }
    await stageLedger(store, run, page)
    const { head } = last
    // Written first: a crash between the two has decisions looked for in vain, and never forgotten.
    await markImport(store, after?.seq ?? 0, head.seq)
    if (!(await adoptLedger(store, run, { after, head }))) throw conflict((after?.seq ?? 0) + 1)
    return { imported, known }
  } catch (cause) {
    await clear(store, run, imported)
    throw cause
  }
}

/** What is imported goes on under the key that the ledger was written with last. */
function chainBehind(ring: KeyRing, after: LedgerHead | null): ChainReader {
  if (after === null) return readChain(ring)
  const key = [ring.key, ...ring.oldKeys].find((one) => isWrittenWith(one, after))
  if (key === undefined) throw wrongKey('keys.ledger')
  return readChain(ring, after, key)
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

function assertLines(lines: unknown): void {
  const isIterable =
    typeof lines === 'object' &&
    lines !== null &&
    (Symbol.iterator in lines || Symbol.asyncIterator in lines)
  if (isIterable) return
  throw new UserDeletionError(
    'invalid_argument',
    'The lines are neither iterable nor async iterable; a text has to be split into its lines.',
    { details: { path: 'lines' } },
  )
}

/** Lines that hold something, numbered from 1 as an editor does. */
async function* numbered(
  lines: LedgerLines,
): AsyncGenerator<{ readonly line: number; readonly parsed: LedgerLine }> {
  let line = 0
  for await (const text of lines) {
    line += 1
    if (typeof text === 'string' && text.trim() === '') continue
    yield { line, parsed: parseLine(text, line) }
  }
}

/** Reads the ledger along with the import, a page at a time. */
function presentEntries(store: Store): (seq: number) => Promise<LedgerEntry | undefined> {
  let page = new Map<number, LedgerEntry>()
  return async (seq) => {
    if (!page.has(seq)) {
      const entries = await readLedger(store, { afterSeq: seq - 1, limit: PAGE })
      page = new Map(
        // An entry of an earlier layout is given its table by its own words, as those of the lines are.
        entries.map((entry) => {
          const userTable = entry.userTable ?? saidUserTable(entry)
          return [entry.seq, { ...entry, userTable }]
        }),
      )
    }
    return page.get(seq)
  }
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
  if (problem === 'altered' && end === null && after !== null) throw conflict(entry.seq)
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
async function clear(store: Store, run: string, staged: number): Promise<void> {
  if (staged === 0) return
  try {
    await clearStaged(store, run)
  } catch {
    // The error that led here says more.
  }
}
