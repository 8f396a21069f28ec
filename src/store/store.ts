/**
 * The contract between the engine and a database.
 *
 * Every method is set-based and says what is atomic. Atomicity lives inside one method: the functions a
 * caller passes in (`decide`, `seal`, `save`) are pure and synchronous, run inside the transaction, and
 * may run again when a store repeats it. A store never invents a rule: it runs the steps of the program.
 *
 * Rejections are `UserDeletionError` with one of the `store_*`, `connection_busy`, `constraint_violation`,
 * `residue_left` or `lease_lost` codes. After a rejection nothing of that call has been written.
 *
 * @module
 */

import type { BulkMode, Program, UserId } from '../program/program.ts'
import type { DatabaseSchema, SchemaQuestion } from '../program/schema.ts'
import type { Decision } from './change.ts'
import type { Chunk, ChunkResult } from './chunk.ts'
import type { Inquiry } from './inquiry.ts'
import type { InspectedUser, Inspection } from './inspection.ts'
import type { Whose } from './records.ts'
import type { Slice, SliceOutcome, Survey, Targets, UserPage, UserQuery, UserRow } from './slice.ts'
import type { FoundSpellings, SpellingQuery, TenantQuery } from './spelling.ts'
import type { HeldIdsQuery, Sweep, Swept } from './sweep.ts'
import type { Standing, StandingQuery, Transition, TransitionOutcome } from './transition.ts'

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
   * that began it. `whose` is whoever calls; what nothing proves is theirs, unless a record tells of users of
   * another table. What stays without is nobody's; only holds bind then, and the users of every table.
   */
  migrate(whose?: Whose): Promise<void>

  /**
   * The live schema less the engine's own tables. Cheap to call again: an unchanged schema gives the same object.
   *
   * A store whose database promises no columns looks at what it is asked for in a bounded sample of rows, and
   * keeps what it saw for a while; a store that knows its columns may ignore the question.
   */
  describe(question?: SchemaQuestion): Promise<DatabaseSchema>

  /** The user rows in the order asked for; `null` where there is none in this tenant or only a tombstone is left. */
  findUsers(program: Program, targets: Targets): Promise<readonly (UserRow | null)[]>

  /**
   * Ids of the user table in ascending order, a page at a time: numbers before text, text byte by byte, ids
   * compared as they are stored. Rows of which only a tombstone is left are passed over.
   */
  listUsers(program: Program, query: UserQuery): Promise<UserPage>

  /**
   * Whom ids name where only the database can tell: its columns take several spellings for one, or no type is
   * declared for them. Answers each user whose id and tenant equal what is asked for, as the user table's own columns
   * compare, and for an id without such a row of its own type the deletions that the ledger has of it, the newest
   * first. Reads only. A store without it has every id taken as it was passed.
   */
  findSpellings?(program: Pick<Program, 'user'>, query: SpellingQuery): Promise<FoundSpellings>

  /**
   * The tenant as the user table spells it, in the spelling that is asked for where it has that one too; of a tenant
   * that has no users any more as the ledger does. `null` where neither knows it. Reads only. Left out as above.
   */
  findTenant?(program: Pick<Program, 'user'>, query: TenantQuery): Promise<string | null>

  /** What a deletion of these users would find. Reads only; the same counts that {@link Store.apply} decides on. */
  survey(program: Program, targets: Targets): Promise<Survey>

  /** What is left of a user, step by step. Reads only. */
  inspect(program: Program, subject: InspectedUser): Promise<Inspection>

  /**
   * Deletes a slice of users: one transaction around survey, `decide`, every step in order, the residue
   * count, the user rows, and what `seal` returns.
   *
   * With `isolation: 'together'` a failing step rejects the call and nothing is written. With `'each'` every
   * user has a savepoint: a failing user is rolled back alone and answered as `failed`.
   */
  apply(program: Program, slice: Slice): Promise<readonly SliceOutcome[]>

  /**
   * Prepares the database for many slices in a row, and keeps what they leave behind within bounds. Left out
   * where a database needs nothing of the kind. {@link Store.apply} is the same inside and outside a session,
   * and several may be open at once.
   */
  openBulk?(mode: BulkMode): Promise<BulkSession>

  /**
   * Moves one user from one state to the next: one transaction around reading everything that decides about
   * them, `decide`, the columns of the user row, cutting access, the engine's rows about the user, and the
   * events.
   */
  transition(program: Program, transition: Transition): Promise<TransitionOutcome>

  /** How a user stands: what a transition would decide on. Reads only; `null` when the user is absent. */
  findStanding(program: Program, query: StandingQuery): Promise<Standing | null>

  /** Runs at most `limit` rows of one step for one user, and saves the job, in one transaction. */
  applyChunk(program: Program, chunk: Chunk): Promise<ChunkResult>

  /**
   * Runs a program for users whose deletion is long done: one transaction around comparing the mark, leaving
   * out users who may not be touched now, counting, every step in order, what `seal` returns, and the mark.
   *
   * Left out are users who have a user row again, and users with a deletion after `throughSeq` in the
   * ledger, whose rows are that later one's. User rows are not touched. `null`, with nothing done, when the
   * mark is not at `from` any more, or one of the users has a hold that keeps rows of the program.
   */
  sweep(program: Program, sweep: Sweep): Promise<readonly Swept[] | null>

  /**
   * Different values by which rows hold users, where the selector of one step ends at the user: the next
   * ones after `after`, in the store's own order. Whether such a user exists does not matter. Reads only.
   */
  heldIds(program: Program, query: HeldIdsQuery): Promise<readonly UserId[]>

  /** Answers an inquiry, each list of questions in one trip to the database; others may write between two. Reads only. */
  read<T>(inquiry: () => Inquiry<T>): Promise<T>

  /**
   * Answers an inquiry, then carries out what was decided: one transaction, and no other commit in between that
   * touches the same records. May run it again from the start.
   *
   * A write with `orElse` that does not find exactly one record rejects with its code. A value that a unique key has
   * already rejects with `constraint_violation`.
   */
  commit<T>(inquiry: () => Inquiry<Decision<T>>): Promise<T>

  /** Clears older copies of deleted rows from the journal, as far as the database can. */
  sanitize(): Promise<Sanitized>

  /**
   * Clears older copies of deleted rows from everything the database keeps on its disk, as far as it can:
   * its file, its journal, its statistics, and full-text indexes that are among `tables` or index one of
   * them. Rows, settings and the ledger stay as they are. May block for long; safe to repeat.
   */
  scrub(tables: readonly string[]): Promise<Scrubbed>
}

/** A bulk run as the store sees it. Whoever opens one closes it, whatever happens in between. */
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
  /** Whether {@link Store.apply} is one transaction. */
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
  /** Why it is not complete: a reader needs the journal. Try again when it has ended. */
  readonly obstacle: 'journal_in_use' | null
  /** Size of the database; `null` where there is no file format to speak of. */
  readonly bytesBefore: number | null
  readonly bytesAfter: number | null
  /** Full-text tables whose index holds words of live rows only. */
  readonly searchTables: readonly string[]
  /**
   * Full-text tables that nobody can vouch for: contentless ones (only what the host deleted from them is
   * gone), FTS3 and FTS4 over another table, and those that could not be opened here.
   */
  readonly unproven: readonly string[]
}
