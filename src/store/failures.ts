/**
 * Errors that every store raises.
 *
 * @module
 */
import { endsRuns, UserDeletionError } from '../errors.ts'
import type { Question } from './inquiry.ts'

/** Rows that a step should have removed are still there. */
export function residueLeft(table: string): UserDeletionError {
  return new UserDeletionError('residue_left', `Rows of the user are still there in ${table}.`, {
    details: { table },
  })
}

/**
 * Refuses a change that has not reached the rows of just these users: a trigger may have kept one as it was.
 *
 * @throws {@link UserDeletionError} `store_failed`
 */
export function refuseUnwrittenUsers(table: string, users: number, written: number): void {
  if (written === users) return
  throw new UserDeletionError('store_failed', `Rows of users in ${table} were not written.`, {
    details: { table, users, written },
  })
}

/**
 * Refuses a step that would write more rows than were counted.
 *
 * @throws {@link UserDeletionError} `store_failed`
 */
export function refuseMoreThanCounted(table: string, counted: number, changed: number): void {
  if (changed <= counted) return
  throw new UserDeletionError('store_failed', 'A step touched more rows than were counted.', {
    details: { table, counted, changed },
  })
}

/** The schema is another than the one that a program was built for. Nothing has been written. */
export function schemaChanged(): UserDeletionError {
  return new UserDeletionError(
    'schema_mismatch',
    'The schema has changed since the policy was checked against it.',
    { details: { reason: SCHEMA_CHANGED } },
  )
}

/**
 * Refuses what is asked by a program that was built for another schema. `stamp`: of the present one.
 *
 * @throws {@link schemaChanged}
 */
export function refuseStale(stamp: string | undefined, question: Question): void {
  if (!('program' in question) || !('schemaStamp' in question.program)) return
  const { schemaStamp } = question.program
  if (schemaStamp !== undefined && schemaStamp !== stamp) throw schemaChanged()
}

export function isSchemaChange(error: unknown): boolean {
  return (
    error instanceof UserDeletionError &&
    error.code === 'schema_mismatch' &&
    error.details['reason'] === SCHEMA_CHANGED
  )
}

const SCHEMA_CHANGED = 'schema_changed'

/** Whether an error refuses every inquiry of a transaction, and not the one alone that has met it. */
export function refusesAll(error: UserDeletionError): boolean {
  return endsRuns(error) || error.code === 'lease_lost' || error.code === 'schema_mismatch'
}
