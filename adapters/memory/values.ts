/**
 * How values compare, and how JSON inside a column is read and written.
 *
 * @module
 */
import type { JsonPath } from '../../src/store.ts'

/** A value as SQLite would hold it: booleans are 1 and 0, a small bigint is a number, nothing is null. */
export function stored(value: unknown): unknown {
  if (value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value)
  return value
}

/** Whether the column holds JSON, and what; text that is not JSON, and null, are nothing. */
export function readJson(value: unknown): { readonly document: unknown } | null {
  if (typeof value === 'object' && value !== null) return { document: structuredClone(value) }
  if (typeof value !== 'string' && typeof value !== 'number') return null
  try {
    return { document: JSON.parse(String(value)) }
  } catch {
    return null
  }
}

/** Writes a document back in the form it was found in: as text, or as an object. */
export function writeJson(before: unknown, document: unknown): unknown {
  return typeof before === 'object' && before !== null ? document : JSON.stringify(document)
}

/** What stands at a path; `undefined` where the path leads nowhere. */
export function valueAt(document: unknown, path: JsonPath | null): unknown {
  let value = document
  for (const key of path ?? []) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    if (!Object.hasOwn(value, key)) return undefined
    value = (value as Record<string, unknown>)[key]
  }
  return value
}

/** The document with the value at a path replaced; unchanged where the path leads nowhere. */
export function replaceAt(document: unknown, path: JsonPath, value: unknown): unknown {
  const holder = valueAt(document, path.slice(0, -1))
  const key = path.at(-1)
  if (key === undefined) return value
  if (valueAt(document, path) === undefined) return document
  ;(holder as Record<string, unknown>)[key] = value
  return document
}

/** The document without the value at a path. */
export function removeAt(document: unknown, path: JsonPath): unknown {
  const holder = valueAt(document, path.slice(0, -1))
  const key = path.at(-1)
  if (
    key !== undefined &&
    typeof holder === 'object' &&
    holder !== null &&
    !Array.isArray(holder)
  ) {
    delete (holder as Record<string, unknown>)[key]
  }
  return document
}
