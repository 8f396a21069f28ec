/**
 * Looks back: is anything of a deleted user left?
 *
 * @module
 */

import type { Trace } from '../../plan/trace/trace.ts'
import { losesExceptions, ownParentTablesOf } from '../../program/columns/touches.ts'
import type { Program, Step, UserId } from '../../program/program.ts'
import { leavesNoMatch } from '../../program/steps.ts'
import { receiptIdOf } from '../../receipt/archived-entry.ts'
import { findEntries } from '../../records/ledger-records.ts'
import type { Inspection, Tombstone } from '../../store/inspection.ts'
import { type ExecutionContext, targetOf } from '../context/context.ts'
import { hasFormOf } from '../context/derive.ts'
import { inspectUser } from '../units/inspection.ts'
import { findUsers } from '../units/user-rows.ts'

export interface StepVerification {
  readonly id: string
  readonly table: string
  readonly action: Step['action']
  /**
   * `clean`: nothing is left to do. `kept`: rows are there as the rule wants them, or are left as `shared`. `residue`:
   * rows are there on which the rule has not done its work. `unverifiable`: the rule matched by something that is gone.
   */
  readonly status: 'clean' | 'kept' | 'residue' | 'unverifiable'
  readonly rows: number | null
  /** Beside `rows`: what stays as others hold the values too by which it is found. Left out where there is none. */
  readonly shared?: number
}

export interface Verification {
  /**
   * `residue` if any step has some, the user row is there, or a trace has found what no rule covers; else `unverifiable`
   * if any step is, or a trace did not see everything; else `clean`.
   */
  readonly status: 'clean' | 'residue' | 'unverifiable'
  /** Rows of all steps that are left as `shared`: they hold a value of the user, and others hold it too. Left out where there are none. */
  readonly shared?: number
  /**
   * `absent`: there is none. `blanked`: the row is there without what the policy overwrites, as its
   * `user.action: 'anonymize'` wants it. `present`: the user is there, or a blank row has been filled again.
   */
  readonly userRow: 'absent' | 'blanked' | 'present'
  /** Why the policy keeps a blank row; `null` unless there is one. */
  readonly userRowReason: string | null
  /** The newest receipt of the user, if there is one. */
  readonly receiptId: string | null
  readonly steps: readonly StepVerification[]
  /** Where `deep` asked for it: what the whole database holds of the person. */
  readonly trace?: Trace
}

/** The same with what a trace has found beside the rules. */
export function withTrace(verification: Verification, trace: Trace): Verification {
  const { status: own } = verification
  const found = OF_TRACE[trace.status] ?? 'clean'
  const status = own === 'residue' || found === 'clean' ? own : found
  return { ...verification, status, trace }
}

const OF_TRACE: Partial<Record<Trace['status'], Verification['status']>> = {
  unexplained: 'residue',
  incomplete: 'unverifiable',
}

/** Inspects a user step by step. `known` holds fields that the host still knows, an e-mail for example. */
export async function verifyUser(
  context: ExecutionContext,
  tenantId: string | null,
  userId: UserId,
  known: Readonly<Record<string, unknown>>,
): Promise<Verification> {
  const { store, program, userTable } = context
  const target = targetOf(context, userId)
  const [entry] = await findEntries(store, { userTable, tenantId, subjects: [target.subject] })
  const [row] = await store.read(() => findUsers(program, { tenantId, users: [target] }))
  const fields = { ...known, ...fieldsOfRow(program, row ?? null), id: userId }
  const look = (known: Readonly<Record<string, unknown>>): Promise<Inspection> =>
    store.read(() =>
      inspectUser(program, {
        ...{ tenantId, target, fields: known },
        derived: context.deriveKnown(known),
      }),
    )
  const first = await look(fields)
  const isFilled = first.tombstone !== null && !isBlank(program, first.tombstone)
  // A row that has been filled again tells what else of the user may be there again.
  const inspection = isFilled
    ? await look({ ...fieldsOfRow(program, first.tombstone.row), ...fields })
    : first
  const isGone = inspection.user === null && !isFilled
  const isBlanked = isGone && inspection.tombstone !== null
  const steps = program.steps
    .map((step, index) => ({
      step,
      matched: inspection.matched[index] ?? null,
      pending: inspection.pending[index] ?? null,
      shared: inspection.shared?.[index] ?? 0,
    }))
    .filter(({ step }) => step.action !== 'unlink' && step.action !== 'block')
    .map(({ step, matched, pending, shared }) =>
      withShared(verifyStep(program, step, matched, pending, isGone, entry !== undefined), shared),
    )
  const shared = steps.reduce((sum, step) => sum + (step.shared ?? 0), 0)
  return {
    status: overall(steps, isGone),
    ...(shared === 0 ? {} : { shared }),
    userRow: isBlanked ? 'blanked' : isGone ? 'absent' : 'present',
    userRowReason: isBlanked ? (program.user.reason ?? null) : null,
    receiptId: entry === undefined ? null : receiptIdOf(entry),
    steps,
  }
}

/** Whether the row holds what a deletion writes; of values that cannot be computed again, something of their form. */
function isBlank({ user, derived }: Program, { row, isBlank }: Tombstone): boolean {
  return (
    isBlank &&
    user.set.every((assignment) => {
      if (assignment.kind !== 'derived') return true
      const value = derived[assignment.index]
      return value === undefined || hasFormOf(value, row[assignment.column])
    })
  )
}

export function fieldsOfRow(
  { user }: Program,
  row: Readonly<Record<string, unknown>> | null,
): Readonly<Record<string, unknown>> {
  if (row === null) return {}
  return Object.fromEntries(
    Object.entries(user.fields).map(([field, column]) => [field, row[column]]),
  )
}

function verifyStep(
  program: Program,
  step: Step,
  matched: number | null,
  pending: number | null,
  isGone: boolean,
  wasDeleted: boolean,
): StepVerification {
  const { id, table, action } = step
  const common = { id, table, action }
  // What kept a row from a stronger rule may be overwritten by that rule itself.
  const isKept = wasDeleted && isGone && matched !== 0 && losesExceptions(step, program.steps)
  const isBlind =
    matched === null || isKept || (isGone && matched === 0 && lostItsWay(program, step))
  if (isBlind || pending === null) return { ...common, status: 'unverifiable', rows: null }
  if (action === 'external')
    return { ...common, status: matched === 0 ? 'clean' : 'kept', rows: matched }
  const removes = leavesNoMatch(step)
  if (removes ? matched > 0 : pending > 0) {
    return { ...common, status: 'residue', rows: removes ? matched : pending }
  }
  return { ...common, status: matched === 0 ? 'clean' : 'kept', rows: matched }
}

/** Rows that hold a value of the user are there, so the step is not clean without a word. */
function withShared(step: StepVerification, shared: number): StepVerification {
  if (shared === 0) return step
  return { ...step, status: step.status === 'clean' ? 'kept' : step.status, shared }
}

/**
 * Whether finding no rows proves nothing: the parents are gone, or the step itself has overwritten what it
 * matched by. A null field has never matched anything, so that one is `clean`.
 */
function lostItsWay(program: Program, step: Step): boolean {
  return [...ownParentTablesOf(step)].some((table) =>
    program.steps.some((other) => other.table === table && other.action === 'delete'),
  )
}

function overall(steps: readonly StepVerification[], isGone: boolean): Verification['status'] {
  if (!isGone || steps.some(({ status }) => status === 'residue')) return 'residue'
  return steps.some(({ status }) => status === 'unverifiable') ? 'unverifiable' : 'clean'
}
