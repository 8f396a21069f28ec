/**
 * What a host registers to clean up outside the database. Types only.
 *
 * @module
 */
import type { UserId } from '../../program/program.ts'

/**
 * Erases a user elsewhere, page by page, during `erase`.
 *
 * @example
 * const crm: ExternalEraser = {
 *   name: 'crm',
 *   page: async ({ identifiers, idempotencyKey, signal }) => {
 *     const removed = await crmClient.deleteContacts(identifiers.email, { idempotencyKey, signal })
 *     return { removed }
 *   },
 * }
 */
export interface ExternalEraser {
  /** Stands in jobs and receipts. Unique, and the same after a restart. */
  readonly name: string
  /** Default true: the user is deleted only once it has finished. `false`: a failure stands in the receipt. */
  readonly required?: boolean
  /** For one page, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number
  /** Tries of one page before the eraser counts as failed for now. Default 3. */
  readonly attempts?: number
  /** Erases one page. Called again with the same key when the process died before the page was recorded. */
  page(request: EraserRequest): EraserPage | Promise<EraserPage>
}

export interface EraserRequest {
  readonly userId: UserId
  readonly tenantId: string | null
  /** The policy's fields of the user, captured when the erasure began; wiped at its end. */
  readonly identifiers: Readonly<Record<string, unknown>>
  /** What the page before answered as `next`; `null` on the first page. */
  readonly cursor: string | null
  /** The same for every try of the same page. */
  readonly idempotencyKey: string
  /** Fires when the time limit is over, and when another worker has taken the erasure over. */
  readonly signal: AbortSignal
}

export interface EraserPage {
  readonly removed: number
  /** What stays, and why. It stands in the receipt. */
  readonly retained?: readonly RetainedElsewhere[]
  /** Where the next page begins; without it the eraser has finished. The same cursor again needs progress. */
  readonly next?: string | null
  /** Not done yet: the same cursor again after so many milliseconds, at most a year. */
  readonly comeBackAfterMs?: number
}

export interface RetainedElsewhere {
  readonly count: number
  /** A code in snake_case, never free text: it would sooner or later name the person. */
  readonly reason: string
}
