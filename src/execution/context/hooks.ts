/**
 * What a host may plug in around a deletion. Types only.
 *
 * @module
 */
import type { Plan } from '../../plan/plan.ts'
import type { UserId } from '../../program/program.ts'
import type { DeletionReceipt } from '../../receipt/receipt.ts'
import type { UserRow } from '../../store/slice.ts'

/** What hooks and blockers get. Frozen. */
export interface DeletionContext {
  readonly userId: UserId
  readonly tenantId: string | null
  readonly reason: string | null
  readonly requestedBy: string | null
  /** Set when a deletion that a restored backup has undone is repeated: the id of its receipt. */
  readonly replayOf?: string
  /** The user row as the host stores it. */
  readonly user: UserRow
  readonly plan: Plan
  /** Fires when the time limit is over. */
  readonly signal: AbortSignal
}

/** A veto: `false`, or the veto's own code. */
export type Veto = false | { readonly veto: string }

export interface Hooks {
  /**
   * Asked once for each user before the first write. `false`, `{ veto: code }` or throwing refuses with
   * `deletion_vetoed`; running over the time limit refuses with `hook_timeout`, and the other users of the slice are
   * refused with it. Nothing, `null` or `true` lets the deletion pass; any other answer is `hook_failed`. Cleaning up
   * is not its work.
   */
  readonly beforeDelete?: (
    context: DeletionContext,
    // biome-ignore lint/suspicious/noConfusingVoidType: a hook that says nothing lets the deletion pass.
  ) => Veto | void | undefined | Promise<Veto | void | undefined>
  /**
   * Told once after the commit. It cannot undo anything: a failure goes to the logger. For delivery that
   * survives a crash read the outbox.
   */
  readonly afterDelete?: (receipt: DeletionReceipt) => unknown
  /**
   * Told once after a commit that has cut a user's access: refuse tokens issued before `notBefore` from now
   * on. A failure goes to the logger; the outbox tells the same and survives a crash.
   */
  readonly onRevoke?: (revocation: Revocation) => unknown
}

/** Whose access was cut, and up to when tokens were issued that must not be accepted any more. */
export interface Revocation {
  readonly userId: UserId
  readonly tenantId: string | null
  readonly notBefore: Date
}

/** What stands in the audit entry of an erasure. Ids only. */
export interface ErasureEntry {
  readonly id: string
  readonly action: 'user.erased'
  readonly userId: UserId
  readonly tenantId: string | null
  readonly requestedBy: string | null
  readonly at: Date
}

/** Synchronous, and inside the transaction of the deletion: throwing undoes it. May be called again when a store repeats the transaction. */
export type WriteAuditEntry = (entry: ErasureEntry) => void

/** Why a host's function refuses a deletion, and what would help. */
export interface Refusal {
  readonly name: string
  readonly remedy: string
}

/** A host's own check, asked before the first write and in plans. Nothing returned means no objection. */
export type BlockerFunction = (context: DeletionContext) => BlockerAnswer | Promise<BlockerAnswer>

// biome-ignore lint/suspicious/noConfusingVoidType: a blocker that says nothing has no objection.
export type BlockerAnswer = Refusal | readonly Refusal[] | null | undefined | void
