/**
 * One batch of ended retentions: a transaction around the rows, the ledger entry, the records and the mark.
 *
 * @module
 */

import type { Expiry } from '../../plan/compile/expiry.ts'
import type { UserId } from '../../program/program.ts'
import type { RetentionExpired } from '../../receipt/retention-fact.ts'
import { type Fact, sealFacts } from '../../receipt/seal-facts.ts'
import type { RecordWrite } from '../../store/change.ts'
import { schemaChanged } from '../../store/failures.ts'
import type { RetainedDeletion } from '../../store/open-retentions.ts'
import type { Target } from '../../store/slice.ts'
import type { Sweep, SweepGroup, Swept } from '../../store/sweep.ts'
import type { ExecutionContext } from '../context/context.ts'
import { inPresentSchema } from '../context/present-schema.ts'
import { applySweep } from '../units/sweep-unit.ts'
import { isHeldBy } from './retention-holds.ts'
import { type Progress, step } from './step-progress.ts'
import type { StepRun } from './step-run.ts'

export interface Batch {
  readonly deletions: readonly RetainedDeletion[]
  readonly ids: ReadonlyMap<UserId, UserId>
  /** What becomes of their records. */
  readonly writes: readonly RecordWrite[]
}

/** `null` when it was not done: the mark has moved, or a hold was placed meanwhile. */
export async function sweepBatch(
  { context, expiry, tally }: StepRun,
  before: Progress,
  change: Parameters<typeof step>[2],
  batch: Batch,
): Promise<Progress | null> {
  const { store, userTable, policy, issuer } = context
  const { stepId, table, action } = expiry
  const groups = groupByTenant(context, batch)
  const { mark, progress } = step(expiry, before, change)
  const sweep: Sweep = {
    groups,
    mark,
    records: batch.writes,
    isHeldBy: isHeldBy(context, expiry),
    seal(counted, head) {
      const facts = groups.flatMap((group, index): readonly Fact[] => {
        const { rows, users, deletions } = sumUp(expiry, group, counted[index])
        if (rows === 0) return []
        const body: Omit<RetentionExpired, 'at'> = {
          ...{ format: 2, policy, stepId, table, action, rows, users, deletions },
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
  if (swept === null) return null
  for (const [index, group] of groups.entries()) {
    const { rows, users, leftOut } = sumUp(expiry, group, swept[index])
    tally.rows += rows
    tally.users += users
    tally.leftOut += leftOut
  }
  return progress
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
  /** All deletions of the tenant in the batch, those of users whose id no row holds any more among them. */
  readonly deletions: readonly RetainedDeletion[]
}

/** Each user once, with the latest of their deletions. */
function groupByTenant(context: ExecutionContext, { deletions, ids }: Batch): readonly Group[] {
  const now = context.clock.now()
  return [...new Set(deletions.map(({ tenantId }) => tenantId))].map((tenantId) => {
    const own = deletions.filter((deletion) => deletion.tenantId === tenantId)
    const users = new Map<UserId, { readonly target: Target; readonly seq: number }>()
    for (const { subject, seq } of own) {
      const id = ids.get(subject)
      if (id === undefined || (users.get(subject)?.seq ?? 0) > seq) continue
      users.set(subject, { target: { id, subject }, seq })
    }
    const found = [...users.values()]
    return {
      tenantId,
      users: found.map(({ target }) => target),
      derived: found.map(({ target }) => context.derive({ id: target.id }, now)),
      seqs: found.map(({ seq }) => seq),
      deletions: own,
    }
  })
}

interface Sums {
  readonly rows: number
  readonly users: number
  /** Users who were left out. */
  readonly leftOut: number
  /** Places in the ledger of the deletions of the others. */
  readonly deletions: RetentionExpired['deletions']
}

/** Rows of the step itself: cutting references ahead of it is not counted. */
function sumUp(
  { stepId, program }: Expiry,
  { users, deletions }: Group,
  swept: Swept | undefined,
): Sums {
  const own = program.steps.findIndex(({ id }) => id === stepId)
  const rows = (swept?.counts ?? []).map((counts) => counts?.[own] ?? 0)
  const leftOut = new Set(
    users.flatMap(({ subject }, place) => (swept?.counts[place] === null ? [subject] : [])),
  )
  const gone = deletions.filter(({ subject }) => !leftOut.has(subject)).map(({ seq }) => seq)
  return {
    rows: rows.reduce((sum, count) => sum + count, 0),
    users: rows.filter((count) => count > 0).length,
    leftOut: leftOut.size,
    deletions: rangesOf(gone.toSorted((a, b) => a - b)),
  }
}

/** Numbers side by side as one range. */
function rangesOf(sorted: readonly number[]): readonly (readonly [number, number])[] {
  const ranges: [number, number][] = []
  for (const number of sorted) {
    const last = ranges.at(-1)
    if (last !== undefined && number === last[1] + 1) last[1] = number
    else ranges.push([number, number])
  }
  return ranges
}
