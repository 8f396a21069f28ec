/**
 * Where tables are.
 *
 * @module
 */
export interface TablePlace {
  readonly schema: string
  readonly table: string
  /** Other tables inherit from it, and a statement on it would reach their rows too. */
  readonly hasHeirs: boolean
  /** Its rows are in its partitions, each of which numbers their places from the start. */
  readonly isPartitioned: boolean
}
