/**
 * The engine's own records that decide about users, and those written with a change of users. Pure.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import type { UserId } from '../program/program.ts'
import type { RecordWrite } from './change.ts'
import type { RecordCondition, RecordQuestion } from './inquiry.ts'
import type { RecordTypes } from './record-tables.ts'
import type { DisabledUser, Hold, Job, LedgerHead, Reservation, Seal } from './records.ts'
import type { JobReference } from './slice.ts'

/** Users of one tenant, as records name them. */
export interface NamedUsers {
  readonly userTable: string
  readonly tenantId: string | null
  readonly ids: readonly UserId[]
}

export const HEAD = { kind: 'records', table: 'ledger_head' } as const

/** The head without the key of its record. */
export function headOf([end]: readonly RecordTypes['ledger_head'][]): LedgerHead | null {
  if (end === undefined) return null
  const { seq, hash, signature } = end
  return { seq, hash, signature }
}

/** The newest deletion of each subject. */
export function deletionsOf(
  userTable: string,
  tenantId: string | null,
  subjects: readonly UserId[],
): RecordQuestion<'ledger'> {
  return {
    kind: 'records',
    table: 'ledger',
    where: [
      { field: 'userTable', in: [userTable] },
      { field: 'subject', in: subjects },
      { field: 'tenantId', in: [tenantId] },
      { field: 'kind', in: ['user.deleted'] },
    ],
    newestOf: 'subject',
  }
}

export function jobsOf(users: NamedUsers): RecordQuestion<'jobs'> {
  return { kind: 'records', table: 'jobs', where: ofUsers(users) }
}

/** A hold of an earlier layout that does not say binds the users of every table. */
export function holdsOf({ userTable, tenantId, ids }: NamedUsers): RecordQuestion<'holds'> {
  return {
    kind: 'records',
    table: 'holds',
    where: [
      { field: 'userId', in: ids },
      { field: 'userTable', in: [userTable, null] },
      { field: 'tenantId', in: [tenantId] },
    ],
  }
}

export function disabledOf(users: NamedUsers): RecordQuestion<'disabled'> {
  return { kind: 'records', table: 'disabled', where: ofUsers(users) }
}

/** What the record says, without the user whom it is about. */
export function disabledUser([record]: readonly DisabledUser[]): DisabledUser | null {
  return record === undefined ? null : { since: record.since, before: record.before }
}

export function tokensOf(users: NamedUsers): RecordQuestion<'tokens'> {
  return { kind: 'records', table: 'tokens', where: ofUsers(users) }
}

export function tokenOf(userTable: string, hash: string): RecordQuestion<'tokens'> {
  return {
    kind: 'records',
    table: 'tokens',
    where: [
      { field: 'hash', in: [hash] },
      { field: 'userTable', in: [userTable] },
    ],
  }
}

export function markOf(name: string): RecordQuestion<'marks'> {
  return { kind: 'records', table: 'marks', where: [{ field: 'name', in: [name] }] }
}

/** The job, as long as its owner still has it. */
export function heldJob({ id, fence }: Pick<Job, 'id' | 'fence'>): RecordQuestion<'jobs'> {
  return { kind: 'records', table: 'jobs', where: withFence({ id, fence }) }
}

/** The condition that the owner of a job still has it. */
export function withFence({
  id,
  fence,
}: Pick<Job, 'id' | 'fence'>): readonly RecordCondition<Job>[] {
  return [
    { field: 'id', in: [id] },
    { field: 'fence', in: [fence] },
  ]
}

export function leaseLost(): UserDeletionError {
  return new UserDeletionError('lease_lost', 'Another worker has taken the job over.')
}

/** What a seal writes to the engine's own tables. */
export function sealWrites({
  entries,
  events,
  head,
  retentions,
  reservations = [],
}: Seal): readonly RecordWrite[] {
  return [
    { kind: 'insert', table: 'ledger', records: entries },
    { kind: 'insert', table: 'outbox', records: events },
    ...(retentions === undefined
      ? []
      : [{ kind: 'insert', table: 'retentions', records: retentions.open } as const]),
    ...(reservations.length === 0
      ? []
      : [{ kind: 'insert', table: 'reservations', records: reservations } as const]),
    headWrite(head),
  ]
}

