/**
 * What an export is made of. Every record is JSON as it stands. Types only.
 *
 * @module
 */
import type { PolicyStamp } from '../../plan/plan.ts'
import type { StepAction } from '../../program/program.ts'

/** One record of an export; a line of its JSON Lines. */
export type ExportRecord = ExportBegin | ExportedUser | ExportedRow | ExportEnd

/** The first record. */
export interface ExportBegin {
  readonly kind: 'begin'
  readonly format: 1
  readonly userId: string | number
  readonly tenantId: string | null
  readonly policy: PolicyStamp
  /** ISO 8601, UTC. */
  readonly exportedAt: string
}

/** The user's own row. */
export interface ExportedUser extends Exported {
  readonly kind: 'user'
}

/** A row that a rule of the policy finds. A row that two rules find stands under each of them. */
export interface ExportedRow extends Exported {
  readonly kind: 'row'
  /** Id of the step, as in a plan. */
  readonly step: string
  /** What a deletion does with the row. */
  readonly action: StepAction
}

interface Exported {
  readonly table: string
  /** Columns of the row, less those that are left out. */
  readonly row: Readonly<Record<string, JsonValue>>
  /** What is left out; empty where the row is whole. */
  readonly omitted: readonly Omitted[]
}

/**
 * What of a row was left out. `secret`: the policy says so. `others`: it names another person, or belongs to a rule by
 * which the row is another person's. `not_theirs`: the row only refers to the user.
 */
export interface Omitted {
  readonly column: string
  readonly because: 'secret' | 'others' | 'not_theirs'
  /** How many values or elements were taken out of the column, where the others stayed. */
  readonly values?: number
}

/** The last record: an export without it was cut. */
export interface ExportEnd {
  readonly kind: 'end'
  /** `false` where the signal has stopped it. */
  readonly complete: boolean
  /**
   * `one`: all records are of one state of the database. `pages`: the store could not keep one for so many rows, so each
   * page is as it was when it was read.
   */
  readonly view: 'one' | 'pages'
  /** Rows that stand in this export, by step. */
  readonly steps: readonly {
    readonly step: string
    readonly table: string
    readonly rows: number
  }[]
  readonly notIncluded: readonly NotIncluded[]
}

/**
 * What is not in the export. `external`: kept or cleaned elsewhere. `unread`: the policy says that the table holds
 * nothing of users, so nobody has looked. `shared`: found only by a value that another user holds too.
 */
export interface NotIncluded {
  readonly table: string
  readonly because: 'external' | 'unread' | 'shared'
  /** Left out where nobody has counted. */
  readonly rows?: number
}

/**
 * A value as JSON has it. Bytes are `{ "$bytes": base64 }`, and integers that no number holds exactly are
 * `{ "$integer": digits }`. Dates are ISO 8601 texts; ObjectIds, UUIDs and decimals are their texts.
 */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }
