/**
 * ISO 8601 durations, counted in UTC.
 *
 * @module
 */
import { Temporal } from 'temporal-polyfill'

/**
 * Whether the text is an ISO 8601 duration longer than nothing and not longer than {@link LONGEST}. Instants are
 * compared as texts, which only holds while their years have four digits; and a longer time is a slip, or means
 * for ever, which has no end to count.
 */
export function isDuration(text: string): boolean {
  try {
    if (typeof text !== 'string') return false
    const end = addDuration(COUNTED_FROM, text)
    return end > COUNTED_FROM && end <= addDuration(COUNTED_FROM, LONGEST)
  } catch {
    return false
  }
}

/** The longest duration that counts as one. */
export const LONGEST = 'P1000Y'

/** The instant a duration after `start`, in UTC: months and days have the calendar's length. */
export function addDuration(start: Date, duration: string): Date {
  const time = start.getTime()
  const midnight = Math.floor(time / DAY_MS) * DAY_MS
  return new Date(addToMidnight(midnight, duration) + (time - midnight))
}

const DAY_MS = 86_400_000

/**
 * The calendar is slow, and one day's deletions share its answers: a duration's months and days are added before its
 * hours, and in UTC all days have as many, so the time of the day can be added last.
 */
function addToMidnight(midnight: number, duration: string): number {
  const key = `${midnight} ${duration}`
  const known = KNOWN_ENDS.get(key)
  if (known !== undefined) return known
  const moment = Temporal.Instant.fromEpochMilliseconds(midnight).toZonedDateTimeISO('UTC')
  const end = moment.add(Temporal.Duration.from(duration)).epochMilliseconds
  if (KNOWN_ENDS.size >= MOST_KNOWN) KNOWN_ENDS.clear()
  KNOWN_ENDS.set(key, end)
  return end
}

const KNOWN_ENDS = new Map<string, number>()
const MOST_KNOWN = 1_000

const COUNTED_FROM = new Date('2000-01-01T00:00:00.000Z')

/** Whether the instant has a year of four digits, so that its text sorts as it does. */
export function isInCalendar(instant: Date): boolean {
  const year = instant.getUTCFullYear()
  return year >= 0 && year <= 9_999
}
