/**
 * One user from one state to the next. Types only.
 *
 * @module
 */

import type { ColumnValue } from '../program/program.ts'
import type {
  ConfirmationToken,
  DisabledUser,
  Hold,
  Job,
  OutboxEvent,
  SealDecision,
} from './records.ts'
import type { Survey, Target, UserRow } from './slice.ts'

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
