/**
 * What a draft says of a table. Types only.
 *
 * @module
 */
import type { Action, RuleInput } from '../policy/policy.ts'
import type { TableKind } from './table-kinds.ts'

export interface ProposedTable {
  readonly table: string
  readonly kind: TableKind
  /** Columns that refer to the users by a foreign key. */
  readonly foreignKeys: readonly string[]
  readonly lines: readonly ProposedLine[]
  readonly precedence: readonly Action[] | null
}

/** A rule, or that there is none to be made. */
export interface ProposedLine {
  readonly rule: RuleInput | 'unrelated'
  /** What a person has to decide; `null` where the schema says it. */
  readonly question: string | null
}
