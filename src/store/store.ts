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

import type { NamedUser } from '../program/helpers.ts'
import type {
  BulkMode,
  ColumnValue,
  Condition,
  JsonPath,
  Program,
  Scalar,
  UserId,
} from '../program/program.ts'

export { type ResidueTime, residueTime } from '../program/residue.ts'
export { conditionsBeyond, groupSteps, type StepGroup } from '../program/written-together.ts'
export { sampleJson } from './sampled-json.ts'
export {
  allWrittenFor,
  assertTablePrefix,
  canBeAsked,
  compareIds,
  dealtWithIn,
  derivedAs,
  foldedBy,
  idBehind,
  inEachType,
  inLowerCase,
  isComparedAsText,
  isFoundInAnyCase,
  isHeldByOthers,
  isNamedIn,
  isNobodys,
  isOfBothTypes,
  isSamePath,
  isSameType,
  isSchemaChange,
  isUnique,
  keepsItsRows,
  type Leaving,
  type LeavingUsers,
  leavesNoMatch,
  mayLeaveShared,
  type NamedUser,
  needsCursor,
  noRehearsal,
  passOf,
  RolledBack,
  regardless,
  rehearsed,
  residueLeft,
  type SharedValue,
  saidUserTable,
  schemaChanged,
  sealInParts,
  sealWhole,
  selectorsOf,
  settleUnit,
  sharedText,
  shareOut,
  standsFor,
  storeOptions,
  valueKey,
  valuesToShare,
  wayInto,
  writtenAs,
  writtenFor,
} from '../program/helpers.ts'
export type {
  Assignment,
  AuditTemplate,
  BulkMode,
  ColumnValue,
  Condition,
  Departure,
  DerivedValue,
  Exception,
  Hurdle,
  IdentityMode,
  IdForm,
  IdType,
  JsonPath,
  LastOfCheck,
  Locator,
  PathStep,
  Program,
  Retention,
  Scalar,
  Selector,
  SelectorTarget,
  StatusColumns,
  Step,
  StepAction,
  TableReference,
  UserId,
  UserTable,
  Wanted,
} from '../program/program.ts'

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

  /** Open jobs, oldest first. */
  listJobs(query: JobQuery): Promise<readonly Job[]>

  /** Holds on users, the first placed first. */
  listHolds(query: HoldQuery): Promise<readonly Hold[]>

  /** Places a hold on a user who has no row any more, with what `seal` returns; where there is one, a transition does. */
  saveHold(hold: Hold, seal?: SealDecision): Promise<void>

  /** Removes a hold, with what `seal` returns. Safe to repeat. */
  removeHold(id: string, seal?: SealDecision): Promise<void>

  /** Adds a token that confirms a later call, in the place of the user's earlier one. */
  saveToken(token: ConfirmationToken): Promise<void>

  /** Removes tokens that had expired by this instant (ISO 8601, UTC), and answers how many. */
  removeTokens(expiredBy: string): Promise<number>

  /**
   * Takes a job whose lease has ended by `now`: one atomic compare-and-set on the fence.
   * `null` when somebody else was faster.
   */
  claimJob(claim: JobClaim): Promise<Job | null>

  /** Saves how far a job is, and renews its lease. Rejects with `lease_lost` when the fence has moved. */
  saveJob(save: JobSave): Promise<void>

  /** Removes a job whose user is not there any more. Does nothing when the fence has moved. */
  removeJob(job: Pick<Job, 'id' | 'fence'>): Promise<void>

  /** Ledger entries after `afterSeq` in commit order. */
  readLedger(query: LedgerQuery): Promise<readonly LedgerEntry[]>

  /** The newest entry of each subject that has one. */
  findEntries(query: SubjectQuery): Promise<readonly LedgerEntry[]>

  /** The latest instant at which a subject was deleted in this tenant (ISO 8601, UTC), `null` if never. One look-up. */
  deletedAt(query: DeletedQuery): Promise<string | null>

  /** The entry written under an idempotency key. */
  findEntryByKey(query: KeyQuery): Promise<LedgerEntry | null>

  /** The recorded end of the ledger, `null` while it is empty. */
  ledgerHead(): Promise<LedgerHead | null>

  /** Appends what `seal` returns for the present head, atomically. */
  appendLedger(seal: (head: LedgerHead | null) => Seal): Promise<void>

  /** Sets entries of an import aside, atomically, where no reader of the ledger sees them. */
  stageLedger(run: string, entries: readonly LedgerEntry[]): Promise<void>

  /**
   * Moves all entries of a run into the ledger and records `head`, in one transaction, if the ledger still
   * ends at `after`; answers whether it did. What other runs have set aside is forgotten then: it can fit no more.
   */
  adoptLedger(run: string, adoption: LedgerAdoption): Promise<boolean>

  /** Forgets what a run has set aside. Safe to repeat. */
  clearStaged(run: string): Promise<void>

  /** Events not acknowledged yet, in the order of their ids, which is the order they were written in. */
  readOutbox(query: OutboxQuery): Promise<readonly OutboxEvent[]>

  /** Removes acknowledged events and answers how many were there. Safe to repeat. */
  acknowledge(ids: readonly string[]): Promise<number>

  /** Adds ids to a run's spool, atomically. */
  spool(run: string, ids: readonly UserId[]): Promise<void>
  /** Spooled ids from `offset` in the order they came in. */
  readSpool(run: string, offset: number, limit: number): Promise<readonly UserId[]>
  /** Forgets a run's spool. Safe to repeat. */
  clearSpool(run: string): Promise<void>
  /** Runs that have ids, or entries of an import, set aside; each once. */
  runsAside(): Promise<RunsAside>

  /**
   * A small fact that the engine remembers between calls: how far a sweep has come, when the clock was last
   * seen. `null` when it was never written.
   */
  readMark(name: string): Promise<string | null>
  /** Writes a mark in place of what it held, atomically. Safe to repeat. */
  writeMark(name: string, value: string): Promise<void>
  /** Marks whose names begin like this, by their names. */
  listMarks(prefix: string): Promise<readonly Mark[]>
  /** Removes a mark. Safe to repeat. */
  removeMark(name: string): Promise<void>

  /** Clears older copies of deleted rows from the journal, as far as the database can. */
  sanitize(): Promise<Sanitized>

  /**
   * Clears older copies of deleted rows from everything the database keeps on its disk, as far as it can:
   * its file, its journal, its statistics, and full-text indexes that are among `tables` or index one of
   * them. Rows, settings and the ledger stay as they are. May block for long; safe to repeat.
   */
  scrub(tables: readonly string[]): Promise<Scrubbed>
}

