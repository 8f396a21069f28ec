/**
 * A forensic look at a database: whether given strings are anywhere in the bytes of its files.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import { byteMatcher } from './byte-matcher.ts'
import { readThrough, type Window } from './file-windows.ts'
import { openRawFile, type RawFile } from './raw-files.ts'

export interface ScanOptions {
  /** Also looks for every string as UTF-16, both byte orders; one place may count in both. Default false. */
  readonly utf16?: boolean
  /** How many places are listed for one needle, encoding and file; all are counted. Default 5. */
  readonly maxOffsets?: number
  /** Stops between two reads; the scan rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** What was found. Names needles by their position, so that it holds no personal data. */
export interface FileScan {
  /** Occurrences of all needles in all files. */
  readonly found: number
  /** By needle, in the order given. */
  readonly needles: readonly NeedleScan[]
  /** The files that were there. */
  readonly files: readonly ScannedFile[]
}

export interface NeedleScan {
  /** Occurrences in all files, overlapping ones included. */
  readonly found: number
  /** Where, one entry a file and encoding that has any. */
  readonly matches: readonly NeedleMatches[]
}

export interface NeedleMatches {
  readonly file: DatabaseFile
  readonly encoding: NeedleEncoding
  readonly count: number
  /** The first places, in bytes from the start of the file. */
  readonly offsets: readonly number[]
}

export interface ScannedFile {
  readonly file: DatabaseFile
  readonly bytes: number
}

/** Which of a database's files. */
export type DatabaseFile = 'database' | 'wal' | 'shm' | 'journal'

/** How a needle stands in the file; `bytes` for needles that are bytes. */
export type NeedleEncoding = 'utf8' | 'utf16le' | 'utf16be' | 'bytes'

/**
 * Looks for many strings in one pass over a database's bytes: the file, `-wal`, `-shm` and `-journal`.
 *
 * Reads the files beside SQLite and never opens the database; locks that this process holds on it stay.
 * Reads in blocks of 1 MB, so that the event loop is held for a few milliseconds at a time and memory does
 * not grow with the file. Changes nothing and is safe to repeat. It is no snapshot: while somebody writes,
 * content may move from a part not read yet to one read already.
 *
 * What it cannot see: a value that SQLite split over overflow pages in the middle of a needle (values of
 * about a page and more; look for a short distinctive part of them, too), what is stored in another form
 * (numbers, hashes, compressed or encoded values, `utf16` databases without that option), and words in an
 * FTS index, which share their first letters with the word before. So `found > 0` proves that something is
 * left, and 0 proves it for needles stored as they are.
 *
 * @param database An open handle, of which only `name` is read, or the path of the database file.
 * @param needles One or more strings or byte arrays, none of them empty. Short ones are found in many places.
 * @throws {@link UserDeletionError} `invalid_argument` for an empty needle, and where there is no such file:
 * a missing file must not look clean. `store_failed` when a file cannot be read.
 *
 * @example
 * await engine.delete('usr_1', { tenantId })
 * await engine.scrubFile()
 * const { found } = await scanFile(db, ['ann@example.com'])  // 0
 */
export async function scanFile(
  database: string | { readonly name: string },
  needles: readonly (string | Uint8Array)[],
  options: ScanOptions = {},
): Promise<FileScan> {
  const path = pathOf(database)
  const { utf16 = false, maxOffsets = 5, signal } = options
  if (!Number.isSafeInteger(maxOffsets) || maxOffsets < 0) {
    throw invalid('maxOffsets', '"maxOffsets" is not a whole number from 0 on.')
  }
  const patterns = patternsOf(needles, utf16)
  const matcher = byteMatcher(patterns.map(({ bytes }) => bytes))
  const longest = patterns.reduce((most, { bytes }) => Math.max(most, bytes.length), 0)
  const tally = createTally(patterns, maxOffsets)
  const files: ScannedFile[] = []
  for (const [file, suffix] of FILES) {
    const raw = openFile(file, `${path}${suffix}`)
    if (raw === null) continue
    const onMatch = tally.counterFor(file)
    const look = (window: Window): void =>
      matcher(window.bytes, window.bytes.length, (pattern, start) =>
        onMatch(window, pattern, start),
      )
    try {
      files.push({ file, bytes: await readThrough(raw, longest - 1, look, signal) })
    } catch (cause) {
      throw signal?.aborted === true ? cause : unreadable(file, cause)
    } finally {
      raw.release()
    }
  }
  return { ...tally.result(needles.length), files }
}

