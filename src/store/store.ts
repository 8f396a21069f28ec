/**
 * The contract between the engine and a database: ask, decide, carry out.
 *
 * The engine asks set-based questions, decides (pure), and hands back what to write as data. A store never invents a
 * rule: it answers by the program, and runs the steps of the program.
 *
 * Rejections are `UserDeletionError` with one of the `store_*`, `connection_busy`, `constraint_violation`,
 * `schema_mismatch`, `residue_left` or `lease_lost` codes. After a rejection nothing of that call has been written.
 *
 * @module
 */

import type { BulkMode } from '../program/program.ts'
import type { DatabaseSchema, SchemaQuestion } from '../program/schema.ts'
import type { Decision } from './change.ts'
import type { Inquiry } from './inquiry.ts'
import type { Whose } from './records.ts'
import type { View } from './view.ts'

/** What every database adapter implements, and `storeContract` tests. */
export interface Store {
  /** `memory`, `sqlite`, or the name of a third party's adapter; stands in receipts. */
  readonly name: string
  readonly capabilities: StoreCapabilities

  /**
   * Creates the engine's own tables where they are missing, and brings those of an earlier layout to the present
   * one: atomically, where the database can. Safe to repeat, and to run in several processes at once. Until then
   * every other call on an earlier layout rejects with `not_migrated`.
   *
   * Records of before `userTable` are given one by what proves it: a receipt by its own words, a job by the policy
   * that began it. `whose` is the caller: records that nothing proves become the caller's, unless a record names
   * users of another table. Records without a table belong to nobody; only holds still bind, and they bind the users
   * of every table.
   */
  migrate(whose?: Whose): Promise<void>

  /**
   * The live schema less the engine's own tables. Cheap to call again: an unchanged schema gives the same object.
   *
   * A store whose database promises no columns looks at what it is asked for in a bounded sample of rows, and
   * keeps what it saw for a while; a store that knows its columns may ignore the question.
   */
  describe(question?: SchemaQuestion): Promise<DatabaseSchema>

  /** Answers an inquiry, each list of questions in one trip to the database; others may write between two. Reads only. */
  read<T>(inquiry: () => Inquiry<T>): Promise<T>

  /**
   * Opens a view, which the caller closes. Holds up no writer, but may occupy a connection. `null`, or left out, where
   * others may write between two questions of one inquiry.
   */
  openView?(): Promise<View | null>

  /**
   * Answers an inquiry, then carries out what was decided: one transaction, and no other commit in between that
   * touches the same users, the groups of their checks, or the same records. May run it again from the start.
   *
   * A program that was built for another schema is refused with `schema_mismatch`. A write with `orElse` that does not
   * find exactly one record rejects with its code. A value that a unique key has already rejects with
   * `constraint_violation`.
   */
  commit<T>(inquiry: () => Inquiry<Decision<T>>, options?: CommitOptions): Promise<T>

  /**
   * The same for several inquiries as one transaction, in which each may be refused alone; one behind the other sees
   * what those before have written. Rejects, with nothing written, for what is about none of them. Left out by a store
   * that has no such way: then each is a commit.
   */
  commitEach?<T>(
    inquiries: readonly (() => Inquiry<Decision<T>>)[],
  ): Promise<readonly Committed<T>[]>

  /**
   * Prepares the database for many slices in a row, and keeps what they leave behind within bounds. Left out
   * where a database needs nothing of the kind. {@link Store.commit} is the same inside and outside a session,
   * and several may be open at once.
   */
  openBulk?(mode: BulkMode): Promise<BulkSession>

  /**
   * Clears older copies of deleted rows from the journal. Left out by a store that keeps none, or that cannot clear it:
   * then no receipt and no entry of the ledger says more than `capabilities.erasure`.
   */
  clearJournal?(): Promise<Sanitized>

  /**
   * Clears older copies of deleted rows from everything the database keeps on its disk, as far as it can:
   * its file, its journal, its statistics, and full-text indexes that are among `tables` or index one of
   * them. Rows, settings and the ledger stay as they are. May block for long; safe to repeat. Left out by a store that
   * can clear nothing of it.
   */
  scrubFile?(tables: readonly string[]): Promise<Scrubbed>
}

export type Committed<T> =
  | { readonly kind: 'done'; readonly result: T }
  | { readonly kind: 'refused'; readonly error: unknown }

