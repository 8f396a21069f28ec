/**
 * Instants as hosts store them.
 *
 * @module
 */

/** Numbers below this are seconds since 1970 (up to the year 5138), above it milliseconds. */
const FIRST_MILLISECONDS = 100_000_000_000
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?$/

/** Milliseconds since 1970; `null` for what is no instant. Text without a zone is UTC, as SQLite writes it. */
export function instantOf(value: unknown): number | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.getTime()
  if (typeof value === 'bigint') return instantOf(Number(value))
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return null
    return Math.abs(value) < FIRST_MILLISECONDS ? value * 1_000 : value
  }
  if (typeof value !== 'string') return null
  const ms = Date.parse(WITHOUT_ZONE.test(value) ? `${value.replace(' ', 'T')}Z` : value)
  return Number.isNaN(ms) ? null : ms
}
