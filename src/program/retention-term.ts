/**
 * How long retained rows stay: an ISO 8601 duration (`P10Y`), perhaps to the end of the month or year in which it ends
 * (`P10Y to end of year`). Counted in UTC.
 *
 * @module
 */
import { Temporal } from 'temporal-polyfill'
import { addDuration, isDuration } from './duration.ts'

/** Whether the text is such a term. */
export function isTerm(text: unknown): text is string {
  return typeof text === 'string' && isDuration(partsOf(text).duration)
}

/** When rows that are retained from `start` on have been kept for the term. */
export function endOfTerm(start: Date, term: string): Date {
  const { duration, period } = partsOf(term)
  const end = addDuration(start, duration)
  return period === null ? end : endOfPeriod(end, period)
}

/**
 * Whether one term never ends before the other, on whichever day both begin. Months differ in length, so of `P1M` and
 * `P30D` neither does; where it is close, the answer is no.
 */
export function neverEndsBefore(term: string, other: string): boolean {
  if (term === other) return true
  const [own, its] = [partsOf(term), partsOf(other)]
  const slack = isLessRounded(own.period, its.period) ? LONGEST_PERIOD_MS : 0
  return leastBetween(own.duration, its.duration) >= slack
}

type Period = 'month' | 'year'

interface Parts {
  readonly duration: string
  /** To whose end the rows stay; `null` where the duration is all. */
  readonly period: Period | null
}

const TO_END = /^(\S+) to end of (month|year)$/

function partsOf(term: string): Parts {
  const [, duration, period] = TO_END.exec(term) ?? []
  if (duration === undefined) return { duration: term, period: null }
  return { duration, period: period === 'year' ? 'year' : 'month' }
}

/** The first instant behind the month or year that `end` lies in. */
function endOfPeriod(end: Date, period: Period): Date {
  const year = end.getUTCFullYear()
  return period === 'year'
    ? new Date(Date.UTC(year + 1, 0))
    : new Date(Date.UTC(year, end.getUTCMonth() + 1))
}

/** Whether the other one may be put off by its period while this one is not. */
function isLessRounded(own: Period | null, its: Period | null): boolean {
  return its !== null && own !== its && own !== 'year'
}

const DAY_MS = 86_400_000
const LONGEST_PERIOD_MS = 366 * DAY_MS
/** Of 400 years. */
const DAYS_A_MONTH = 30.436875
/** How far some months on end may be from their mean: less than this. */
const MONTHS_MARGIN_DAYS = 3

/** Milliseconds from the end of the other duration to that of this one, on the day on which they are fewest. */
function leastBetween(duration: string, other: string): number {
  const [own, its] = [lengthOf(duration), lengthOf(other)]
  const months = own.months - its.months
  const rest = own.restMs - its.restMs
  if (months === 0) return rest
  return (months * DAYS_A_MONTH - MONTHS_MARGIN_DAYS) * DAY_MS + rest
}

/** Months are added first, and what is left has the same length on every day. */
function lengthOf(duration: string): { readonly months: number; readonly restMs: number } {
  const whole = Temporal.Duration.from(duration)
  const { years, months, weeks, days } = whole
  const time = whole.with({ years: 0, months: 0, weeks: 0, days: 0 }).total('milliseconds')
  return { months: 12 * years + months, restMs: (7 * weeks + days) * DAY_MS + time }
}
