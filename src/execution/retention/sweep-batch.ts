/**
 * One batch of ended retentions: a transaction around the rows, the ledger entry and the mark.
 *
 * @module
 */

import type { Expiry } from '../../plan/compile/expiry.ts'
import type { UserId } from '../../program/program.ts'
import type { RetentionExpired } from '../../receipt/retention-fact.ts'
import { type Fact, sealFacts } from '../../receipt/seal-facts.ts'
import { schemaChanged } from '../../store/failures.ts'
import type { Target } from '../../store/slice.ts'
import type { Sweep, SweepGroup, Swept } from '../../store/sweep.ts'
import type { ExecutionContext } from '../context/context.ts'
import { inPresentSchema } from '../context/present-schema.ts'
import { applySweep } from '../units/sweep-unit.ts'
import type { DueDeletion } from './due-deletions.ts'
import { isHeldBy } from './retention-holds.ts'

/** What the batches of one step add up to. */
export interface SweepTally {
  rows: number
  users: number
  leftOut: number
}

/** What a batch is made of. */
export interface Batch {
  readonly due: readonly DueDeletion[]
  /** Deletions in its range whose rows stay under a hold. */
  readonly kept: readonly DueDeletion[]
  readonly ids: ReadonlyMap<UserId, UserId>
}

/** Answers whether it was done: not where the mark has moved, or a hold was placed meanwhile. */
export async function sweepBatch(
  context: ExecutionContext,
  expiry: Expiry,
  mark: Sweep['mark'],
  range: { readonly afterSeq: number; readonly throughSeq: number },
  batch: Batch,
  tally: SweepTally,
): Promise<boolean> {
  const { store, userTable, policy, issuer } = context
  const { stepId, table, action } = expiry
  const groups = groupByTenant(context, batch)
  const sweep: Sweep = {
    groups,
    throughSeq: range.throughSeq,
    mark,
    isHeldBy: isHeldBy(context, expiry),
    seal(counted, head) {
      const facts = groups.flatMap((group, index): readonly Fact[] => {
        const { rows, users, leftOut } = sumUp(expiry, group, counted[index])
        if (rows === 0) return []
        const body: Omit<RetentionExpired, 'at'> = {
          ...{ format: 1, policy, stepId, table, action, rows, users, leftOut },
          ...range,
        }
        const { tenantId } = group
        return [{ kind: 'retention.expired', userTable, tenantId, body: { ...body } }]
      })
      return facts.length === 0 ? null : sealFacts(issuer, facts, head)
    },
  }
  const swept = await inPresentSchema(context, (present) =>
    applySweep(store, sameExpiry(present, expiry).program, sweep),
  )
  if (swept === null) return false
  for (const [index, group] of groups.entries()) {
    const { rows, users, leftOut } = sumUp(expiry, group, swept[index])
    tally.rows += rows
    tally.users += users
    tally.leftOut += leftOut.length - group.kept.length
  }
  tally.leftOut += batch.kept.length
  return true
}

/** The same end of the same retention by the present schema. */
function sameExpiry({ expiries }: ExecutionContext, expiry: Expiry): Expiry {
  const { stepId, fingerprint } = expiry
  const found = expiries.find((one) => one.stepId === stepId && one.fingerprint === fingerprint)
  // The next call finds what has become of the table.
  if (found === undefined) throw schemaChanged()
  return found
}

interface Group extends SweepGroup {
  /** The deletion of each user, by its place in the ledger. */
  readonly seqs: readonly number[]
  /** The same of the tenant's users who are under a hold. */
  readonly kept: readonly number[]
}

/** Each user once, with the latest of their deletions. */
function groupByTenant(context: ExecutionContext, { due, kept, ids }: Batch): readonly Group[] {
  const tenants = new Map<string | null, Map<UserId, { target: Target; seq: number }>>()
  for (const { tenantId, subject, seq } of due) {
    const id = ids.get(subject)
    if (id === undefined) continue
    const users = tenants.get(tenantId) ?? new Map()
    tenants.set(tenantId, users.set(subject, { target: { id, subject }, seq }))
  }
  const now = context.clock.now()
  return [...tenants].map(([tenantId, users]) => {
    const found = [...users.values()]
    return {
      tenantId,
      users: found.map(({ target }) => target),
      derived: found.map(({ target }) => context.derive({ id: target.id }, now)),
      seqs: found.map(({ seq }) => seq),
      kept: kept.flatMap((other) => (other.tenantId === tenantId ? other.seq : [])),
    }
  })
}

interface Sums {
  readonly rows: number
  readonly users: number
  readonly leftOut: readonly number[]
}

/** Rows of the step itself: cutting references ahead of it is not counted. */
function sumUp({ stepId, program }: Expiry, { seqs, kept }: Group, swept: Swept | undefined): Sums {
  const own = program.steps.findIndex(({ id }) => id === stepId)
  const rows = (swept?.counts ?? []).map((counts) => counts?.[own] ?? 0)
  return {
    rows: rows.reduce((sum, count) => sum + count, 0),
    users: rows.filter((count) => count > 0).length,
    leftOut: [...seqs.filter((_, user) => swept?.counts[user] === null), ...kept],
  }
}
