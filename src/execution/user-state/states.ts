/**
 * The states of a user, and which step leads from one to another. Everything that is not listed is refused.
 *
 * @module
 */
import { isInstant, literalOf, writtenAt } from '../../program/placeholders.ts'
import type { ColumnValue, Scalar, StatusColumns, UserTable } from '../../program/program.ts'
import type { DisabledUser, Job, RecordedDate } from '../../store/records.ts'
import type { JobReference, UserRow } from '../../store/slice.ts'

/**
 * `active`: may sign in. `disabled`: may not, until enabled. `scheduled`: disabled, and deleted on a certain
 * day. `deleting`: access is cut and a job sees the deletion through; there is no way back. `deleted`: gone.
 */
export type UserState = 'active' | 'disabled' | 'scheduled' | 'deleting' | 'deleted'

/** What can be asked for a user. */
export type UserAction =
  | 'disable'
  | 'enable'
  | 'schedule'
  | 'cancel'
  | 'delete'
  | 'erase'
  | 'purge'
  | 'hold'

/**
 * The legal transitions: where an action leads from a state. `before` is the state the user was in before
 * the deletion was scheduled: active, or disabled.
 */
export const TRANSITIONS: Readonly<
  Record<UserState, Readonly<Partial<Record<UserAction, UserState | 'before'>>>>
> = {
  active: {
    disable: 'disabled',
    schedule: 'scheduled',
    delete: 'deleted',
    erase: 'deleting',
    hold: 'active',
  },
  disabled: {
    // A repeat also removes sessions created since.
    disable: 'disabled',
    enable: 'active',
    schedule: 'scheduled',
    delete: 'deleted',
    erase: 'deleting',
    hold: 'disabled',
  },
  scheduled: {
    cancel: 'before',
    delete: 'deleted',
    erase: 'deleting',
    purge: 'deleting',
    hold: 'scheduled',
  },
  // Joins the deletion that runs, or finishes one that was interrupted.
  deleting: { delete: 'deleted', erase: 'deleted' },
  // What is retained of them stays.
  deleted: { hold: 'deleted' },
}

export function isLegal(state: UserState, action: UserAction): boolean {
  return TRANSITIONS[state][action] !== undefined
}

/** What of a user decides their state. */
export interface StateFacts {
  readonly row: UserRow
  readonly job: Pick<JobReference | Job, 'kind'> | null
  readonly disabled: DisabledUser | null
}

/** The state of a user who is there. The host's columns count where the policy maps them. */
export function stateOf(user: UserTable, { row, job, disabled }: StateFacts): UserState {
  if (job !== null) return job.kind === 'scheduled_deletion' ? 'scheduled' : 'deleting'
  return isShutOut(user, { row, disabled }) ? 'disabled' : 'active'
}

/** Whether a user is disabled, whatever else is under way. */
export function isShutOut(
  user: UserTable,
  { row, disabled }: Pick<StateFacts, 'row' | 'disabled'>,
): boolean {
  return user.disabled === null ? disabled !== null : shows(row, user.disabled)
}

/**
 * Whether the row shows the state. Plain values decide; an instant does only where there is nothing else, as
 * a host that disables by itself may not write one.
 */
export function shows(row: UserRow, columns: StatusColumns): boolean {
  const entries = Object.entries(columns)
  const plain = entries.filter(([, wanted]) => !isInstant(wanted))
  if (plain.length > 0)
    return plain.every(([column, wanted]) => sameValue(row[column] ?? null, literalOf(wanted)))
  return entries.every(([column]) => (row[column] ?? null) !== null)
}

/** The columns with the present instant in place. */
export function atInstant(
  columns: StatusColumns,
  now: Date,
): Readonly<Record<string, ColumnValue>> {
  const entries = Object.entries(columns).map(([column, value]) => [column, writtenAt(value, now)])
  return Object.fromEntries(entries) as Readonly<Record<string, ColumnValue>>
}

/** Whether a column holds the value. Databases without booleans hold 0 and 1. */
export function sameValue(held: unknown, wanted: ColumnValue): boolean {
  if (wanted instanceof Date) return held instanceof Date && held.getTime() === wanted.getTime()
  return typeof wanted === 'boolean' ? held === wanted || held === Number(wanted) : held === wanted
}

/** What a column held when it was recorded. */
export function heldBefore(recorded: Scalar | RecordedDate): ColumnValue {
  return typeof recorded === 'object' && recorded !== null ? new Date(recorded.date) : recorded
}
