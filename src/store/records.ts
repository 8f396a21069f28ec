/**
 * The engine's own records: ledger, outbox, jobs, holds, tokens, retentions and marks. Types only.
 *
 * @module
 */
import type { ColumnValue, Scalar, UserId } from '../program/program.ts'

/** Who brings an earlier layout to the present one. */
export interface Whose {
  readonly userTable: string
  readonly policyDigest: string
}

export interface Mark {
  readonly name: string
  readonly value: string
}

/** What a commit carries beside the deletion itself. */
export interface Seal {
  readonly entries: readonly LedgerEntry[]
  readonly events: readonly OutboxEvent[]
  readonly head: LedgerHead
  /** What the deletions leave behind for the end of retentions; left out where no user is deleted. */
  readonly retentions?: SealedRetentions
  /** What the users held that nobody should take for a while; left out where the policy reserves nothing. */
  readonly reservations?: readonly Reservation[]
  /** Rows for the host's own audit log. */
  readonly auditRows?: readonly AuditRow[]
}

/** The retentions of some deletions, and of which steps there would be any. */
export interface SealedRetentions {
  /** Ids of the steps that retain rows until an end. */
  readonly stepIds: readonly string[]
  readonly open: readonly OpenRetention[]
}

/**
 * Deletions side by side in the ledger whose rows a step retains, and whose retention has not been brought to its end.
 * Rows of theirs may not be there yet, so there is one whether any were found or not.
 */
export interface OpenRetention {
  /** JSON of the table of the users and of the step's id. */
  readonly step: string
  /** Place of the first deletion in the ledger; the others follow one by one. */
  readonly seq: number
  readonly state: RetentionState
  /** When they were deleted; how long their rows stay the present policy says. */
  readonly at: string
  readonly tenantId: string | null
  /** 1 where their receipts hide the ids behind the subjects. */
  readonly hidden: 0 | 1
  readonly subjects: readonly UserId[]
}

/** `held`: due, and kept by a hold. `failed`: due, and the database has refused it. */
export type RetentionState = 'waiting' | 'held' | 'failed'

/** That somebody who is gone held a value which nobody should take for a while. Neither says who, nor when. */
export interface Reservation {
  /** Random. */
  readonly id: string
  /** The table of the users. */
  readonly userTable: string
  /** Keyed hash over the table, the tenant, the field and the value. */
  readonly hash: string
  /** Name of the key, which tells it from others. */
  readonly keyName: string
  /** A day's end. */
  readonly until: string
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
    | 'ledger.archived'
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

/** Pure. Called inside the transaction, with the present head; its entries commit with the change. */
export type SealDecision = (head: LedgerHead | null) => Seal

/** The recorded end of the ledger: the one record of its table. */
export interface LedgerEnd extends LedgerHead {
  readonly id: 1
}

/** An entry of an import, set aside where no reader of the ledger sees it. */
export interface StagedEntry extends LedgerEntry {
  readonly run: string
}

/** What says of one user that the engine has disabled them. */
export interface DisabledRecord extends DisabledUser {
  readonly userTable: string | null
  readonly tenantId: string | null
  readonly userId: UserId
}

/** Ids that a run has set aside, in the order they came in. */
export interface SpooledIds {
  readonly run: string
  /** Place of the first of them in the run. */
  readonly position: number
  /** `null` keeps the place of what is no id. */
  readonly ids: readonly (UserId | null)[]
}