/**
 * The mark that a store writes when it brings an earlier layout to the present one, with the version that made it.
 * Where it stands, policies may have been written that meant something else then.
 */
export const EARLIER_LAYOUT_MARK = 'earlier_layout'

/** Who brings an earlier layout to the present one. */
export interface Whose {
  readonly userTable: string
  readonly policyDigest: string
}

export interface RunsAside {
  readonly spools: readonly string[]
  readonly imports: readonly string[]
}

export interface Mark {
  readonly name: string
  readonly value: string
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
   * The users came back with a restored backup. A row counts although the ledger names its user as deleted,
   * unless it is blanked. A field whose value another user row of the tenant holds is `null`: what it matches
   * may be that person's.
   */
  readonly restored?: boolean
}

/** How the columns of the user table compare texts where that is not byte by byte, by the names of their collations. */
export interface LooseColumns {
  readonly id: string | null
  readonly tenant: string | null
}

export interface TenantQuery {
  readonly tenantId: string
  readonly loose: LooseColumns
}

export interface SpellingQuery {
  readonly tenantId: string | null
  /** For each user the ways in which the id may be held: 9 and '9', or a UUID in lower case and in upper case. */
  readonly users: readonly (readonly UserId[])[]
  readonly loose: LooseColumns
  /** Pure. How the ledger names a user. */
  subjectOf(id: UserId): UserId
}

