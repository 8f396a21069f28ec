/** Looks for values, and for whatever is usually made of them, in any text. */
import { createHash } from 'node:crypto'

/** Every spelling in which a value may hide. */
export const FORMS: Readonly<Record<string, (value: string) => string>> = {
  plain: (value) => value,
  json: (value) => JSON.stringify(value).slice(1, -1),
  'json in json': (value) => JSON.stringify(JSON.stringify(value).slice(1, -1)).slice(1, -1),
  url: (value) => encodeURIComponent(value),
  hex: (value) => Buffer.from(value).toString('hex'),
  base64: (value) => Buffer.from(value).toString('base64'),
  base64url: (value) => Buffer.from(value).toString('base64url'),
  'md5 hex': (value) => hashed('md5', value, 'hex'),
  'md5 base64': (value) => hashed('md5', value, 'base64'),
  'sha1 hex': (value) => hashed('sha1', value, 'hex'),
  'sha1 base64': (value) => hashed('sha1', value, 'base64'),
  'sha256 hex': (value) => hashed('sha256', value, 'hex'),
  'sha256 base64': (value) => hashed('sha256', value, 'base64'),
}

function hashed(algorithm: string, value: string, encoding: 'hex' | 'base64'): string {
  return createHash(algorithm).update(value).digest(encoding)
}

/** A value that stands in a text, and how it is spelled there. */
export interface Found {
  readonly value: string
  readonly form: string
}

interface Needle extends Found {
  readonly text: string
}

/** So much of a needle is looked up at every place of the text; each needle is at least as long. */
const WINDOW = 12

const SLOTS = 2 ** 22

function slotOf(text: string, at: number): number {
  let hash = 0
  for (let index = at; index < at + 6; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193)
  }
  return (hash >>> 7) & (SLOTS - 1)
}

/** Searches for thousands of values at a time, in one pass over the text. */
export function needleFinder(
  values: Iterable<string>,
  forms: Readonly<Record<string, (value: string) => string>> = FORMS,
): (text: string) => readonly Found[] {
  const byStart = new Map<string, Needle[]>()
  // Tells most places of a text in a few steps that no needle begins there.
  const slots = new Uint8Array(SLOTS)
  for (const value of values) {
    for (const [form, spell] of Object.entries(forms)) {
      const text = spell(value)
      if (text.length < WINDOW) throw new Error(`${value} is too short to be told from chance`)
      const start = text.slice(0, WINDOW)
      slots[slotOf(text, 0)] = 1
      const known = byStart.get(start)
      const needle = { value, form, text }
      if (known === undefined) byStart.set(start, [needle])
      else known.push(needle)
    }
  }
  return (text) => {
    const found: Found[] = []
    for (let at = 0; at + WINDOW <= text.length; at += 1) {
      if (slots[slotOf(text, at)] === 0) continue
      const candidates = byStart.get(text.slice(at, at + WINDOW))
      if (candidates === undefined) continue
      for (const { value, form, text: needle } of candidates) {
        if (text.startsWith(needle, at)) found.push({ value, form })
      }
    }
    return found
  }
}
