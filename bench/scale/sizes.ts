/**
 * What the parts are asked.
 *
 * @module
 */

/** How much of everything, and where files may be. */
export interface Sizes {
  readonly folder: string
  readonly rules: number
  /** In the ledger. */
  readonly entries: number
  readonly held: number
  /** Ids of the list; nine in ten are gone. */
  readonly ids: number
  /** Of the run in which some are refused. */
  readonly users: number
}
