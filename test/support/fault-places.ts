/**
 * Which statements of a run fail. Of each text the first and the last: those that write in every variant of a fault,
 * the others in one of them, and not in a run that resembles another one. The very last, behind the commit, fails in
 * every variant. With `FAULTS=every` each statement does.
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
    const hasItsTurn = !isLikeAnother && isAtAnEnd && index % turns === turn
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