/** An id and its tenant as they are stored. */
export interface Spelling {
  readonly tenantId: string | null
  readonly id: UserId
}

export interface FoundSpellings {
  /** For each user asked for: rows of the user table, and deletions in the ledger, each spelling once. */
  readonly users: readonly {
    readonly rows: readonly Spelling[]
    readonly deleted: readonly Spelling[]
  }[]
  /** Of which types the ids of the user table are; need not be told unless some user is asked for in both. */
  readonly types: readonly ('integer' | 'text')[]
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
  readonly isolation: 'together' | 'each'
  /**
   * Pure. One verdict for each surveyed user; called inside the transaction, once per unit of isolation.
   * `positions` says where in the slice the surveyed users stand.
   */
  decide(survey: Survey, positions: readonly number[]): readonly Verdict[]
  /**
   * Pure. Called after the work of a unit of isolation, with all of it or one part after the other, each with
   * the head that the one before has left; entries stand in the order of `works`. `residue`: rows on which the
   * work has not had its effect, as {@link residueTime} asks for them. A store that has to seal before its work
   * says what it will hold the work to, and takes everything back where it finds more.
   */
  seal(works: readonly Work[], head: LedgerHead | null, residue: number): Seal
  /**
   * Whether outcomes hold the entries. Without it they are forgotten once they are written: those of a large
   * slice outweigh all else that is known of it.
   */
  readonly keepsEntries: boolean
  /** Set for the last transaction of the journalled way. */
  readonly journal?: JournalEnd
  /**
   * All is done but the commit: the transaction is rolled back, so that nothing stays, and what would have come of
   * it is answered. A store that has no transactions here rejects with `transactions_unsupported`.
   */
  readonly rehearsal?: true
  /**
   * What the columns of the users hold while a store without transactions is at work, so that a crash leaves
   * nobody half deleted who could sign in; left out where the policy maps no columns.
   */
  readonly disabled?: Readonly<Record<string, ColumnValue>>
  /**
   * Told for how long other writers have kept the slice waiting before its work began, in milliseconds: a slice is
   * not too large because others were at work. Not called by a store that does not know.
   */
  waited?(ms: number): void
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

/** Users of several tenants, and how far the ledger has been worked through once they are done. */
export interface Sweep {
  readonly groups: readonly SweepGroup[]
  readonly throughSeq: number
  /** Moved from one value to the next with the work; `from: null` means that it was never written. */
  readonly mark: { readonly name: string; readonly from: string | null; readonly to: string }
  /** Pure. Whether a hold on one of the users keeps rows of the program; asked inside the transaction. */
  isHeldBy(hold: Hold): boolean
  /** Pure. Called inside the transaction, after the work, with one `Swept` for each group. */
  seal(swept: readonly Swept[], head: LedgerHead | null): Seal | null
}

export interface SweepGroup extends Targets {
  /** The program's derived values by user. */
  readonly derived: readonly (readonly string[])[]
}

export interface HeldIdsQuery {
  /** Index of the step in the program. */
  readonly step: number
  readonly after: UserId | null
  readonly limit: number
}

/** What a sweep did in one group. */
export interface Swept {
  /** Rows by user, then by step of the program; `null` for users who were left out. */
  readonly counts: readonly (readonly number[] | null)[]
}

export type SliceOutcome =
  /** `entry`: `null` where the slice does not keep them. */
  | { readonly kind: 'deleted'; readonly entry: LedgerEntry | null }
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly reason: unknown }
  | { readonly kind: 'failed'; readonly error: unknown }

/** What a commit carries beside the deletion itself. */
export interface Seal {
  readonly entries: readonly LedgerEntry[]
  readonly events: readonly OutboxEvent[]
  readonly head: LedgerHead
  /** Rows for the host's own audit log. */
  readonly auditRows?: readonly AuditRow[]
}

