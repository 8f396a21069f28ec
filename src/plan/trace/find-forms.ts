/**
 * Which identifiers a text holds, and in which form: in one pass, whatever their number.
 *
 * @module
 */
import { base64Of, sha256, textOfBase64, textOfBytes } from '../../ports.ts'
import type { Identifier } from './identifiers.ts'
import type { TracedForm } from './trace.ts'
import { wordSearch } from './word-search.ts'

/** An identifier by its position, and how it is written. */
export interface Hit {
  readonly identifier: number
  readonly form: TracedForm
}

export interface FormFinder {
  /** Each identifier once, in the first of its forms; only those that prove something by themselves. */
  inText(text: string): readonly Hit[]
  /** Those that the text is as a whole, and that prove nothing by themselves. */
  asWhole(text: string): readonly Hit[]
  /** Whether {@link FormFinder.asWhole} may find something in a part of the text. */
  mayHoldPart(text: string): boolean
}

export function formFinder(identifiers: readonly Identifier[]): FormFinder {
  const needles = identifiers.flatMap((identifier, place) =>
    identifier.isTelling ? needlesOf(identifier.text, place) : [],
  )
  const search = wordSearch(needles.map(({ word }) => word))
  const wholes = wholesOf(identifiers)
  const longest = Math.max(0, ...[...wholes.keys()].map(({ length }) => length))
  const parts = wholes.size === 0 ? null : new RegExp([...wholes.keys()].map(escaped).join('|'))

  /** Adds what is not among `found` yet. `encoded`: the text was decoded before. */
  function addFrom(text: string, found: Map<number, TracedForm>, encoded: boolean): void {
    const before = new Set(found.keys())
    const folded = text.toLowerCase()
    search(folded, (word, start) => {
      const needle = needles[word] as Needle
      if (before.has(needle.identifier)) return
      const own = formAt(needle, text, folded, start)
      if (own === null) return
      const form = encoded && isPlain(own) ? 'url_encoded' : own
      const known = found.get(needle.identifier)
      if (known === undefined || RANK[form] < RANK[known]) found.set(needle.identifier, form)
    })
  }

  return {
    inText(text) {
      if (needles.length === 0) return NOTHING
      const found = new Map<number, TracedForm>()
      addFrom(text, found, false)
      let encoded = text
      for (let round = 0; round < ROUNDS && ENCODED.test(encoded); round += 1) {
        encoded = decodedFrom(encoded)
        addFrom(encoded, found, true)
      }
      if (found.size === 0) return NOTHING
      return [...found].map(([identifier, form]) => ({ identifier, form }))
    },
    asWhole(text) {
      if (text.length > longest) return NOTHING
      const folded = wholes.get(text.toLowerCase())
      return (folded ?? NOTHING).flatMap((whole): readonly Hit[] => {
        if (whole.form === 'base64' && text !== whole.written) return []
        if (whole.form !== 'plain') return [{ identifier: whole.identifier, form: whole.form }]
        const form = text === whole.written ? 'plain' : 'case_folded'
        return [{ identifier: whole.identifier, form }]
      })
    },
    mayHoldPart: (text) => parts?.test(text.toLowerCase()) ?? false,
  }
}

const NOTHING: readonly never[] = []
const RANK: Readonly<Record<TracedForm, number>> = {
  ...{ plain: 0, case_folded: 1, url_encoded: 2, base64: 3, sha256: 4 },
}
/** A text may be encoded once more on its way. */
const ROUNDS = 3
const ENCODED = /%[0-9a-f]{2}/i

function isPlain(form: TracedForm): boolean {
  return form === 'plain' || form === 'case_folded'
}

interface Needle {
  readonly identifier: number
  readonly form: 'plain' | 'base64' | 'sha256'
  /** In lower case. */
  readonly word: string
  /** As it is written. */
  readonly written: string
  /** The identifier behind it, in lower case. */
  readonly text: string
}

function needlesOf(text: string, identifier: number): readonly Needle[] {
  const spellings = [...new Set([text, text.toLowerCase()])]
  const common = { identifier, text: text.toLowerCase() }
  const plain: Needle[] = withoutHyphens(text).map((written) => ({
    ...common,
    ...{ form: 'plain', word: written.toLowerCase(), written, text: written.toLowerCase() },
  }))
  const others = spellings.flatMap((spelling): readonly Needle[] => [
    { ...common, form: 'sha256', word: sha256(spelling), written: sha256(spelling) },
    ...base64Needles(spelling).map(
      (written): Needle => ({ ...common, form: 'base64', word: written.toLowerCase(), written }),
    ),
  ])
  return [...plain, ...others].filter(({ word }) => word.length >= SHORTEST)
}

const SHORTEST = 8

