/**
 * Which users rows hold.
 *
 * @module
 */
import { compareIds } from '../../../src/program/matching.ts'
import type { UserId } from '../../../src/program/program.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import { heldValues } from '../rows/match-rows.ts'
import type { Tables } from '../tables/rows.ts'

/** Integers stand before texts, and each page goes on behind the last value of the one before. */
export function heldIds(
  tables: Tables,
  { program, step, after, limit }: HostQuestion<'references'>,
): readonly UserId[] {
  const selector = program.steps[step]?.selector
  if (selector == null) return []
  return [...heldValues(tables, selector)]
    .filter(
      (value) =>
        typeof value === 'string' || typeof value === 'bigint' || typeof value === 'number',
    )
    .filter((value) => after === null || compareIds(value, after) > 0)
    .sort(compareIds)
    .slice(0, limit)
}
