/**
 * Which statements of a run fail. In two of the four variants of a fault, one before and one after the statement, once
 * and for good: the first and the last that write with a text. In one variant: all others that write, and of those
 * that read the first with a text; not where a run resembles another one. In every variant: the very last of the run,
 * behind the commit. With `FAULTS=every` each fails in every one.
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
  let ends = 0
  let others = 0
  return history.flatMap((sql, index) => {
    const isFirst = history.indexOf(sql) === index
    const isAtAnEnd = isFirst || history.lastIndexOf(sql) === index
    const isLast = index === history.length - 1
    let isTried = isEveryFault || isLast
    if (mayWrite(sql) && isAtAnEnd) {
      // The first variant and the last differ in both ways, and so do the two between.
      const half = ends++ % 2
      isTried ||= half === 0 ? turn === 0 || turn === turns - 1 : turn !== 0 && turn !== turns - 1
    } else if (!isLikeAnother && (mayWrite(sql) || isFirst)) {
      isTried ||= others++ % turns === turn
    }
    return isTried ? [index + 1] : []
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
