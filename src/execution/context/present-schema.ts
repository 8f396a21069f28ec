/**
 * Work by the schema as it is at the moment of the transaction: a store refuses a program that was built for
 * another, and the policy is checked again before anything goes on.
 *
 * @module
 */

import { isSchemaChange } from '../../store/failures.ts'
import type {
  Standing,
  StandingQuery,
  TransitionOutcome,
  TransitionVerdict,
} from '../../store/transition.ts'
import { makeTransition } from '../units/transition-unit.ts'
import type { ExecutionContext } from './context.ts'

/** Migrations that follow each other that fast leave no time for a deletion. */
const TRIES = 5

/**
 * Runs `work` with the newest context, and again with a newer one when the schema has changed meanwhile. Nothing
 * of a refused run has been written.
 *
 * @throws {@link UserDeletionError} `schema_mismatch` when the policy does not fit the new schema.
 */
export async function inPresentSchema<T>(
  context: ExecutionContext,
  work: (present: ExecutionContext) => Promise<T>,
): Promise<T> {
  let present = context.latest()
  for (let tries = 1; ; tries += 1) {
    try {
      return await work(present)
    } catch (cause) {
      if (!isSchemaChange(cause) || tries === TRIES) throw cause
      present = await context.current()
    }
  }
}

/** One transition, decided by the present schema. */
export function transit(
  context: ExecutionContext,
  query: StandingQuery,
  decide: (standing: Standing, present: ExecutionContext) => TransitionVerdict,
): Promise<TransitionOutcome> {
  return inPresentSchema(context, (present) =>
    makeTransition(present.store, present.program, {
      ...query,
      decide: (standing) => decide(standing, present),
    }),
  )
}
