/**
 * What a column may hold, by its declared type or by the types in a sample.
 *
 * @module
 */
import type { KnownColumn } from './known-table.ts'

/** `small`: a number of few digits, as flags and ratings have. `any`: nothing says what. */
export type ValueKind =
  | 'flag'
  | 'moment'
  | 'fraction'
  | 'small'
  | 'integer'
  | 'bytes'
  | 'json'
  | 'text'
  | 'any'

export function valueKindOf({ type, holds, sampled }: KnownColumn): ValueKind {
  if (sampled.length > 0) return kindOfSample(sampled)
  if (typeof holds === 'string') {
    const kind = BY_DATABASE[holds]
    if (kind !== undefined) return kind
  }
  return DECLARED.find(([, pattern]) => pattern.test(type))?.[0] ?? 'any'
}

/** The first that fits counts: a `TINYINT(1)` is a flag, an `INTERVAL` no integer. */
const DECLARED: readonly (readonly [ValueKind, RegExp])[] = [
  ['flag', /bool|^bit$|^bit\(1\)|tinyint\s*\(\s*1\s*\)/i],
  ['json', /json/i],
  ['moment', /date|time|interval|^year/i],
  ['fraction', /real|floa|doub|numeric|decimal|money/i],
  ['small', /tinyint|smallint|int2|smallserial/i],
  ['bytes', /blob|binary|bytea|^image$/i],
  ['integer', /int|serial|^number/i],
  ['text', /char|clob|text|string|uuid|inet|cidr|enum|^guid$/i],
]

const BY_DATABASE: Partial<Record<string, ValueKind>> = {
  boolean: 'flag',
  instant: 'moment',
  json: 'json',
  uuid: 'text',
}

function kindOfSample(sampled: readonly string[]): ValueKind {
  const kinds = sampled.filter((type) => type !== 'array').map((type) => SEEN[type])
  const [kind] = kinds
  return kind !== undefined && !kinds.includes(undefined) ? kind : 'any'
}

/** Kinds that hold no id and no text. */
const SEEN: Readonly<Record<string, ValueKind | undefined>> = {
  boolean: 'flag',
  bool: 'flag',
  date: 'moment',
  timestamp: 'moment',
}