export function headWrite({ seq, hash, signature }: LedgerHead): RecordWrite {
  return { kind: 'put', table: 'ledger_head', record: { id: 1, seq, hash, signature } }
}

/** Names of the keys that reservations of one table of users were written with. */
export type ReserveKeyNames = readonly string[]

/** The mark that holds them. */
export function reserveKeys(userTable: string): string {
  return `reserve_keys:${userTable}`
}

export function readReserveKeys(value: string | undefined): ReserveKeyNames {
  return value === undefined ? [] : (JSON.parse(value) as ReserveKeyNames)
}

/** What the first reservation under a key writes; `null` where the key is known. */
export function reserveKeysWrite(
  userTable: string,
  known: ReserveKeyNames,
  reservations: readonly Reservation[],
): Extract<RecordWrite, { kind: 'put' }> | null {
  const all = new Set([...known, ...reservations.map(({ keyName }) => keyName)])
  if (all.size === known.length) return null
  const record = { name: reserveKeys(userTable), value: JSON.stringify([...all]) }
  return { kind: 'put', table: 'marks', record }
}

/** Writes the record in the place of an earlier one; `null` removes it. */
export function disabledWrite(
  {
    userTable,
    tenantId,
    userId,
  }: { readonly userTable: string; readonly tenantId: string | null; readonly userId: UserId },
  record: DisabledUser | null,
): RecordWrite {
  if (record !== null) {
    const { since, before } = record
    return {
      kind: 'put',
      table: 'disabled',
      record: { userTable, tenantId, userId, since, before },
    }
  }
  return {
    kind: 'remove',
    table: 'disabled',
    where: ofUsers({ userTable, tenantId, ids: [userId] }),
  }
}

/**
 * Removes a hold and notes that one was removed, so that a sweep that left users out because of holds looks again.
 */
export function releaseWrites(id: string): readonly RecordWrite[] {
  return [{ kind: 'remove', table: 'holds', where: [{ field: 'id', in: [id] }] }, holdsRemoved(id)]
}

/** `id`: of one of the holds. */
export function holdsRemoved(id: string): RecordWrite {
  return { kind: 'put', table: 'marks', record: { name: HOLDS_REMOVED, value: id } }
}

/** The mark that names the hold which was removed last. */
export const HOLDS_REMOVED = 'holds_removed'

/** Removes everything that is kept about users who go; ended holds and schedules with it. */
export function forgetWrites(
  users: NamedUsers,
): readonly Extract<RecordWrite, { kind: 'remove' }>[] {
  const where = ofUsers(users)
  return [
    { kind: 'remove', table: 'jobs', where },
    { kind: 'remove', table: 'disabled', where },
    { kind: 'remove', table: 'holds', where },
    { kind: 'remove', table: 'tokens', where },
  ]
}

function ofUsers({ userTable, tenantId, ids }: NamedUsers) {
  return [
    { field: 'userId', in: ids },
    { field: 'userTable', in: [userTable] },
    { field: 'tenantId', in: [tenantId] },
  ] as const
}

/** The open jobs of users, in their order. */
export function jobsInOrder(
  ids: readonly UserId[],
  jobs: readonly Job[],
): readonly (JobReference | null)[] {
  const byUser = new Map(jobs.map(({ userId, id, kind, fence }) => [userId, { id, kind, fence }]))
  return ids.map((id) => byUser.get(id) ?? null)
}

/** The holds of users, in their order. */
export function holdsInOrder(
  ids: readonly UserId[],
  holds: readonly Hold[],
): readonly (readonly Hold[])[] {
  if (holds.length === 0) return ids.map(() => NO_HOLDS)
  return ids.map((id) => holds.filter(({ userId }) => userId === id))
}

/** One list for the many users who have none. */
const NO_HOLDS: readonly Hold[] = []