/** A UUID is written without hyphens too. */
function withoutHyphens(text: string): readonly string[] {
  return UUID.test(text) ? [text, text.replaceAll('-', '')] : [text]
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** What of it is the same wherever it begins in a longer text, in both alphabets. */
function base64Needles(text: string): readonly string[] {
  const length = new TextEncoder().encode(text).length
  const found = [0, 1, 2].map((before) => {
    const encoded = base64Of('\0'.repeat(before) + text).replace(/=+$/, '')
    const first = before === 0 ? 0 : before + 1
    const last = Math.floor(((before + length) * 8) / 6)
    return encoded.slice(first, last)
  })
  const both = found.flatMap((one) => [one, one.replaceAll('+', '-').replaceAll('/', '_')])
  return [...new Set(both)]
}

/** How the needle that was found is written there; `null` where it is a part of something else. */
function formAt(
  { form, word, written, text: wanted }: Needle,
  text: string,
  folded: string,
  start: number,
): TracedForm | null {
  const isSameLength = text.length === folded.length
  if (form === 'base64') {
    const at = isSameLength ? start : text.indexOf(written)
    if (at < 0 || !text.startsWith(written, at)) return null
    return isInBase64(text, at, wanted) ? 'base64' : null
  }
  if (!standsAlone(folded, start, start + word.length, word)) return null
  if (form === 'sha256') return 'sha256'
  const isExact = isSameLength ? text.startsWith(written, start) : text.includes(written)
  return isExact ? 'plain' : 'case_folded'
}

/** Whether what stands around it decodes to a text that holds it, and no longer word in its place. */
function isInBase64(text: string, at: number, wanted: string): boolean {
  let from = at
  while (from > 0 && at - from < AROUND && isOfBase64(text.charCodeAt(from - 1))) from -= 1
  let to = at
  while (to < text.length && to - at < AROUND && isOfBase64(text.charCodeAt(to))) to += 1
  for (let skip = 0; skip < 4; skip += 1) {
    const decoded = textOfBase64(text.slice(from + skip, to)).toLowerCase()
    for (let found = decoded.indexOf(wanted); found >= 0; ) {
      if (standsAlone(decoded, found, found + wanted.length, wanted)) return true
      found = decoded.indexOf(wanted, found + 1)
    }
  }
  return false
}

const AROUND = 8_192

function isOfBase64(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 43 ||
    code === 45 ||
    code === 47 ||
    code === 95
  )
}

/**
 * Whether it is no part of a longer word: no letter and no digit is right beside it. An address goes on behind a dot or
 * a hyphen, and one begins before a dot or a plus. An escape is what it stands for.
 */
function standsAlone(text: string, from: number, to: number, word: string): boolean {
  const before = characterBefore(text, from)
  const after = text.slice(to, to + 2)
  if (IS_OF_WORD.test(before) && IS_OF_WORD.test(word.charAt(0))) return false
  if (IS_OF_WORD.test(after) && IS_OF_WORD.test(word.at(-1) ?? '')) return false
  if (!word.includes('@')) return true
  return !/[.+]/.test(before) && !/^[.-][\p{L}\p{N}]/u.test(text.slice(to, to + 3))
}

/** A letter or a digit at the start. */
const IS_OF_WORD = /^[\p{L}\p{N}]/u

function characterBefore(text: string, at: number): string {
  const [whole, hex] = ESCAPE.exec(text.slice(Math.max(0, at - 3), at)) ?? []
  if (hex !== undefined) {
    const byte = Number.parseInt(hex, 16)
    // The end of a longer character: once the text is decoded, that one tells.
    return byte < 0x80 ? String.fromCharCode(byte) : 'x'
  }
  if (whole !== undefined) return ' '
  return [...text.slice(Math.max(0, at - 2), at)].at(-1) ?? ''
}

const ESCAPE = /%([0-9a-f]{2})$|\\[nrtbfv]$/i

/** Bytes that are no UTF-8 stand as the replacement character. */
function decodedFrom(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (run) => {
    const bytes = run.match(/[0-9a-f]{2}/gi) ?? []
    return textOfBytes(Uint8Array.from(bytes, (hex) => Number.parseInt(hex, 16)))
  })
}

interface Whole extends Hit {
  readonly written: string
}

/** What a value is as a whole, in lower case. */
function wholesOf(identifiers: readonly Identifier[]): ReadonlyMap<string, readonly Whole[]> {
  const wholes = new Map<string, Whole[]>()
  const add = (whole: Whole): void => {
    const key = whole.written.toLowerCase()
    const known = wholes.get(key) ?? []
    if (!known.some(({ identifier }) => identifier === whole.identifier)) {
      wholes.set(key, [...known, whole])
    }
  }
  for (const [identifier, { text, isTelling }] of identifiers.entries()) {
    if (isTelling) continue
    add({ identifier, form: 'plain', written: text })
    for (const spelling of [text, text.toLowerCase()]) {
      add({ identifier, form: 'url_encoded', written: encodeURIComponent(spelling) })
      add({ identifier, form: 'base64', written: base64Of(spelling) })
      add({ identifier, form: 'base64', written: base64Of(spelling).replace(/=+$/, '') })
      add({ identifier, form: 'sha256', written: sha256(spelling) })
    }
  }
  return wholes
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