/** One row to insert into a table that the policy names. */
export interface AuditRow {
  readonly table: string
  readonly values: Readonly<Record<string, ColumnValue>>
}

export interface LedgerEntry {
  readonly seq: number
  readonly kind:
    | 'user.deleted'
    | 'tenant.deleted'
    | 'storage.sanitized'
    | 'retention.expired'
    | 'ledger.rekeyed'
    | 'hold.placed'
    | 'hold.released'
    | 'deletion.scheduled'
    | 'deletion.cancelled'
    | 'user.disabled'
    | 'user.enabled'
  /** ISO 8601, UTC. */
  readonly at: string
  /**
   * The table of the users that the entry is about: two tables may have users of the same id. `null` for the
   * ledger as a whole, and in entries of an earlier layout that do not say.
   */
  readonly userTable: string | null
  readonly tenantId: string | null
  readonly subject: UserId | null
  readonly idempotencyKey: string | null
  /** Canonical JSON. */
  readonly body: string
  /** Chained over the previous entry's hash. */
  readonly hash: string
}

export interface LedgerHead {
  readonly seq: number
  readonly hash: string
  /** HMAC over seq and hash where the engine has a ledger key. */
  readonly signature: string | null
}

export interface LedgerQuery {
  readonly afterSeq: number
  readonly limit: number
  /** Only entries written at or after this instant (ISO 8601, UTC). */
  readonly since?: string
}

export interface SubjectQuery {
  readonly userTable: string
  readonly tenantId: string | null
  readonly subjects: readonly UserId[]
  /** Default `user.deleted`. */
  readonly kind?: 'user.deleted' | 'tenant.deleted'
}

export interface DeletedQuery {
  readonly userTable: string
  readonly tenantId: string | null
  readonly subject: UserId
}

/** Where an import continues the ledger, and where it ends. */
export interface LedgerAdoption {
  readonly after: LedgerHead | null
  readonly head: LedgerHead
}

export interface KeyQuery {
  readonly userTable: string
  readonly tenantId: string | null
  readonly idempotencyKey: string
}

export interface OutboxEvent {
  /** Stable: the same event has the same id however often it is delivered. Sorts in order of writing. */
  readonly id: string
  readonly type: string
  readonly at: string
  /** The table of the user; `null` in events of an earlier layout that do not say. */
  readonly userTable: string | null
  readonly tenantId: string | null
  readonly subject: UserId
  /** `null` for events of users who are still there. */
  readonly receiptId: string | null
  /** Rows behind the event. */
  readonly rows: number
}

export interface OutboxQuery {
  /** Only events of users of this table, and those that do not say. Default: all. */
  readonly userTable?: string
  readonly afterId: string | null
  readonly limit: number
}

/**
 * Why a job is open. `scheduled_deletion`: it waits for its day. `erasure`: external erasers and then the
 * deletion. `deletion`: a user who is being deleted in several transactions.
 */
export type JobKind = 'scheduled_deletion' | 'erasure' | 'deletion'

/** Work that spans several calls or transactions; written before the first effect of it. A user has one at most. */
export interface Job {
  readonly id: string
  readonly kind: JobKind
  /** The table of the user; `null` in jobs of an earlier layout that nobody owns. */
  readonly userTable: string | null
  readonly tenantId: string | null
  readonly userId: UserId
  /** When the deletion was asked for; ISO 8601, UTC, as all instants here. */
  readonly requestedAt: string
  /** Not to be worked on before; `null` for at once. */
  readonly dueAt: string | null
  readonly idempotencyKey: string | null
  /** Empty while nobody works on it. */
  readonly owner: string
  /** After it anyone may claim the job. */
  readonly leaseUntil: string
  /** Grows with every claim; writes of an earlier owner are refused. */
  readonly fence: number
  readonly createdAt: string
  readonly policyDigest: string
  /** JSON: how far the work is. May hold identifiers of the user, and goes with the job. */
  readonly state: string
}

