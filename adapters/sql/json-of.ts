/**
 * How a column keeps its documents or its list.
 *
 * @module
 */
import type { JsonDialect, SqlDialect } from './dialect.ts'
import type { Kept } from './marks.ts'

export function jsonOf(
  { json, jsonIn, unreadIn }: SqlDialect,
  { keptIn, isUnread }: Kept,
): JsonDialect {
  if (keptIn === undefined || jsonIn === undefined) return json
  return isUnread && unreadIn !== undefined ? unreadIn(keptIn) : jsonIn(keptIn)
}
