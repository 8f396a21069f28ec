/**
 * The one place that knows both ways of writing a match.
 *
 * @module
 */
import type { MatchInput, WayInput } from './policy.ts'

/** The ways in which rows belong to the user; none for a rule without a match. */
export function waysOf(match: MatchInput | undefined): readonly WayInput[] {
  if (match === undefined) return []
  return isList(match) ? match : [match]
}

/** The same, each with the path to it. */
export function placedWaysOf(
  path: string,
  match: MatchInput | undefined,
): readonly { readonly path: string; readonly way: WayInput }[] {
  const isOne = match === undefined || !isList(match)
  return waysOf(match).map((way, index) => ({
    path: isOne ? `${path}.match` : `${path}.match[${index}]`,
    way,
  }))
}

/** The field of the user that a way ends at; of one through other rows, their id. */
export function fieldOf(way: WayInput): string {
  return typeof way === 'string' ? 'id' : (way.equals?.user ?? 'id')
}

function isList(match: MatchInput): match is readonly WayInput[] {
  return Array.isArray(match)
}