export interface CommitOptions {
  /** What is committed, for callers that watch: a deletion, a chunk of one, rows that were retained, a state of a user. */
  readonly unit?: 'deletion' | 'chunk' | 'sweep' | 'transition'
  /**
   * Told for how long other writers have kept the commit waiting before its work began, in milliseconds: a slice is
   * not too large because others were at work. Not called by a store that does not know.
   */
  waited?(ms: number): void
  /**
   * It asks for the rows of its users first, and for records that are not about them behind the work on the host's rows,
   * the end of the ledger before the others. A store may then make several such commits of different users at the same
   * time, as long as each reads and writes what it would have alone.
   */
  readonly apart?: boolean
}

/** A bulk run as the store sees it. The caller that opens one closes it, whatever happens in between. */
export interface BulkSession {
  /** Users that the next slice holds at most, by what those before have needed. Never throws. */
  mostUsers(): number
  /** Waits until the database can take a slice of so many users; rarely for long. Never rejects. */
  ready(users: number): Promise<void>
  /**
   * Works off what is left behind and puts every setting back as it was. Safe to repeat. Rejects, after all of
   * that, with what went wrong on the way and was made up for.
   */
  close(): Promise<void>
}

export interface StoreCapabilities {
  /** Whether {@link Store.commit} is one transaction. */
  readonly transactions: boolean
  /** How far a committed deletion has cleared the database file at the moment of its commit. */
  readonly erasure: ErasureLevel
  /**
   * Whether the database works in another process, so that a slice does not hold up the host's event loop. Default
   * `false`: the work of a slice is taken to be that of this thread.
   */
  readonly remote?: boolean
  /** What one transaction holds at most; left out where the database sets no limit. */
  readonly limits?: TransactionLimits
  /**
   * Types of values that the host's columns can hold beyond text, numbers and booleans. Default: none; a
   * policy that needs another is refused before anything is read or written.
   */
  readonly nativeTypes?: readonly NativeType[]
}

export interface TransactionLimits {
  /** Users of a slice. */
  readonly users: number
  /** Rows of all users of a slice; the first user may have more. */
  readonly rows: number
}

export type NativeType = 'object_id' | 'uuid' | 'date'

/**
 * How far deleted content is gone.
 *
 * `rows_removed`: queries no longer find it. `rows_overwritten`: its place in the file is overwritten, a
 * journal may still hold it. `journal_cleared`: the journal is empty too; older copies that page splits or
 * earlier settings left in the file, samples of statistics and words of full-text indexes may be there.
 * `file_rewritten`: the file was written anew from what is live, without those. What lies outside the file
 * (freed disk blocks, replicas, backups) is covered by none of them.
 */
export type ErasureLevel =
  | 'rows_removed'
  | 'rows_overwritten'
  | 'journal_cleared'
  | 'file_rewritten'

export interface Sanitized {
  readonly level: ErasureLevel
  /** `false` when a reader kept the journal from being cleared; try again later. */
  readonly complete: boolean
}

/** What a scrub has reached. Holds names of tables, and nothing of users. */
export interface Scrubbed extends Sanitized {
  /** What was in the way of the first that is not done; `null` where it is complete. */
  readonly obstacle: ScrubObstacle | null
  /** Size of the database; `null` where there is no file format to speak of. */
  readonly bytesBefore: number | null
  readonly bytesAfter: number | null
  /** Full-text tables whose index holds words of live rows only. */
  readonly searchTables: readonly string[]
  /**
   * Tables that nobody can vouch for. SQLite: full-text tables that are contentless (only what the host deleted from
   * them is gone), FTS3 and FTS4 over another table, and those that could not be opened here. PostgreSQL: tables that
   * something was in the way of.
   */
  readonly unproven: readonly string[]
}

/**
 * `journal_in_use`: a reader needs the journal. `table_in_use`: another transaction holds a lock on a table.
 * `older_transaction`: one that began before may still see deleted rows, and so may a prepared one or a replication
 * slot. `timed_out`: the database has ended the work on a table. Try again when they have ended, or at another hour.
 * `not_owner`: the role of the handle may not do it.
 */
export type ScrubObstacle =
  | 'journal_in_use'
  | 'table_in_use'
  | 'older_transaction'
  | 'timed_out'
  | 'not_owner'
