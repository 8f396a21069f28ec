/**
 * Which statements of a run fail: each in one of the variants of a fault; in all of them the very last, behind the
 * commit, and of those that write the first and the last of a text. Of a run that resembles another one, only the
 * latter. With `FAULTS=every` each fails in all.
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
    const hasItsTurn = !isLikeAnother && index % turns === turn
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
