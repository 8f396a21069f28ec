/**
 * Open jobs, oldest first.
 *
 * @module
 */
import type { Job, JobQuery } from '../../../src/store/records.ts'
import type { Records } from './records.ts'

export function listJobs(
  records: Records,
  { limit, userTable, user, kinds, dueBy, after }: JobQuery,
): readonly Job[] {
  return records.jobs
    .filter((job) => userTable === undefined || job.userTable === userTable)
    .filter(
      (job) => user === undefined || (job.tenantId === user.tenantId && job.userId === user.userId),
    )
    .filter((job) => kinds === undefined || kinds.includes(job.kind))
    .filter((job) => dueBy === undefined || job.dueAt === null || job.dueAt <= dueBy)
    .toSorted(inOrder)
    .filter((job) => after === undefined || inOrder(job, after) > 0)
    .slice(0, limit)
}

function inOrder(a: Pick<Job, 'id' | 'createdAt'>, b: Pick<Job, 'id' | 'createdAt'>): number {
  return compare(a.createdAt, b.createdAt) || compare(a.id, b.id)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
