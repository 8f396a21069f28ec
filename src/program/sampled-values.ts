/**
 * Whether values in a sample of rows are those of users. Counts and places alone: no value leaves here.
 *
 * @module
 */
import type { AskedValues, SampledValues } from './schema.ts'

/** A sampled row of the host: columns with their values, documents as text or as objects. */
export type SampledRow = Readonly<Record<string, unknown>>

/** The sampled rows of one table. */
export interface SampledTable {
  readonly table: string
  readonly rows: readonly SampledRow[]
}

/** Users by what their rows hold: for each asked field the ids, as text, of the users who hold a value. */
export type KnownUsers = ReadonlyMap<string, ReadonlyMap<string, ReadonlySet<string>>>

/** The same rows for the same table, as far as a database can choose them. */
export const SAMPLE_SEED = 20_260_101
/** For all tables together: those that are left then are told of as sampled in part. */
export const MOST_SAMPLE_MS = 3_000
/** A longer text is passed over. */
export const MOST_CHARACTERS = 10_000

/** Distinct texts and integers in the rows that may be those of users, as text. */
export function candidatesIn(tables: readonly SampledTable[]): readonly string[] {
  const found = new Set<string>()
  for (const { rows } of tables) {
    for (const row of rows) for (const [, value] of placesIn(row)) found.add(value)
  }
  return [...found]
}

/** One answer for each place that holds something. */
export function countHeld(
  { table, rows }: SampledTable,
  users: KnownUsers,
  { owners }: Pick<AskedValues, 'owners'>,
): readonly SampledValues[] {
  const own = owners[table] ?? []
  const counts = new Map<string, { held: number; holding: Record<string, number>; long: number }>()
  for (const row of rows) {
    const ownIds = new Set(own.map((column) => textOf(row[column]) ?? ''))
    const places = new Map<string, Set<string>>()
    for (const [place, value] of placesIn(row)) {
      places.set(place, (places.get(place) ?? new Set()).add(value))
    }
    for (const [place, values] of places) {
      const count = counts.get(place) ?? { held: 0, holding: {}, long: 0 }
      counts.set(place, count)
      count.held += 1
      const fields = [...users].filter(([, byValue]) =>
        [...values].some((value) => isOfOthers(byValue.get(value), ownIds)),
      )
      for (const [field] of fields) count.holding[field] = (count.holding[field] ?? 0) + 1
      const isLong = [...values].some((value) => isTelling(value))
      if (fields.length > 0 && isLong) count.long += 1
    }
  }
  return [...counts].map(([place, { held, holding, long }]) => ({
    ...{ path: place, rows: rows.length, held, holding },
    provesItself: long > 0,
  }))
}

/** Whether users hold the value, and none of those by whom a rule finds the row: what they hold goes with it. */
function isOfOthers(ids: ReadonlySet<string> | undefined, own: ReadonlySet<string>): boolean {
  return ids !== undefined && ![...ids].some((id) => own.has(id))
}

/** A short value, or a number, is that of many things. */
function isTelling(value: string): boolean {
  return value.length >= 8 && !/^-?\d+$/.test(value)
}

function* placesIn(row: SampledRow): Generator<readonly [place: string, value: string]> {
  for (const [column, value] of Object.entries(row)) yield* valuesAt(column, value, 0)
}

const DEPTH = 6
const MOST_ELEMENTS = 20

function* valuesAt(
  place: string,
  value: unknown,
  depth: number,
): Generator<readonly [place: string, value: string]> {
  const held = depth === 0 ? opened(value) : value
  if (Array.isArray(held)) {
    if (depth === DEPTH) return
    for (const one of held.slice(0, MOST_ELEMENTS)) yield* valuesAt(place, one, depth + 1)
    return
  }
  const text = textOf(held)
  if (text !== null) yield [place, text]
  else if (depth < DEPTH && isPlainObject(held)) {
    for (const [key, inner] of Object.entries(held)) {
      yield* valuesAt(`${place}.${key}`, inner, depth + 1)
    }
  }
}

/** A text that is a document, as one. */
function opened(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value
  if (value.length > MOST_CHARACTERS) return null
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value.length <= 200 && value !== '' ? value : null
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value)
  return null
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !(value instanceof Date)
}

/** Places in a list at which rows in between are taken: the same for the same seed. */
export function seededPlaces(seed: number, length: number, count: number): readonly number[] {
  let state = seed >>> 0
  const places = new Set<number>()
  for (let drawn = 0; drawn < count && length > 0; drawn += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    places.add(Math.floor((state / 2 ** 32) * length))
  }
  return [...places].sort((a, b) => a - b)
}
