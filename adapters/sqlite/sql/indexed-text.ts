/**
 * Which indexes find values inside JSON that is kept as text.
 *
 * @module
 */
import type { IndexSchema } from '../../../src/program/schema.ts'

export const OF_TEXT: WeakMap<IndexSchema, 'all' | 'part'> = new WeakMap()

/**
 * Whether an index finds values inside JSON that is kept as text, and none in JSONB; `part` where the column may
 * hold that too. `null` for any other index.
 */
export function textIndexed(index: IndexSchema): 'all' | 'part' | null {
  return OF_TEXT.get(index) ?? null
}
