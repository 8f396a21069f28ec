/**
 * One way in which policy and database differ, and what the host accepts of it.
 *
 * @module
 */

/** Differences that keep a deletion from running at all. */
type Obstacle =
  | 'unclassified_table'
  | 'missing_table'
  | 'missing_column'
  | 'null_into_not_null'
  | 'key_changed'
  | 'generated_column'
  | 'time_series_rule'

/** Differences that a host may know about and accept. */
export type AcceptableCode = 'id_type_mismatch' | 'mixed_id_types' | 'unindexed_reference'

export interface SchemaFinding {
  readonly code: Obstacle | AcceptableCode | 'path_not_found'
  /** Errors refuse every deletion; warnings go to the logger once. */
  readonly severity: 'error' | 'warning'
  readonly table: string
  /** The column, or the path into the documents. */
  readonly column?: string
  /** Where in the policy. */
  readonly path: string
  readonly message: string
}

/** What a host says about its database in advance. */
export interface SchemaCheckOptions {
  /**
   * Rows above which a reference without an index is an error. Default 100,000: every deletion reads the whole
   * table for it, and with more rows than that it no longer ends within the time that others wait.
   */
  readonly maxUnindexedRows?: number
  /**
   * Rows from which a reference without an index is a finding at all. Default 1,000: fewer are read as fast as
   * an index. 0 tells of all, as a test on an empty database wants it.
   */
  readonly minUnindexedRows?: number
  /** Findings that are warnings here, whatever they would be otherwise. */
  readonly accept?: readonly AcceptedFinding[]
}

export interface AcceptedFinding {
  readonly code: AcceptableCode
  readonly table: string
  /** Default: every column of the table. */
  readonly column?: string
}

/** Errors that the host accepts become warnings. */
export function withAccepted(
  findings: readonly SchemaFinding[],
  accept: readonly AcceptedFinding[],
): readonly SchemaFinding[] {
  return findings.map((finding) =>
    accept.some((accepted) => covers(accepted, finding))
      ? { ...finding, severity: 'warning' }
      : finding,
  )
}

function covers({ code, table, column }: AcceptedFinding, finding: SchemaFinding): boolean {
  if (code !== finding.code || table !== finding.table) return false
  return column === undefined || column === finding.column
}