/** Keeps a user, or the rows of some tables, from being deleted. */
export interface Hold {
  readonly id: string
  /** The table of the user; `null` in holds of an earlier layout that do not say: they bind the users of every table. */
  readonly userTable: string | null
  readonly tenantId: string | null
  readonly userId: UserId
  /** A code, never free text. */
  readonly reason: string
  /** `null` for the user as a whole. */
  readonly tables: readonly string[] | null
  readonly placedAt: string
  /** `null` until it is released. */
  readonly until: string | null
}

/** That the engine has disabled a user, and what the columns held that it overwrote. */
export interface DisabledUser {
  readonly since: string
  /** Survives JSON. */
  readonly before: Readonly<Record<string, Scalar | RecordedDate>>
}

/** A date that a column held. */
export interface RecordedDate {
  /** ISO 8601, UTC. */
  readonly date: string
}

/** A token sent to a user to confirm the deletion of the own account. Only its hash is kept. */
export interface ConfirmationToken {
  readonly hash: string
  readonly userTable: string
  readonly tenantId: string | null
  readonly userId: UserId
  readonly sessionId: string
  readonly expiresAt: string
}

export interface StandingQuery {
  readonly tenantId: string | null
  readonly user: Target
  /** As in {@link Targets}. */
  readonly restored?: boolean
  /** The token to look up, by its hash. */
  readonly tokenHash: string | null
}

/** A step from one state of a user to the next. */
export interface Transition extends StandingQuery {
  /** Pure. Not called when the user is absent. */
  decide(standing: Standing): TransitionVerdict
}

/** One user and everything that decides what may happen to them next. */
export interface Standing {
  /** The row as the host stores it. */
  readonly row: UserRow
  /** Of this one user. */
  readonly survey: Survey
  readonly job: Job | null
  readonly disabled: DisabledUser | null
  readonly token: ConfirmationToken | null
}

export type TransitionVerdict =
  | { readonly kind: 'refuse'; readonly reason: unknown }
  | ({ readonly kind: 'proceed' } & TransitionPlan)

/** What a transition writes. What is left out stays as it is; `null` removes. */
export interface TransitionPlan {
  /** Columns of the user row. */
  readonly set?: Readonly<Record<string, ColumnValue>>
  readonly disabled?: DisabledUser | null
  readonly placeHold?: Hold
  readonly releaseHold?: string
  readonly consumesToken?: boolean
  /** Runs the steps that cut access. */
  readonly cutsAccess?: boolean
  /** Pure. Called once the rest is written, with the rows that were cut, by step. */
  finish?(cut: readonly number[]): TransitionEnd
}

/** Pure. Called inside the transaction, with the present head; its entries commit with the change. */
export type SealDecision = (head: LedgerHead | null) => Seal

export interface TransitionEnd {
  /** What the ledger keeps of the change. */
  readonly seal?: SealDecision
  readonly job?: Job | null
  readonly events?: readonly OutboxEvent[]
}

export type TransitionOutcome =
  | { readonly kind: 'absent' }
  | { readonly kind: 'refused'; readonly reason: unknown }
  /** How the user stands now; the survey is the one from before. */
  | { readonly kind: 'done'; readonly standing: Standing }

export interface JobQuery {
  readonly limit: number
  /** Only jobs of users of this table. Default: all. */
  readonly userTable?: string
  /** Only the job of this user. */
  readonly user?: { readonly tenantId: string | null; readonly userId: UserId }
  readonly kinds?: readonly JobKind[]
  /** Only jobs that may be worked on at this instant. */
  readonly dueBy?: string
  /** Only jobs behind this one, in the order of the list. */
  readonly after?: Pick<Job, 'id' | 'createdAt'>
}

export interface JobSave {
  readonly id: string
  readonly fence: number
  readonly leaseUntil: string
  readonly dueAt: string | null
  readonly state: string
}

