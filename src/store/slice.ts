/**
 * Users of a slice: what is found of them, what is decided, and what was done. Types only.
 *
 * @module
 */
import type { ColumnValue, UserId } from '../program/program.ts'
import type { NamedUser } from '../program/shared-values.ts'
import type { Cursor } from './chunk.ts'
import type { Hold, JobKind, LedgerEntry, LedgerHead, Seal } from './records.ts'

/** A row as the host stores it. */
export type UserRow = Readonly<Record<string, unknown>>

/** One user of a slice, and how the ledger names them. */
export interface Target {
  readonly id: UserId
  readonly subject: UserId
}

export interface Targets {
  readonly tenantId: string | null
  readonly users: readonly Target[]
  /**
   * The users came back with a restored backup. A user row counts even if the ledger says the user was deleted,
   * unless it is blanked. A field whose value another user row of the tenant holds is `null`: what it matches may be
   * that person's.
   */
  readonly restored?: boolean
}

export interface UserQuery {
  readonly tenantId: string | null
  /** Where the last page ended; `null` for the first. */
  readonly afterId: UserId | null
  readonly limit: number
  /** As in {@link Targets}. */
  readonly restored?: boolean
  /** Pure. How the ledger names a user. */
  subjectOf(id: UserId): UserId
}

export interface UserPage {
  readonly ids: readonly UserId[]
  /** Where to go on, `null` at the end. A page may hold fewer ids than asked for and not be the last. */
  readonly next: UserId | null
}

/** What was found, each list in the order of the users asked for. */
export interface Survey {
  readonly users: readonly (FoundUser | null)[]
  /** Rows by user, then by step of the program. A row counts once per step and user. */
  readonly counts: readonly (readonly number[])[]
  /** For each check of the program: the groups that would be left without a member once all these users are gone. */
  readonly bereft: readonly (readonly GroupMember[])[]
  /**
   * By user, then by hurdle of the program: rows that stand in the way, if all users of the survey go. Left out by
   * a store that foresees nothing of the kind, and where the program has no hurdles.
   */
  readonly hurdles?: readonly (readonly number[])[]
  /**
   * Users by position who hold a value that nobody else within reach holds but they: none of them has the rows
   * that are found by it, and the last one to go takes them.
   */
  readonly sharers?: readonly (readonly number[])[]
  /** The user's open job, by user. */
  readonly jobs: readonly (JobReference | null)[]
  /** The user's holds, by user; those that have ended may still be among them. */
  readonly holds: readonly (readonly Hold[])[]
}

export interface JobReference {
  readonly id: string
  readonly kind: JobKind
  readonly fence: number
}

export interface FoundUser extends NamedUser {
  /** Always holds `id`. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Rows by step that stay because others hold the values too by which they are found; left out where there are none. */
  readonly sharedRows?: readonly number[]
}

/** A user of the slice who is a member of a group that would be bereft. */
export interface GroupMember {
  /** Position of the user in the survey. */
  readonly user: number
  /** What names the group; two are the same by {@link valueKey}. */
  readonly group: unknown
}

/** What the engine decides about one user of a slice. */
export type Verdict =
  | { readonly kind: 'proceed'; readonly derived: readonly string[] }
  | { readonly kind: 'refuse'; readonly reason: unknown }

/** What was done to one user. */
export interface Work {
  /** Position of the user in the slice. */
  readonly user: number
  readonly found: FoundUser
  /** Rows by step of the program. */
  readonly counts: readonly number[]
}

export interface Slice extends Targets {
  /** Pure. One verdict for each surveyed user; called inside the transaction. */
  decide(survey: Survey): readonly Verdict[]
  /**
   * Pure. Called with one part of the work after the other, each with the head that the one before has left; entries
   * stand in the order of `works`. `residue`: what the change is held to.
   */
  seal(works: readonly Work[], head: LedgerHead | null, residue: number): Seal
  /** Set where `seal` calls code of the host. */
  readonly callsHost?: true
  /**
   * Whether outcomes hold the entries. Without it they are forgotten once they are written: in a large slice they
   * would take more memory than everything else.
   */
  readonly keepsEntries: boolean
  /** Set for the last transaction of the journalled way. */
  readonly journal?: JournalEnd
  /** As in a decision. */
  readonly isRehearsal?: true
  /** What the columns of the users hold meanwhile, as in the work on their rows; left out where the policy maps none. */
  readonly disabled?: Readonly<Record<string, ColumnValue>>
}

/** Ends a job with the slice's transaction, which is rolled back with `lease_lost` when the fence has moved. */
export interface JournalEnd {
  readonly jobId: string
  readonly fence: number
  /**
   * Where each step's chunks ended, by step; rows up to there are not written again. `null` when no chunk
   * has run, so that all is still to do.
   */
  readonly cursors: readonly (Cursor | null)[] | null
}

export type SliceOutcome =
  /** `entry`: `null` where the slice does not keep them. */
  | { readonly kind: 'deleted'; readonly entry: LedgerEntry | null }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly reason: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }
