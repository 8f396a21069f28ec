/**
 * A user as the API shows one.
 *
 * @module
 */
import type { UserStatus } from 'user-deletion-engine'

/** Columns that may leave the server; a new column of the table does not by itself. */
const SHOWN = ['id', 'tenant_id', 'email', 'name', 'role', 'status', 'created_at'] as const

export function userOf({ user, deletion }: UserStatus): object {
  return {
    ...Object.fromEntries(SHOWN.map((column) => [column, user[column]])),
    deletion:
      deletion === null ? null : { due_at: deletion.dueAt, scheduled_by: deletion.scheduledBy },
  }
}
