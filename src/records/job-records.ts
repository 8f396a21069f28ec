/**
 * Jobs, through any store.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import type { UserId } from '../program/program.ts'
import { ask } from '../store/inquiry.ts'
import { heldJob, withFence } from '../store/own-records.ts'
import type { Job, JobKind } from '../store/records.ts'
import type { Store } from '../store/store.ts'
import { firstOf, writeRecords } from './record-flows.ts'

export interface JobQuery {
  readonly limit: number
  /** Only jobs of users of this table. Default: all. */
  readonly userTable?: string
  /** Only the job of this user. */
  readonly user?: { readonly tenantId: string | null; readonly userId: UserId }
  readonly kinds?: readonly JobKind[]
  /** Only jobs that may be worked on at this instant. */
  readonly dueBy?: string
  /** Only jobs behind this one, in the order of the list. */
  readonly after?: Pick<Job, 'id' | 'createdAt'>
}

/** Open jobs, oldest first. */
export function listJobs(
  store: Pick<Store, 'read'>,
  { limit, userTable, user, kinds, dueBy, after }: JobQuery,
): Promise<readonly Job[]> {
  return store.read(function* () {
    const [jobs] = yield* ask({
      kind: 'records',
      table: 'jobs',
      where: [
        ...(userTable === undefined ? [] : [{ field: 'userTable', in: [userTable] } as const]),
        ...(user === undefined
          ? []
          : [
              { field: 'userId', in: [user.userId] } as const,
              { field: 'tenantId', in: [user.tenantId] } as const,
            ]),
        ...(kinds === undefined ? [] : [{ field: 'kind', in: kinds } as const]),
        ...(dueBy === undefined ? [] : [{ field: 'dueAt', upTo: dueBy, orNull: true } as const]),
      ],
      order: ['createdAt', 'id'],
      ...(after === undefined ? {} : { after: [after.createdAt, after.id] }),
      limit,
    })
    return jobs
  })
}

export interface JobClaim {
  readonly id: string
  readonly fence: number
  readonly owner: string
  readonly now: string
  readonly leaseUntil: string
}

/**
 * Takes a job whose lease has ended by `now`: one atomic compare-and-set on the fence. `null` when somebody else was
 * faster.
 */
export async function claimJob(
  store: Store,
  { id, fence, owner, now, leaseUntil }: JobClaim,
): Promise<Job | null> {
  const set = { owner, leaseUntil, fence: fence + 1 }
  const where = [...withFence({ id, fence }), { field: 'leaseUntil', upTo: now } as const]
  try {
    await writeRecords(store, { kind: 'patch', table: 'jobs', where, set, orElse: 'lease_lost' })
  } catch (cause) {
    if (cause instanceof UserDeletionError && cause.code === 'lease_lost') return null
    throw cause
  }
  return store.read(function* () {
    return (yield* firstOf(heldJob({ id, fence: set.fence }))) ?? null
  })
}

export interface JobSave {
  readonly id: string
  readonly fence: number
  readonly leaseUntil: string
  readonly dueAt: string | null
  readonly state: string
}

/** Saves how far a job is, and renews its lease. Rejects with `lease_lost` when the fence has moved. */
export function saveJob(store: Store, { id, fence, ...set }: JobSave): Promise<void> {
  const where = withFence({ id, fence })
  return writeRecords(store, { kind: 'patch', table: 'jobs', where, set, orElse: 'lease_lost' })
}

/** Removes a job whose user is not there any more. Does nothing when the fence has moved. */
export function removeJob(store: Store, job: Pick<Job, 'id' | 'fence'>): Promise<void> {
  return writeRecords(store, { kind: 'remove', table: 'jobs', where: withFence(job) })
}
