/**
 * Where the next purge goes on after one that had to leave too many users behind. Kept in a mark of the store.
 *
 * @module
 */
import { readMark, writeMark } from '../../records/mark-records.ts'
import type { Job } from '../../store/records.ts'
import type { ExecutionContext } from '../context/context.ts'

/** Where in the list of open jobs. */
export type JobPosition = Pick<Job, 'id' | 'createdAt'>

function markName({ userTable }: ExecutionContext): string {
  return `purge:${userTable}`
}

/** Behind which job this call begins; `null` for the oldest. */
export async function purgeStart(context: ExecutionContext): Promise<JobPosition | null> {
  const [createdAt, id] = ((await readMark(context.store, markName(context))) ?? '').split(' ')
  return createdAt && id ? { createdAt, id } : null
}

/** Where the next call begins; it writes only what has changed. */
export async function rememberStart(
  context: ExecutionContext,
  before: JobPosition | null,
  next: JobPosition | null,
): Promise<void> {
  if (before?.id === next?.id) return
  const place = next === null ? '' : `${next.createdAt} ${next.id}`
  await writeMark(context.store, markName(context), place)
}
