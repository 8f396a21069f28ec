/**
 * Errors that every store raises.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'

/** Rows that a step should have removed are still there. */
export function residueLeft(table: string): UserDeletionError {
  return new UserDeletionError('residue_left', `Rows of the user are still there in ${table}.`, {
    details: { table },
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

export function isSchemaChange(error: unknown): boolean {
  return (
    error instanceof UserDeletionError &&
    error.code === 'schema_mismatch' &&
    error.details['reason'] === SCHEMA_CHANGED
  )
}

const SCHEMA_CHANGED = 'schema_changed'
