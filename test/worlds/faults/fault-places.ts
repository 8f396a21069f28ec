/**
 * Which statements of a run fail. In every variant of a fault: the first and the last that write with a text, and the
 * very last of the run, behind the commit. In one of the variants: all others that write, and of those that read the
 * first and the last with a text; not where a run resembles another one. With `FAULTS=every` each fails in every one.
 *
 * @module
 */
import { isEveryFault } from './every-fault.ts'

/** Numbers of statements, from 1. `turn`: the place of the variant among `turns`. */
export function placesIn(
  history: readonly string[],
  turn: number,
  turns: number,
  isLikeAnother = false,
): readonly number[] {
  return history.flatMap((sql, index) => {
    const isAtAnEnd = history.indexOf(sql) === index || history.lastIndexOf(sql) === index
    const isLast = index === history.length - 1
    const isAlways = isEveryFault || isLast || (isAtAnEnd && mayWrite(sql))
    const isNew = isAtAnEnd || mayWrite(sql)
    const hasItsTurn = !isLikeAnother && isNew && index % turns === turn
    return isAlways || hasItsTurn ? [index + 1] : []
  })
}

/** Reads change nothing, and settings are put back. */
export function mayWrite(sql: string): boolean {
  return !/^(SELECT|PRAGMA) /.test(sql) && !/^WITH .*\) SELECT /s.test(sql)
}

export function placesInWords(places: number, history: readonly string[]): string {
  return places === history.length
    ? `${places} places, every statement`
    : `${places} places of ${history.length} statements`
}
