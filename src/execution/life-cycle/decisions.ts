/**
 * Decisions about users other than their deletion, as entries of the ledger: holds, schedules, cancellations,
 * disabling. An entry commits with the change that it describes, so that a restored backup gets the decision back as
 * it gets the deletions.
 *
 * @module
 */
import { plainId } from '../../receipt/issue-receipt.ts'
import { sealFacts } from '../../receipt/seal-facts.ts'
import type { Hold, LedgerEntry, SealDecision } from '../../store/records.ts'
import type { Target } from '../../store/slice.ts'
import type { ExecutionContext } from '../context/context.ts'
import type { Schedule } from '../job/job-state.ts'

/** Plain data, nothing personal: ids of who asked are opaque, reasons are codes. */
export type Decision =
  | ({ readonly kind: 'hold.placed' } & Omit<Hold, 'userTable' | 'tenantId' | 'userId'>)
  | { readonly kind: 'hold.released'; readonly id: string }
  | ({ readonly kind: 'deletion.scheduled' } & Scheduled)
  | { readonly kind: 'deletion.cancelled' }
  | { readonly kind: 'user.disabled'; readonly revokesSessions: boolean }
  | { readonly kind: 'user.enabled' }

export interface Scheduled extends Pick<Schedule, 'by' | 'cancelHash'> {
  readonly dueAt: string
  readonly requestedAt: string
  readonly reason: string | null
  readonly requestedBy: string | null
}

const KINDS: ReadonlySet<string> = new Set<Decision['kind']>([
  'hold.placed',
  'hold.released',
  'deletion.scheduled',
  'deletion.cancelled',
  'user.disabled',
  'user.enabled',
])

/** The entry of a decision, to be written with it. */
export function sealDecision(
  { issuer, userTable }: ExecutionContext,
  tenantId: string | null,
  { id, subject }: Target,
  { kind, ...content }: Decision,
): SealDecision {
  const userId = id === subject ? plainId(id) : null
  const body = { format: 1, userId, ...content }
  return (head) => sealFacts(issuer, [{ kind, userTable, tenantId, subject, body }], head)
}

/** The decision in an entry; `null` for entries of other kinds. */
export function decisionIn({ kind, body }: LedgerEntry): Decision | null {
  if (!KINDS.has(kind)) return null
  return { ...(JSON.parse(body) as object), kind } as Decision
}

/** A hold as its entry tells it. */
export function placedHold({ id, reason, tables, placedAt, until }: Hold): Decision {
  return { kind: 'hold.placed', id, reason, tables, placedAt, until }
}
