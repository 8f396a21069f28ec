/**
 * Tries a deletion: all of it in one transaction that is rolled back.
 *
 * @module
 */

import type { UserDeletionError } from '../../errors.ts'
import type { Blocker, Plan } from '../../plan/plan.ts'
import { deepFreeze } from '../../program/deep-freeze.ts'
import { sealDeletions } from '../../receipt/issue-receipt.ts'
import { noRehearsal } from '../../store/rehearsal.ts'
import type { SliceOutcome, Verdict } from '../../store/slice.ts'
import {
  type DeletionRequest,
  type ExecutionContext,
  targetOf,
  targetsOf,
} from '../context/context.ts'
import { blockedError, notFound, toEngineError } from '../context/failures.ts'
import { sealFrame } from '../context/seal-frame.ts'
import { decide, type RefusalReason } from '../decision/decide.ts'
import { applySlice } from '../units/delete-unit.ts'

/**
 * The plan with what the database says to it. A user who would go in several transactions goes in one here, and a
 * job that is open is passed over. Nothing is changed, and no hook is called.
 */
export async function rehearseDeletion(
  context: ExecutionContext,
  request: DeletionRequest,
  plan: Plan,
): Promise<Plan> {
  if (!context.store.capabilities.transactions) throw noRehearsal()
  if (plan.blockers.length > 0) return told(plan, 'blocked', [])
  try {
    const outcome = await tryDeletion(context, request, plan)
    if (outcome?.kind === 'absent') throw notFound(undefined)
    if (outcome?.kind === 'failed') throw outcome.error
    if (outcome?.kind !== 'refused') return told(plan, 'passed', [])
    const reason = outcome.reason as RefusalReason
    if (reason.kind !== 'blocked') throw blockedError([])
    return told(plan, 'blocked', reason.blockers)
  } catch (cause) {
    const error = toEngineError(cause)
    if (!REFUSALS.has(error.code)) throw error
    return told(plan, 'refused', [refusalBy(error)])
  }
}

/** What a database says to the rows and not to the moment. */
const REFUSALS: ReadonlySet<string> = new Set(['constraint_violation', 'residue_left'])

function told(
  plan: Plan,
  rehearsal: NonNullable<Plan['rehearsal']>,
  more: readonly Blocker[],
): Plan {
  return deepFreeze({ ...plan, blockers: [...plan.blockers, ...more], rehearsal })
}

async function tryDeletion(
  context: ExecutionContext,
  request: DeletionRequest,
  { userId }: Plan,
): Promise<SliceOutcome | undefined> {
  const { store, program, issuer, derive, clock } = context
  const target = targetOf(context, userId)
  const frame = sealFrame(context, request, { way: 'transaction' })
  const all = Number.POSITIVE_INFINITY
  const [outcome] = await applySlice(store, program, {
    ...targetsOf(request, [target]),
    ...{ keepsEntries: false, isRehearsal: true },
    decide: (survey): readonly Verdict[] => {
      const input = { program, maxRows: all, maxSliceRows: all, now: clock.now(), derive }
      return decide(input, { ...survey, jobs: survey.jobs.map(() => null) })
    },
    seal: (works, head, residue) =>
      sealDeletions(
        issuer,
        { ...frame, residue },
        works.map(({ found, counts }) => ({ ...target, found, counts })),
        head,
      ),
  })
  return outcome
}

function refusalBy({ code, details }: UserDeletionError): Blocker {
  const { constraint, table, column } = details
  const name = typeof constraint === 'string' ? (NAMES[constraint] ?? constraint) : code
  return {
    name,
    table: typeof table === 'string' ? table : null,
    ...(typeof column === 'string' ? { column } : {}),
    rows: 0,
    remedy:
      code === 'residue_left'
        ? 'Rows of the user are still there when all steps have run: a trigger, perhaps, writes them.'
        : 'The database refused the deletion in a rehearsal: let a rule do what the constraint takes, or change the constraint.',
  }
}

/** Constraints as plans name them. */
const NAMES: Readonly<Record<string, string>> = {
  foreignkey: 'foreign_key',
  notnull: 'not_null',
  primarykey: 'unique',
}
