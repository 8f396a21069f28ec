/**
 * Whether tests go through every point at which something can fail, and not only through some of them.
 *
 * @module
 */

/** Set by `FAULTS=every`. */
export const isEveryFault: boolean = process.env['FAULTS'] === 'every'
