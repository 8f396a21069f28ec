/**
 * What statements are given, and what a refused one was about. Types only.
 *
 * @module
 */

export type Parameters = Readonly<Record<string, unknown>>

/** The statement that was refused. */
export interface RefusedStatement {
  readonly table: string
  readonly parameters: Parameters
  /** Selects columns of the rows it was about to write; `null` where that cannot be said. */
  readonly select: ((columns: string) => string) | null
  /** Columns it writes; empty for a delete. */
  readonly writes: readonly string[]
}
