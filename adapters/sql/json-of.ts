/**
 * How a column keeps its documents or its list.
 *
 * @module
 */
import type { JsonDialect, SqlDialect } from './dialect.ts'
import type { Kept } from './marks.ts'

export function jsonOf({ json, jsonIn }: SqlDialect, { keptIn }: Kept): JsonDialect {
  return keptIn === undefined || jsonIn === undefined ? json : jsonIn(keptIn)
}
