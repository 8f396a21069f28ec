/**
 * What a deletion would do. Plain data, without row contents.
 *
 * @module
 */
import type { IdentityMode, StepAction, UserId } from '../program/program.ts'

/** The dry run for one user. */
export interface Plan {
  readonly userId: UserId
  readonly tenantId: string | null
  readonly policy: PolicyStamp
  /** The steps in the order in which a deletion runs them. */
  readonly steps: readonly PlannedStep[]
  readonly userRow: UserRowPlan
  /** Rows over all steps. A row that two rules match counts twice. */
  readonly rows: number
  /** In one transaction, or in several with a job that survives a crash. */
  readonly way: 'transaction' | 'journal'
  /** What keeps the user from being deleted. */
  readonly blockers: readonly Blocker[]
  /** What a deletion would leave behind that somebody should know of. */
  readonly warnings: readonly Blocker[]
  /**
   * Left out unless the deletion was rehearsed. `passed`: it ran to its end and was rolled back. `refused`: so it
   * was, and the database refused it, as the last of the blockers says. `blocked`: what is in the way was known
   * already, so it was not tried.
   */
  readonly rehearsal?: 'passed' | 'refused' | 'blocked'
  /** Over policy, ids, steps and blockers, not over counts. For `expect: { digest }`. */
  readonly digest: string
}

/** What becomes of the user row. */
export interface UserRowPlan {
  readonly table: string
  readonly action: 'delete' | 'anonymize'
  /** Why a blank row stays; left out where it goes. */
  readonly reason?: string
  /**
   * By field for how long nobody else should take what the user held there (`user.reserve` of the policy). It is kept as
   * a keyed hash. Left out where nothing is reserved.
   */
  readonly reserved?: Readonly<Record<string, string>>
}

export interface PolicyStamp {
  readonly name: string
  readonly version: number
  /** SHA-256 over the policy and the engine's declared blockers. */
  readonly digest: string
}

/** One step of a plan or a receipt. */
export interface PlannedStep {
  readonly id: string
  readonly table: string
  readonly action: StepAction
  /**
   * `applies`: the rows are counted. `not_applicable`: the user has no value in the field that the rule
   * matches by. `external`: cleaned elsewhere, and not countable here.
   */
  readonly status: 'applies' | 'not_applicable' | 'external'
  readonly rows: number
  /** Rows that stay as another user holds the value too by which they are found; left out where there are none. */
  readonly shared?: number
  readonly grantsAccess: boolean
  readonly reason: string | null
  /** For retained rows: the end of their retention (ISO 8601, UTC), and what happens then. */
  readonly until: string | null
  readonly then: 'delete' | 'anonymize' | null
  /** How kept rows name the user afterwards. */
  readonly identity: IdentityMode
}

/** Something in the way of a deletion. */
export interface Blocker {
  /**
   * The check, rule or function of the host that objects, or what the database would refuse: `foreign_key`,
   * `unique`, `check`, `not_null`; or `unread`: documents that it cannot read, and that may be the user's.
   */
  readonly name: string
  readonly table: string | null
  /** Where the database objects to what stands in one. */
  readonly column?: string
  readonly rows: number
  readonly remedy: string
}

/** The dry run for many users. */
export interface BulkPlan {
  readonly tenantId: string | null
  readonly policy: PolicyStamp
  /** Ids given, of which so many exist, are missing, have come before, are no ids at all, or are blocked. */
  readonly requested: number
  readonly found: number
  readonly notFound: number
  /** Ids that name a user who stands in the list before; each user and their rows are counted once. */
  readonly duplicates: number
  readonly invalid: number
  readonly blocked: number
  /** Rows by step over all users. */
  readonly steps: readonly {
    readonly id: string
    readonly table: string
    readonly action: StepAction
    readonly rows: number
    readonly shared?: number
  }[]
  readonly rows: number
  /** The first blocked users, up to 100. */
  readonly blockers: readonly { readonly userId: UserId; readonly blockers: readonly Blocker[] }[]
  readonly digest: string
}