export interface HoldQuery {
  readonly limit: number
  /** Only holds that bind users of this table. Default: all. */
  readonly userTable?: string
  readonly user?: { readonly tenantId: string | null; readonly userId: UserId }
  /** Only holds behind this one. */
  readonly afterId?: string
}

export interface JobClaim {
  readonly id: string
  readonly fence: number
  readonly owner: string
  readonly now: string
  readonly leaseUntil: string
}

/** Where a chunk ended: the row's key. `null` in its place means from the start. */
export type Cursor = readonly unknown[]

export interface Chunk extends NamedUser {
  readonly tenantId: string | null
  readonly derived: readonly string[]
  /** Index of the step in the program; of steps that find their rows together that of the first, and all of them run. */
  readonly step: number
  readonly cursor: Cursor | null
  readonly limit: number
  readonly jobId: string
  readonly fence: number
  /** Pure. The job's new lease and state once the chunk is done. */
  save(result: ChunkResult): { readonly leaseUntil: string; readonly state: string }
}

export interface ChunkResult {
  readonly rows: number
  /** Of a pass, rows of each of its other steps. */
  readonly others?: readonly { readonly step: number; readonly rows: number }[]
  /** Where to go on, `null` when the step has no more rows. */
  readonly cursor: Cursor | null
  readonly done: boolean
}

export interface InspectedUser {
  readonly tenantId: string | null
  readonly target: Target
  /** Fields that are known; a step that needs another one is not counted. */
  readonly fields: Readonly<Record<string, unknown>>
  /** Derived values that are known, by index. */
  readonly derived: readonly (string | null)[]
}

export interface Inspection {
  readonly user: UserRow | null
  /** What a deletion has left of the user row; `null` where nothing is left, or the user is there. */
  readonly tombstone: Tombstone | null
  /** Rows that belong to the user by step; `null` where a needed field is unknown. */
  readonly matched: readonly (number | null)[]
  /** Of those, rows on which the step has not done its work. */
  readonly pending: readonly (number | null)[]
  /** Beside those, rows by step that stay because others hold the values by which they are found; left out where nobody does. */
  readonly shared?: readonly number[]
}

/** The row of a user whom the ledger names as deleted, where the policy keeps a blank one. */
export interface Tombstone {
  readonly row: UserRow
  /** Whether it holds what a deletion writes, as far as that is known. */
  readonly isBlank: boolean
}

/** What a policy needs to know of tables that promise no columns. */
export interface SchemaQuestion {
  /** The same list object asks the same question. */
  readonly paths: readonly AskedPath[]
  /** Places inside JSON; for stores whose columns hold it as text. */
  readonly json?: readonly AskedJson[]
  /** Fields by which rows are found. Where no index helps with one, a store that can says how many rows there are. */
  readonly lookups?: readonly LookupQuestion[]
  /** Tell of every table what a sample of it holds anywhere, and what its validator asks for. */
  readonly everything?: boolean
  /** Look again now, whatever was seen earlier. */
  readonly fresh?: boolean
}

export interface LookupQuestion extends Pick<AskedPath, 'table' | 'path'> {
  /** It is looked for inside a text, which no index helps with. */
  readonly inText: boolean
  /** It is looked for in any case, which an index on the field itself does not help with. */
  readonly inAnyCase?: boolean
}

/** Where in the JSON that a column holds. */
export interface AskedJson {
  readonly table: string
  readonly column: string
  readonly steps: JsonPath
  /** What should stand there: anything that can be removed, a plain value, or an array. */
  readonly wants: 'anything' | 'value' | 'array'
  /** Only in rows that satisfy these conditions. */
  readonly where: readonly Condition[]
}

/** Where in the rows of a table, keys joined by dots; arrays on the way and at the end are opened. */
export interface AskedPath {
  readonly table: string
  readonly path: string
  /** Only in rows that satisfy these conditions. */
  readonly where: readonly Condition[]
}

