/**
 * How values compare, and how JSON inside a column is read and written.
 *
 * @module
 */
import type { JsonPath, PathStep } from '../program.ts'
import { jsonTextOf, parsedJson } from './json-text.ts'

/** A value as SQLite would hold it: booleans are 1 and 0, a small bigint is a number, nothing is null. */
export function storedValue(value: unknown): unknown {
  if (value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value)
  return value
}

/** A tenant as the engine names it, which is text: a column of integers compares with its digits. */
export function tenantText(value: unknown): string | null {
  const held = storedValue(value)
  if (typeof held === 'number' || typeof held === 'bigint') return held.toString()
  return typeof held === 'string' ? held : null
}

/** Whether the column holds JSON, and what; text that is not JSON, and null, are nothing. */
export function readJson(value: unknown): { readonly document: unknown } | null {
  if (typeof value === 'object' && value !== null) return { document: structuredClone(value) }
  if (typeof value !== 'string' && typeof value !== 'number') return null
  try {
    return { document: parsedJson(String(value)) }
  } catch {
    return null
  }
}

/** The same of what paths can lead into, and of JSON's null: a plain text or number is no document, JSON or not. */
export function readDocument(value: unknown): { readonly document: unknown } | null {
  const json = readJson(value)
  return json !== null && typeof json.document === 'object' ? json : null
}

/** Writes a document back in the form it was found in: as text, or as an object. */
export function writeJson(before: unknown, document: unknown): unknown {
  return typeof before === 'object' && before !== null ? document : jsonTextOf(document)
}

/** Every value that stands at a path; arrays are opened only where the path says so. */
export function valuesAt(document: unknown, path: JsonPath | null): readonly unknown[] {
  let values: readonly unknown[] = [document]
  for (const step of path ?? []) values = values.flatMap((value) => insideOf(value, step))
  return values
}

/** Whether anything stands at a path, behind arrays that the path does not open too. */
export function standsAt(document: unknown, path: JsonPath): boolean {
  return placesAt(document, path).length > 0
}

/** All that stands there. */
export function placesAt(document: unknown, path: JsonPath): readonly unknown[] {
  const [step, ...rest] = path
  if (step === undefined) return [document]
  if (Array.isArray(document)) {
    return document.flatMap((element) => placesAt(element, step === null ? rest : path))
  }
  return insideOf(document, step).flatMap((value) => placesAt(value, rest))
}

/** Takes the place of a value; {@link GONE} for one that goes. */
type Change = (value: unknown) => unknown

export const GONE: unique symbol = Symbol('gone')

/** The document with every value at a path changed; the same one where the path leads nowhere. */
export function changeAt(document: unknown, path: JsonPath, change: Change): unknown {
  const [step, ...rest] = path
  if (step === undefined) return change(document)
  const changed = insideOf(document, step).map((value) => changeAt(value, rest, change))
  if (Array.isArray(document)) return step === null ? changed : document
  if (step === null || changed.length === 0) return document
  const { [step]: _, ...others } = document as Record<string, unknown>
  const [value] = changed
  if (value === GONE) return others
  // In its old place, so that the text of the document stays what it was beside it.
  const entries = Object.entries(document as Record<string, unknown>)
  return Object.fromEntries(entries.map(([key, held]) => [key, key === step ? value : held]))
}

function insideOf(value: unknown, step: PathStep): readonly unknown[] {
  if (Array.isArray(value)) return step === null ? value : []
  if (typeof value !== 'object' || value === null || step === null) return []
  return Object.hasOwn(value, step) ? [(value as Record<string, unknown>)[step]] : []
}
