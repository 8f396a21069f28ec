/**
 * What a sample of documents holds at the paths of a policy. Counts and keys alone: no value leaves here.
 *
 * @module
 */

import { isNobodys } from './matching.ts'
import type { JsonPath } from './program.ts'
import type { AskedJson, SampledJson } from './schema.ts'

/** One answer for each path. Documents with nothing in them tell nothing. */
export function sampleJson(
  documents: readonly unknown[],
  asked: readonly AskedJson[],
): readonly SampledJson[] {
  const every = documents.filter(isFull)
  const plain = documents.filter((one) => typeof one === 'number' || !isNobodys(one))
  return asked.map(({ table: _, ...one }): SampledJson => {
    // What is no document at all is no array either. What paths lead to may be rare among other values.
    const full = one.wants === 'array' ? [...every, ...plain] : every
    const seen = full.map((document) => look(document, one.steps, one.wants))
    const other = seen.find(({ instead }) => instead !== null)?.instead ?? null
    const found = seen.filter(({ isThere }) => isThere).length
    const beside = one.wants === 'value' ? keysBeside(full, one.steps) : []
    const holdsNumbers = one.wants === 'value' && full.some((value) => hasNumber(value, one.steps))
    return {
      ...one,
      rows: full.length,
      found,
      instead: other,
      ...(beside.length > 0 ? { beside } : {}),
      ...(holdsNumbers ? { holdsNumbers } : {}),
    }
  })
}

function hasNumber(document: unknown, steps: JsonPath): boolean {
  return heldAt(document, steps).some((value) => typeof value === 'number')
}

/** Keys that hold a text in an object which the path leads through last. Few are remembered of objects as maps. */
function keysBeside(documents: readonly unknown[], steps: JsonPath): readonly string[] {
  const last = steps.findLastIndex((step) => step !== null)
  const key = steps[last]
  if (key == null) return []
  const holders = documents.flatMap((one) => heldAt(one, steps.slice(0, last)))
  const keys = holders.flatMap((holder) =>
    isHolder(holder) && Object.hasOwn(holder, key) ? textKeysOf(holder) : [],
  )
  return [...new Set(keys)].filter((other) => other !== key).slice(0, MOST_KEYS)
}

const MOST_KEYS = 50

function heldAt(value: unknown, steps: JsonPath): readonly unknown[] {
  const [step, ...rest] = steps
  if (step === undefined) return [value]
  if (step === null) {
    return Array.isArray(value)
      ? value.slice(0, MOST_ELEMENTS).flatMap((one) => heldAt(one, rest))
      : []
  }
  if (!isHolder(value) || !Object.hasOwn(value, step)) return []
  return heldAt((value as Record<string, unknown>)[step], rest)
}

function textKeysOf(holder: object): readonly string[] {
  return Object.entries(holder).flatMap(([key, value]) => (typeof value === 'string' ? [key] : []))
}

function isFull(document: unknown): boolean {
  return typeof document === 'object' && document !== null && Object.keys(document).length > 0
}

interface Seen {
  /** Something stands there, or what would hold it is empty, which tells nothing. */
  readonly isThere: boolean
  /** Where it stands instead. */
  readonly instead: JsonPath | null
}

const NOWHERE: Seen = { isThere: false, instead: null }
const THERE: Seen = { isThere: true, instead: null }

function look(value: unknown, steps: JsonPath, wants: AskedJson['wants']): Seen {
  const [step, ...rest] = steps
  if (step === undefined) return atEnd(value, wants)
  if (isNothing(value)) return THERE
  if (Array.isArray(value)) {
    if (step === null) return among(value, rest, wants, [null])
    const behind = among(value, steps, wants, [null])
    return { isThere: false, instead: behind.isThere ? [null, ...steps] : behind.instead }
  }
  if (step === null || typeof value !== 'object') return NOWHERE
  if (Object.hasOwn(value as object, step)) {
    const inner = look((value as Record<string, unknown>)[step], rest, wants)
    return { ...inner, instead: inner.instead === null ? null : [step, ...inner.instead] }
  }
  return { isThere: false, instead: otherKey(value as object, steps) }
}

function isNothing(value: unknown): boolean {
  return value === null || (typeof value === 'object' && Object.keys(value).length === 0)
}

function atEnd(value: unknown, wants: AskedJson['wants']): Seen {
  if (wants === 'anything' || value === null) return THERE
  if (wants === 'array') {
    if (!Array.isArray(value)) return NOWHERE
    const holder = value.find(isHolder)
    if (holder === undefined || value.length === 0) return THERE
    // Objects beside plain values may name somebody under a key.
    const [key] = Object.keys(holder)
    const isMixed = value.some(isPlain)
    return { isThere: isMixed, instead: isMixed && key !== undefined ? [null, key] : null }
  }
  if (typeof value !== 'object') return THERE
  const isList = Array.isArray(value) && value.some((one) => typeof one !== 'object')
  return { isThere: isNothing(value), instead: isList ? [null] : null }
}

function isHolder(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

/** Elements of two kinds may stand in one array. */
function among(
  elements: readonly unknown[],
  steps: JsonPath,
  wants: AskedJson['wants'],
  before: JsonPath,
): Seen {
  const seen = elements.slice(0, MOST_ELEMENTS).map((element) => look(element, steps, wants))
  const instead = seen.find((one) => one.instead !== null)?.instead ?? null
  const isThere = seen.some((one) => one.isThere)
  // A key leads into none of the plain values beside the objects.
  const isMixed = isThere && steps[0] !== null && steps.length > 0 && elements.some(isPlain)
  if (isMixed && instead === null) return { isThere, instead: before }
  return { isThere, instead: instead === null ? null : [...before, ...instead] }
}

function isPlain(value: unknown): boolean {
  return value !== null && typeof value !== 'object'
}

const MOST_ELEMENTS = 100

/** A key that is the next one in another case or with other signs, or the next ones joined by dots. */
function otherKey(holder: object, steps: JsonPath): JsonPath | null {
  for (let end = steps.length; end > 1; end -= 1) {
    const keys = steps.slice(0, end)
    const key = keys.join('.')
    if (!keys.includes(null) && Object.hasOwn(holder, key)) return [key, ...steps.slice(end)]
  }
  const [step, ...rest] = steps
  const meant = lettersOf(step ?? '')
  const alike = Object.keys(holder).find((key) => meant !== '' && lettersOf(key) === meant)
  return alike === undefined ? null : [alike, ...rest]
}

function lettersOf(key: string): string {
  return key.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')
}
