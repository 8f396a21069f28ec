/**
 * ISO 8601 durations, counted in UTC.
 *
 * @module
 */
import { Temporal } from 'temporal-polyfill'

/** Whether the text is an ISO 8601 duration longer than nothing. */
export function isDuration(text: string): boolean {
  try {
    return Temporal.Duration.from(text).sign > 0
  } catch {
    return false
  }
}

/** The instant a duration after `start`, in UTC: months and days have the calendar's length. */
export function addDuration(start: Date, duration: string): Date {
  const moment = Temporal.Instant.fromEpochMilliseconds(start.getTime()).toZonedDateTimeISO('UTC')
  return new Date(moment.add(Temporal.Duration.from(duration)).epochMilliseconds)
}

/**
 * Whether `a` ends later than `b`. Months differ in length, so both are counted from one and the same day,
 * the first of a year.
 */
export function endsLater(a: string, b: string): boolean {
  return addDuration(COUNTED_FROM, a) > addDuration(COUNTED_FROM, b)
}

const COUNTED_FROM = new Date('2000-01-01T00:00:00.000Z')