/** The live schema. */
export interface DatabaseSchema {
  /**
   * Names this state of the schema. A store that gives one refuses every write of a program whose
   * {@link Program.schemaStamp} is another, with {@link schemaChanged}: inside the transaction where the database
   * can, else right before it.
   */
  readonly stamp?: string
  readonly tables: readonly TableSchema[]
  /** A table that is not there comes into being with its first row. Default: no. */
  readonly createsTables?: boolean
  /** Whether foreign keys are enforced on this connection. */
  readonly foreignKeysEnforced: boolean
  /**
   * Tables that the handle reaches beside the database (attached, temporary), by their name and as
   * `database.name`. The store never looks into them.
   */
  readonly outside?: readonly string[]
  /** Rows that one deletion may read one by one without holding others up. Default 100,000. */
  readonly maxScannedRows?: number
}

export interface TableSchema {
  readonly name: string
  /** Rows of a `time_series` can hardly be changed one by one, nor those of a `capped` collection in a transaction. */
  readonly kind: 'table' | 'view' | 'virtual' | 'time_series' | 'capped'
  /** What its texts compare by unless a column says otherwise, where that is not byte by byte. */
  readonly collation?: string
  /** `null` where the store knows no columns (a schemaless table). */
  readonly columns: readonly ColumnSchema[] | null
  readonly primaryKey: readonly string[]
  /** SQLite's WITHOUT ROWID: rows are addressed by the primary key alone. */
  readonly withoutRowId?: boolean
  /** SQLite's STRICT: a column takes values of its declared type alone. */
  readonly strict?: boolean
  /** Unique keys beside the primary key. */
  readonly uniqueKeys: readonly (readonly string[])[]
  /** Unique keys that take null but once. Default: none, as SQL has it. */
  readonly nullKeys?: readonly NullKey[]
  readonly foreignKeys: readonly ForeignKey[]
  readonly triggers: readonly TriggerSchema[]
  /**
   * Of a virtual table that keeps no rows of its own: the table whose rows it indexes, or `null` for one that
   * keeps nothing readable.
   */
  readonly contentTable?: string | null
  /** How many rows there are, about; left out where nobody has looked. */
  readonly rows?: number
  /** Left out where nobody has looked. */
  readonly indexes?: readonly IndexSchema[]
  /** A part of the sample could not be taken in time. */
  readonly sampledInPart?: true
  /** What a sample of the rows holds at the paths that were asked for. */
  readonly sampledTypes?: readonly SampledTypes[]
  /** What a sample of the rows holds at the places inside JSON that were asked for. */
  readonly sampledJson?: readonly SampledJson[]
  /** Where the rows of a table without columns hold a value, in a sample or by its validator. */
  readonly sampledPaths?: readonly SampledPath[]
  /** What the database asks of rows of a table without columns. */
  readonly validator?: ValidatorSchema
  /** CHECK constraints; left out where there are none, or the store does not tell. */
  readonly checks?: readonly CheckSchema[]
}

/** A CHECK constraint of a table. */
export interface CheckSchema {
  /** The condition that rows have to fulfil, as the database has it. */
  readonly condition: string
  /** The columns that it mentions. */
  readonly columns: readonly string[]
}

/** A unique key in which nulls are equal. */
export interface NullKey {
  readonly keys: readonly string[]
  /** A field that is not there counts as null. */
  readonly missing: boolean
}

/** A place that holds a value, and no sub-document only. */
export interface SampledPath {
  /** Keys joined by dots, arrays opened; `*` stands for keys that are data themselves. */
  readonly path: string
  /** Of the values: `string`, `number`, `objectId`, `date`, `null`, …; empty where none has been seen. */
  readonly types: readonly string[]
}

/** What rows have to be like when they are written. */
export interface ValidatorSchema {
  /** Rows that are not like it are refused; otherwise the database only makes a note of them. */
  readonly refuses: boolean
  readonly fields: readonly ValidatedField[]
  /** Fields that are mentioned in a way that the store does not read; keys joined by dots. */
  readonly unread: readonly string[]
}

