/**
 * A row of the host.
 *
 * @module
 */

/** A row as the host would store it. */
export type Row = Readonly<Record<string, unknown>>