/** The log comes before the file: what is written back meanwhile is seen in one of the two. */
const FILES: readonly (readonly [file: DatabaseFile, suffix: string])[] = [
  ['wal', '-wal'],
  ['shm', '-shm'],
  ['database', ''],
  ['journal', '-journal'],
]

interface Pattern {
  readonly needle: number
  readonly encoding: NeedleEncoding
  readonly bytes: Uint8Array
}

function pathOf(database: unknown): string {
  const path =
    typeof database === 'object' && database !== null && 'name' in database
      ? database.name
      : database
  if (typeof path !== 'string') throw invalid('database', 'This is neither a handle nor a path.')
  if (path === '' || path === ':memory:') {
    throw invalid('database', 'A database in memory has no file to look at.')
  }
  return path
}

function patternsOf(needles: readonly (string | Uint8Array)[], utf16: boolean): readonly Pattern[] {
  if (!Array.isArray(needles) || needles.length === 0) {
    throw invalid('needles', 'There is nothing to look for.')
  }
  return needles.flatMap((value: unknown, needle): readonly Pattern[] => {
    const isBytes = value instanceof Uint8Array
    if ((!isBytes && typeof value !== 'string') || value.length === 0) {
      throw invalid(`needles.${needle}`, 'A needle is a string or bytes, and not empty.')
    }
    if (isBytes) return [{ needle, encoding: 'bytes', bytes: value.slice() }]
    const utf8 = { needle, encoding: 'utf8' as const, bytes: new TextEncoder().encode(value) }
    if (!utf16) return [utf8]
    const littleEndian = Buffer.from(value, 'utf16le')
    return [
      utf8,
      { needle, encoding: 'utf16le', bytes: littleEndian },
      { needle, encoding: 'utf16be', bytes: Buffer.from(littleEndian).swap16() },
    ]
  })
}

interface Tally {
  counterFor(file: DatabaseFile): (window: Window, pattern: number, start: number) => void
  result(needles: number): Pick<FileScan, 'found' | 'needles'>
}

function createTally(patterns: readonly Pattern[], maxOffsets: number): Tally {
  const all: (NeedleMatches & { readonly needle: number })[] = []
  return {
    counterFor: (file) => {
      const byPattern = new Map<number, { count: number; offsets: number[] }>()
      return ({ position, repeated }, index, start) => {
        const { needle, encoding, bytes } = patterns[index] as Pattern
        if (start + bytes.length <= repeated) return
        let matches = byPattern.get(index)
        if (matches === undefined) {
          const created = { needle, file, encoding, count: 0, offsets: [] }
          byPattern.set(index, created)
          all.push(created)
          matches = created
        }
        matches.count += 1
        if (matches.offsets.length < maxOffsets) matches.offsets.push(position + start)
      }
    },
    result: (count) => {
      const needles = Array.from({ length: count }, () => ({
        found: 0,
        matches: [] as NeedleMatches[],
      }))
      for (const { needle, ...matches } of all) {
        const scan = needles[needle]
        if (scan === undefined) continue
        scan.found += matches.count
        scan.matches.push(matches)
      }
      return { found: needles.reduce((sum, { found }) => sum + found, 0), needles }
    },
  }
}

function openFile(file: DatabaseFile, path: string): RawFile | null {
  try {
    const raw = openRawFile(path)
    if (raw !== null || file !== 'database') return raw
  } catch (cause) {
    throw unreadable(file, cause)
  }
  throw invalid('database', 'There is no such database file.')
}

function unreadable(file: DatabaseFile, cause: unknown): UserDeletionError {
  return new UserDeletionError('store_failed', 'A file of the database could not be read.', {
    cause,
    details: { file },
  })
}

function invalid(path: string, message: string): UserDeletionError {
  return new UserDeletionError('invalid_argument', message, { details: { path } })
}
