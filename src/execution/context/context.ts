/**
 * What every act of the engine needs, put together once.
 *
 * @module
 */
import type { Expiry } from '../../plan/compile/expiry.ts'
import type { PolicyStamp } from '../../plan/plan.ts'
import type { Clock, Logger } from '../../ports.ts'
import type { Program, UserId } from '../../program/program.ts'
import type { HeldColumns } from '../../program/stored-id.ts'
import type { Issuer } from '../../receipt/issue-receipt.ts'
import type { Target, Targets } from '../../store/slice.ts'
import type { Store } from '../../store/store.ts'
import type { Reserver } from '../reserve/reserver.ts'
import type { ExternalEraser } from './external-eraser.ts'
import type { BlockerFunction, Hooks, WriteAuditEntry } from './hooks.ts'
import type { Flights } from './in-flight.ts'

export interface ExecutionContext {
  readonly store: Store
  readonly program: Program
  /** The table of the engine's users: records name a user by it, by tenant and by id. */
  readonly userTable: string
  /** How the program's user table holds ids and tenants. */
  readonly columns: HeldColumns
  /** Whom the program deletes. */
  readonly deletes: 'user.deleted' | 'tenant.deleted'
  /** The same for the tenants' own rows; `null` where the policy says nothing of them. */
  readonly ofTenant: ExecutionContext | null
  /** What the ends of retentions do, children before parents. */
  readonly expiries: readonly Expiry[]
  readonly policy: PolicyStamp
  readonly clock: Clock
  readonly logger: Logger
  readonly hooks: Hooks
  readonly blockers: readonly BlockerFunction[]
  readonly erasers: readonly ExternalEraser[]
  /** Writes the audit entry of an erasure, inside the transaction; instead of the policy's mapping. */
  readonly writeAuditEntry: WriteAuditEntry | null
  readonly hookTimeoutMs: number
  /** Rows of one user above which the deletion goes the journalled way, and rows of one chunk there. */
  readonly maxRowsPerTransaction: number
  readonly leaseMs: number
  /** Who holds the leases of this engine. */
  readonly owner: string
  readonly issuer: Issuer
  /** Users that a call of this engine is working on. */
  readonly inFlight: Flights
  /** The same for the schema as it was last looked at. */
  latest(): ExecutionContext
  /** The same for the schema as it is now. @throws {@link UserDeletionError} `schema_mismatch`. */
  current(): Promise<ExecutionContext>
  /** Waits by the clock. */
  pause(ms: number): Promise<void>
  /** Says that a user was found under the subject key, which therefore is the ledger's. */
  vouchForSubjects(): Promise<void>
  /** What users leave reserved; `null` where the policy reserves nothing. */
  readonly reserver: Reserver | null
  /** How the ledger names a user. */
  subjectOf(id: UserId): UserId
  /** Computes the derived values of the program for one user who goes at this moment. */
  derive(fields: Readonly<Record<string, unknown>>, now: Date): readonly string[]
  /** The derived values that can be computed again: pseudonyms of known fields. */
  deriveKnown(fields: Readonly<Record<string, unknown>>): readonly (string | null)[]
}

/** Who is deleted, why, and for whom. The tenant is spelled as the user row holds it. */
export interface DeletionRequest {
  readonly tenantId: string | null
  readonly reason: string | null
  readonly requestedBy: string | null
  readonly idempotencyKey: string | null
  /** When the deletion was asked for (ISO 8601, UTC); `null` for a deletion at once. */
  readonly requestedAt: string | null
  /** The receipt whose deletion a restored backup has undone, and that is repeated. */
  readonly replayOf?: string
}

export function targetOf(context: ExecutionContext, id: UserId): Target {
  return { id, subject: context.subjectOf(id) }
}

/** The users of a request as a store is asked about them: users of a replay came back with a backup. */
export function targetsOf(
  { tenantId, replayOf }: Pick<DeletionRequest, 'tenantId' | 'replayOf'>,
  users: readonly Target[],
): Targets {
  return { tenantId, users, restored: replayOf !== undefined }
}
