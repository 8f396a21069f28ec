/**
 * Where documents hold values. Names and types alone: no value leaves here, and no key that is one.
 *
 * @module
 */
import { isDataKey } from '../../../src/program/columns/data-keys.ts'
import type { SampledPath } from '../../../src/program/schema.ts'
import type { Doc } from '../server/driver.ts'
import { entriesOf, isSubDocument } from '../server/paths.ts'
import { typeName } from './sampled-types.ts'

/** The places, in order. Deeper ones than `DEPTH`, and more than `MOST`, are left out. */
export function samplePaths(documents: readonly Doc[]): readonly SampledPath[] {
  const root = createPlace()
  const budget = { places: MOST }
  for (const document of documents) put(root, document, 0, budget)
  return pathsIn(root, [])
}

const DEPTH = 8
const MOST = 2_000
/** Elements of an array that are looked into. */
const ELEMENTS = 20
/** A sub-document with more different keys than that is a map. */
const KEYS = 100

/** What stands at a path in all documents. */
interface Place {
  /** Of plain values. */
  readonly types: Set<string>
  readonly keys: Map<string, Place>
  /** How many sub-documents stood here. */
  documents: number
}

interface Budget {
  places: number
}

function createPlace(): Place {
  return { types: new Set(), keys: new Map(), documents: 0 }
}

function put(place: Place, value: unknown, depth: number, budget: Budget): void {
  if (Array.isArray(value)) {
    for (const element of value.slice(0, ELEMENTS)) put(place, element, depth, budget)
    return
  }
  if (!isSubDocument(value)) {
    if (value !== undefined) place.types.add(typeName(value))
    return
  }
  place.documents += 1
  if (depth === DEPTH) return
  for (const [key, inner] of entriesOf(value)) {
    const name = isDataKey(key) ? ANY : key
    const known = place.keys.get(name) ?? addPlace(place, name, budget)
    if (known !== undefined) put(known, inner, depth + 1, budget)
  }
}

/** In the place of keys that are data. */
const ANY = '*'

function addPlace(place: Place, name: string, budget: Budget): Place | undefined {
  if (budget.places === 0) return undefined
  budget.places -= 1
  const added = createPlace()
  place.keys.set(name, added)
  return added
}

function pathsIn(place: Place, path: readonly string[]): readonly SampledPath[] {
  const here =
    path.length === 0 || place.types.size === 0
      ? []
      : [{ path: path.join('.'), types: [...place.types].sort() }]
  const keys = isMap(place) ? new Map([[ANY, merged([...place.keys.values()])]]) : place.keys
  const below = [...keys].sort(([a], [b]) => (a < b ? -1 : 1))
  return [...here, ...below.flatMap(([key, inner]) => pathsIn(inner, [...path, key]))]
}

/**
 * Whether the keys are data although they do not look like it: far too many; or the same stands behind all of
 * them, and they are many, or each document has a few of them.
 */
function isMap({ keys, documents }: Place): boolean {
  if (keys.size > KEYS) return true
  const inner = [...keys.values()]
  const [first] = inner
  if (first === undefined || first.keys.size === 0 || keys.size < 4) return false
  const held = inner.reduce((sum, one) => sum + one.documents, 0)
  if (keys.size < 8 && keys.size * documents < 2 * held) return false
  const shape = shapeOf(first)
  return inner.every((one) => one.types.size === 0 && shapeOf(one) === shape)
}

function shapeOf({ keys }: Place): string {
  return JSON.stringify([...keys.keys()].sort())
}

function merged(places: readonly Place[]): Place {
  const names = new Set(places.flatMap(({ keys }) => [...keys.keys()]))
  return {
    types: new Set(places.flatMap(({ types }) => [...types])),
    documents: places.reduce((sum, { documents }) => sum + documents, 0),
    keys: new Map(
      [...names].map((name) => [name, merged(places.flatMap(({ keys }) => keys.get(name) ?? []))]),
    ),
  }
}
