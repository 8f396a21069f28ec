/**
 * Holds under which retained rows of deleted users stay beyond their retention.
 *
 * Read once for many users, and never forgotten while a call lasts: a hold that ends during a call must not let a
 * parent step overtake its child step.
 *
 * @module
 */

import type { Expiry } from '../../plan/compile/expiry.ts'
import type { UserId } from '../../program/program.ts'
import { readMark } from '../../records/mark-records.ts'
import { listHolds } from '../../records/user-records.ts'
import type { RetainedDeletion } from '../../store/open-retentions.ts'
import { HOLDS_REMOVED } from '../../store/own-records.ts'
import type { Hold } from '../../store/records.ts'
import type { ExecutionContext } from '../context/context.ts'
import { coversTable, isHolding } from '../decision/decide.ts'

export interface RetentionHolds {
  /** Reads them once: there may be many. */
  read(): Promise<void>
  /** Reads what has been placed since. */
  refresh(): Promise<void>
  keeps(expiry: Expiry, deletion: RetainedDeletion): boolean
  /** The same while nothing has happened that may let a hold go: the policy, and the hold that was removed last. */
  readonly key: string
  /** When the first of the holds ends that had not ended when the call began; `null` for never. */
  nextEnd(): string | null
}

const PAGE = 1_000

export async function retentionHolds(context: ExecutionContext): Promise<RetentionHolds> {
  const holds = new Map<string, Map<string, Hold>>()
  // A hold that ends while the call lasts may have kept rows until then.
  const since = context.clock.now().toISOString()
  const removed = await readMark(context.store, HOLDS_REMOVED)
  let isRead = false
  const refresh = async (): Promise<void> => {
    for await (const hold of allHolds(context)) {
      const key = keyOf(hold.tenantId, context.subjectOf(hold.userId))
      holds.set(key, (holds.get(key) ?? new Map<string, Hold>()).set(hold.id, hold))
    }
    isRead = true
  }
  return {
    key: `${context.program.digest}/${removed ?? ''}`,
    nextEnd() {
      const ends = [...holds.values()].flatMap((own) => [...own.values()].map(({ until }) => until))
      const ahead = ends.filter((until) => until !== null && until > since)
      return ahead.toSorted()[0] ?? null
    },
    async read() {
      if (!isRead) await refresh()
    },
    refresh,
    keeps(expiry, { tenantId, subject }) {
      const own = holds.get(keyOf(tenantId, subject))
      return own !== undefined && [...own.values()].some(isHeldBy(context, expiry))
    },
  }
}

/** A store may answer one integer as a number here and a bigint there; the ids 1 and "1" differ. */
function keyOf(tenantId: string | null, subject: UserId): string {
  return `${typeof subject === 'string' ? 'text' : 'integer'} ${tenantId ?? ''} ${subject}`
}

/** The holds on users of all tenants, ended ones included. */
export async function* allHolds({ store, userTable }: ExecutionContext): AsyncGenerator<Hold> {
  for (let afterId = ''; ; ) {
    const page = await listHolds(store, { limit: PAGE, userTable, afterId })
    yield* page
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return
    afterId = last.id
  }
}

/** Whether a hold keeps the rows that an expiry would change, those included that it would cut loose. */
export function isHeldBy(
  { program, clock }: ExecutionContext,
  expiry: Expiry,
): (hold: Hold) => boolean {
  const now = clock.now()
  const tables = expiry.program.steps.map(({ table }) => table)
  return (hold) => isHolding(hold, now) && coversTable(program, hold, tables)
}
