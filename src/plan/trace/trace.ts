/**
 * What a trace tells. Types only.
 *
 * @module
 */
import type { StepAction } from '../../program/program.ts'

/**
 * How an identifier is written: as it is, in another case, with `%40` in the place of `@`, as base64 (a part of a longer
 * text too), or as the 64 hex digits of its SHA-256. In a text that holds it in several ways the first of them counts.
 */
export type TracedForm = 'plain' | 'case_folded' | 'url_encoded' | 'base64' | 'sha256'

/** Every place that holds something of one person. It holds names, forms and counts, and no value. */
export interface Trace {
  /**
   * `unexplained`: some place is covered by no rule. `incomplete`: there is none, but not everything was looked at.
   * `explained`: rules cover every place, or others hold the value too. `clean`: nothing was found, and everything was
   * looked at.
   */
  readonly status: 'unexplained' | 'incomplete' | 'explained' | 'clean'
  readonly identifiers: readonly TracedIdentifier[]
  /** In the order in which they were found. */
  readonly places: readonly TracedPlace[]
  /** What was not looked at, or not in full. */
  readonly unread: readonly UnreadPlace[]
  /** Tables that were looked at. */
  readonly tables: number
  /** Rows that were looked at. */
  readonly rows: number
}

/** What was looked for. */
export interface TracedIdentifier {
  /** `id`, a field of the policy, a column of the user row or a place in it, or the name under which `known` has it. */
  readonly name: string
  /**
   * `alone`: it is long enough to be nobody else's, and counts wherever it stands. `named`: it is short or a number, and
   * counts where a rule, a key or a name says what stands there, as the whole value.
   */
  readonly proves: 'alone' | 'named'
  /** Another row of the user table has it too. Left out where none has. */
  readonly shared?: true
}

export interface TracedPlace {
  readonly table: string
  /** Of a document its first key. */
  readonly column: string
  /**
   * The way into a document: keys joined by dots, `[]` for the elements of a list, `*` for keys that are data; behind a
   * `*` at the end an identifier may be the key itself. `null`: the column's own value.
   */
  readonly path: string | null
  /** Rows in which an identifier stands there. */
  readonly rows: number
  /** A row counts once for each of them that stands there. */
  readonly found: readonly FoundIdentifier[]
  /** What covers these rows, each row once: the first rule of the program that does. */
  readonly rules: readonly CoveringRule[]
  /** Rows that no rule covers, of which another user holds all that was found. */
  readonly shared: number
  /** Rows that no rule covers. */
  readonly unexplained: number
}

export interface FoundIdentifier {
  readonly identifier: string
  readonly form: TracedForm
  readonly rows: number
}

export interface CoveringRule {
  /** The id of the step, `table#0`; `user` for the user row itself. */
  readonly rule: string
  readonly action: StepAction
  /** The rule leaves it as it is: in a row that is retained, cleaned elsewhere or blocks, or as the id of a row that stays. */
  readonly keeps: boolean
  readonly rows: number
}

export interface UnreadPlace {
  readonly table: string
  /** `null`: the whole table. */
  readonly column: string | null
  /**
   * `search_words`: the words of a full-text index, which may outlive the rows they are from; rows that it shows were
   * looked at. `hidden_rows`: the database may hide rows from the role of the handle, so
   * none was read. `no_permission`: it may not read them.
   * `foreign`: another server keeps the rows. `time_series`: no key leads through its rows. `outside`: the table is in
   * a database that is attached, or temporary. `too_large`: a document too large to be read as one was looked through as a
   * text. `unreadable`: the database refused. `stopped`: the signal was aborted before.
   */
  readonly reason:
    | 'search_words'
    | 'hidden_rows'
    | 'no_permission'
    | 'foreign'
    | 'time_series'
    | 'outside'
    | 'too_large'
    | 'unreadable'
    | 'stopped'
}

/** How far a trace is. */
export interface TraceProgress {
  readonly table: string
  readonly tablesDone: number
  readonly tables: number
  /** Of all tables so far. */
  readonly rows: number
}