export interface ValidatedField {
  /** Keys joined by dots, arrays opened; empty for the row itself. */
  readonly path: string
  /** It has to be there wherever what it is a part of is there. */
  readonly required: boolean
  /**
   * Types that it may have, as the database calls them: `string`, `bool`, `int`, `double`, `date`, `objectId`,
   * `uuid`, `null`, …; `null`: any.
   */
  readonly types: readonly string[] | null
  /** The only values it may have; `null`: any. */
  readonly values: readonly unknown[] | null
  /** Types of which the validator asks more than stands here; `any` is all of them. */
  readonly more: readonly string[]
  /** It takes no fields but those that stand here with their path. */
  readonly closed: boolean
}

export interface IndexSchema {
  readonly name: string
  /** Fields by which the index finds equal values, the leading one first; `a.$**` is everything below `a`. */
  readonly keys: readonly string[]
  /** It leaves rows out, so that not every query may use it. */
  readonly partial: boolean
  /** The rows that it leaves out are those in which one of its keys is null, and no others. */
  readonly leavesOutNull?: true
  /** No two rows have the same keys. Default: they may. */
  readonly unique?: boolean
}

/** Something that the database does by itself whenever rows of the table change. */
export interface TriggerSchema {
  readonly name: string
  readonly event: 'insert' | 'update' | 'delete'
  /** Only updates of these columns set it off; `null`: every one. */
  readonly columns: readonly string[] | null
}

export interface SampledJson extends Omit<AskedJson, 'table'> {
  /** Sampled rows that satisfy the conditions, and hold a document with something in it. */
  readonly rows: number
  /** In how many of them it stands there, or what would hold it is empty. */
  readonly found: number
  /** A way that the path does not take and that leads to it in some row: through an array, by a key with dots. */
  readonly instead: JsonPath | null
  /** A key of the path that stands twice in one object of some row, of which the database reads one. */
  readonly twice?: string
  /** Keys of texts that stand beside the last one of the path, where values are looked for. */
  readonly beside?: readonly string[]
  /** A number stands there in some row, where values are looked for. */
  readonly holdsNumbers?: true
}

export interface SampledTypes extends Omit<AskedPath, 'table'> {
  /** Sampled rows that satisfy the conditions. */
  readonly rows: number
  /** In how many of them a value of the type stands there: `string`, `number`, `objectId`, `uuid`, `null`, … */
  readonly types: Readonly<Record<string, number>>
}

export interface ColumnSchema {
  readonly name: string
  /** The declared type as it is written, empty where there is none; left out where the store knows of no types. */
  readonly type?: string
  /**
   * What its texts compare by, where that is not byte by byte: SQLite's `NOCASE` or `RTRIM`, or any other name, in
   * upper case. Left out for columns that compare byte by byte.
   */
  readonly collation?: string
  readonly nullable: boolean
  /** A row that names no value for it still has one. Default: no. */
  readonly hasDefault?: boolean
  /** Computed by the database; cannot be written. */
  readonly generated: boolean
  /** Of a generated column: the columns that its expression mentions; left out where the store does not tell. */
  readonly generatedFrom?: readonly string[]
}

export interface ForeignKey {
  readonly columns: readonly string[]
  readonly references: { readonly table: string; readonly columns: readonly string[] }
  readonly onDelete: ForeignKeyAction
  /** What becomes of the reference when the key is overwritten. Default: the database refuses that. */
  readonly onUpdate?: ForeignKeyAction
}

export type ForeignKeyAction = 'no_action' | 'restrict' | 'cascade' | 'set_null' | 'set_default'

/**
 * What the names of the engine's own tables begin with, unless the host chooses otherwise. A name that begins so is
 * not the engine's for that: each store has an exact list.
 */
export const ENGINE_TABLE_PREFIX = 'user_deletion_'
