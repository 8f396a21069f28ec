/**
 * One way in which policy and database differ, and what the host accepts of it.
 *
 * @module
 */

/** The policy cannot be carried out as it stands. */
type Obstacle =
  | 'unclassified_table'
  | 'missing_table'
  | 'missing_column'
  | 'unreachable_table'
  | 'null_into_not_null'
  | 'key_changed'
  | 'generated_column'
  | 'view_rule'
  | 'time_series_rule'
  | 'capped_rule'
  | 'foreign_table_rule'
  | 'no_row_key'
  | 'hidden_rows'
  | 'missing_privilege'
  | 'unsupported_column'

/** What a host may know about and accept. */
export type AcceptableCode =
  | 'sample_incomplete'
  | 'constant_into_unique'
  | 'value_refused'
  | 'value_reference'
  | 'user_reference'
  | 'personal_column'
  | 'access_not_cut'
  | 'foreign_key_deletes'
  | 'foreign_key_changes'
  | 'foreign_key_blocks'
  | 'touched_trigger'
  | 'stale_index'
  | 'shared_parent_key'
  | 'shared_value'
  | 'several_named'
  | 'other_case'
  | 'other_kind'
  | 'id_type_mismatch'
  | 'mixed_id_types'
  | 'loose_ids'
  | 'reused_ids'
  | 'unindexed_reference'
  | 'path_not_found'
  | 'rule_order'

export type SchemaFindingCode = Obstacle | AcceptableCode

export interface FindingFacts {
  /** How severe it can be; which it is, the place decides. */
  readonly severities: readonly ('error' | 'warning')[]
  /** Whether `schemaCheck.accept` may name it. */
  readonly acceptable: boolean
}

const ERROR = ['error'] as const
const WARNING = ['warning'] as const
const EITHER = ['error', 'warning'] as const

/** Every finding there is. */
export const SCHEMA_FINDINGS: Readonly<Record<SchemaFindingCode, FindingFacts>> = Object.freeze({
  unclassified_table: { severities: ERROR, acceptable: false },
  missing_table: { severities: EITHER, acceptable: false },
  missing_column: { severities: EITHER, acceptable: false },
  unreachable_table: { severities: ERROR, acceptable: false },
  null_into_not_null: { severities: EITHER, acceptable: false },
  key_changed: { severities: ERROR, acceptable: false },
  generated_column: { severities: ERROR, acceptable: false },
  view_rule: { severities: ERROR, acceptable: false },
  time_series_rule: { severities: ERROR, acceptable: false },
  capped_rule: { severities: ERROR, acceptable: false },
  foreign_table_rule: { severities: ERROR, acceptable: false },
  no_row_key: { severities: ERROR, acceptable: false },
  hidden_rows: { severities: ERROR, acceptable: false },
  missing_privilege: { severities: ERROR, acceptable: false },
  unsupported_column: { severities: ERROR, acceptable: false },
  sample_incomplete: { severities: WARNING, acceptable: true },
  constant_into_unique: { severities: EITHER, acceptable: true },
  value_refused: { severities: EITHER, acceptable: true },
  value_reference: { severities: EITHER, acceptable: true },
  user_reference: { severities: EITHER, acceptable: true },
  personal_column: { severities: WARNING, acceptable: true },
  access_not_cut: { severities: WARNING, acceptable: true },
  foreign_key_deletes: { severities: EITHER, acceptable: true },
  foreign_key_changes: { severities: EITHER, acceptable: true },
  foreign_key_blocks: { severities: EITHER, acceptable: true },
  touched_trigger: { severities: WARNING, acceptable: true },
  stale_index: { severities: WARNING, acceptable: true },
  shared_parent_key: { severities: ERROR, acceptable: true },
  other_case: { severities: WARNING, acceptable: true },
  other_kind: { severities: WARNING, acceptable: true },
  shared_value: { severities: WARNING, acceptable: true },
  several_named: { severities: WARNING, acceptable: true },
  id_type_mismatch: { severities: EITHER, acceptable: true },
  mixed_id_types: { severities: EITHER, acceptable: true },
  loose_ids: { severities: WARNING, acceptable: true },
  reused_ids: { severities: WARNING, acceptable: true },
  unindexed_reference: { severities: EITHER, acceptable: true },
  path_not_found: { severities: WARNING, acceptable: true },
  rule_order: { severities: WARNING, acceptable: true },
})

export interface SchemaFinding {
  readonly code: SchemaFindingCode
  /**
   * `error`: a deletion would do something else than the policy says, or could not run; every deletion is refused.
   * `warning`: only somebody who knows the database can judge it, or nothing but time is lost; logged once.
   * `accepted`: the host knows; only `checkSchema` tells.
   */
  readonly severity: 'error' | 'warning' | 'accepted'
  readonly table: string
  /** The column, or the path into the documents. */
  readonly column?: string
  /** Where in the policy. */
  readonly path: string
  /** What is found, and what to do. Names of tables and columns, and nothing of users. */
  readonly message: string
}

/** What a host says about its database in advance. */
export interface SchemaCheckOptions {
  /**
   * Rows above which a reference without an index is an error. Default 100,000, or what the store says: every
   * deletion reads the whole table for it, and with more rows than that others have to wait for too long.
   */
  readonly maxUnindexedRows?: number
  /**
   * Rows from which a reference without an index is a finding at all. Default 1,000: fewer are read as fast as
   * an index. 0 reports all, which a test on an empty database wants.
   */
  readonly minUnindexedRows?: number
  /** Findings that the host knows about: they are neither errors nor warnings here. */
  readonly accept?: readonly AcceptedFinding[]
}

export interface AcceptedFinding {
  readonly code: AcceptableCode
  readonly table: string
  /** Default: every column of the table. */
  readonly column?: string
}

export function isAcceptable(code: string): boolean {
  return (
    Object.hasOwn(SCHEMA_FINDINGS, code) && SCHEMA_FINDINGS[code as SchemaFindingCode].acceptable
  )
}

export function withAccepted(
  findings: readonly SchemaFinding[],
  accept: readonly AcceptedFinding[],
): readonly SchemaFinding[] {
  return findings.map((finding) =>
    accept.some((accepted) => covers(accepted, finding))
      ? { ...finding, severity: 'accepted' }
      : finding,
  )
}

/** Errors first, then warnings; each finding once. */
export function inOrder(findings: readonly SchemaFinding[]): readonly SchemaFinding[] {
  const unique = [...new Map(findings.map((one) => [JSON.stringify(one), one])).values()]
  return SEVERITIES.flatMap((severity) => unique.filter((finding) => finding.severity === severity))
}

const SEVERITIES: readonly SchemaFinding['severity'][] = ['error', 'warning', 'accepted']

function covers({ code, table, column }: AcceptedFinding, finding: SchemaFinding): boolean {
  if (code !== finding.code || table !== finding.table) return false
  return column === undefined || column === finding.column
}
