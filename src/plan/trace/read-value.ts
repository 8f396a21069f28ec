/**
 * Where in a value identifiers stand: in a text, in a document, in lists, in bytes, as keys, and in documents that stand
 * as texts in others.
 *
 * @module
 */
import { hexOf, textOfBytes } from '../../ports.ts'
import { ByteDocument } from '../../program/rows/table-page.ts'
import type { FormFinder, Hit } from './find-forms.ts'
import { ANY, stepFor, type TracePath } from './places.ts'

export interface ValueReader {
  readonly finder: FormFinder
  /** What counts at a place as a whole value though it proves nothing by itself. */
  wholeAt(path: TracePath, text: string): readonly Hit[]
  found(path: TracePath, hit: Hit): void
  /** A document that was looked through as a text alone. */
  tooLarge(): void
}

/** The value of a column. */
export function readValue(reader: ValueReader, value: unknown): void {
  walk(reader, value, [])
}

function walk(reader: ValueReader, value: unknown, path: TracePath): void {
  if (typeof value === 'string') readText(reader, value, path)
  else if (typeof value === 'number' || typeof value === 'bigint') {
    readWhole(reader, String(value), path)
  } else if (typeof value === 'object' && value !== null && !(value instanceof Date)) {
    readObject(reader, value, path)
  }
}

function readWhole(reader: ValueReader, text: string, path: TracePath): void {
  for (const hit of reader.wholeAt(path, text)) reader.found(path, hit)
}

function readText(reader: ValueReader, text: string, path: TracePath): void {
  const hits = reader.finder.inText(text)
  readWhole(reader, text, path)
  if (!LIKE_JSON.test(text)) {
    for (const hit of hits) reader.found(path, hit)
    return
  }
  // An escape may hide what the text holds, and a text may be in a document without being one of its values.
  const mayHide = text.includes('\\')
  if (hits.length === 0 && !mayHide && !reader.finder.mayHoldPart(text)) return
  const document = path.length < DEPTH ? documentIn(reader, text, mayHide) : undefined
  // The value that a key has twice is in the text, and not in the document.
  const beside = foundBeside(reader, (own) => walk(own, document, path))
  for (const hit of hits) beside(path, hit)
}

/** Runs `work`, and answers a function that tells of what `work` has not found. */
function foundBeside(
  reader: ValueReader,
  work: (reader: ValueReader) => void,
): ValueReader['found'] {
  const inside = new Set<number>()
  work({
    ...reader,
    found(path, hit) {
      inside.add(hit.identifier)
      reader.found(path, hit)
    },
  })
  return (path, hit) => {
    if (!inside.has(hit.identifier)) reader.found(path, hit)
  }
}

const LIKE_JSON = /^\s*[[{"]/
/** Documents within documents. */
const DEPTH = 64
/** Reading a longer one as a document would hold others up. */
const MOST_CHARACTERS = 1_000_000

/** `undefined` for what is no document. */
function documentIn(reader: ValueReader, text: string, mayHide: boolean): unknown {
  if (text.length > MOST_CHARACTERS) {
    if (mayHide) reader.tooLarge()
    return undefined
  }
  try {
    return JSON.parse(LONG_NUMBER.test(text) ? withLongNumbers(text) : text)
  } catch {
    return undefined
  }
}

const LONG_NUMBER = /\d{16}/

/** Integers that no number holds stand as texts, so that each stays itself. */
function withLongNumbers(text: string): string {
  return text.replaceAll(/"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g, (found) =>
    found.startsWith('"') ? found : `"${found}"`,
  )
}

function readObject(reader: ValueReader, value: object, path: TracePath): void {
  if (value instanceof ByteDocument) {
    const found = foundBeside(reader, (own) => readText(own, value.json, path))
    readBytes({ ...reader, found }, value.bytes, path)
  } else if (value instanceof Uint8Array) readBytes(reader, value, path)
  else if (path.length >= DEPTH) readText(reader, JSON.stringify(value, asText), path)
  else if (Array.isArray(value)) {
    for (const element of value) walk(reader, element, [...path, null])
  } else readFields(reader, value, path)
}

function readFields(reader: ValueReader, value: object, path: TracePath): void {
  for (const [key, inner] of Object.entries(value)) {
    const hits = reader.finder.inText(key)
    for (const hit of hits) reader.found([...path, ANY], hit)
    walk(reader, inner, [...path, hits.length > 0 ? ANY : stepFor(key)])
  }
}

function asText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}

/** As the text that they are, and short ones as hex: of an id or a hash that is kept as its bytes. */
function readBytes(reader: ValueReader, bytes: Uint8Array, path: TracePath): void {
  readText(reader, textOfBytes(bytes), path)
  if (bytes.length > LONGEST_HEX) return
  for (const hit of reader.finder.inText(hexOf(bytes))) reader.found(path, hit)
}

const LONGEST_HEX = 64
