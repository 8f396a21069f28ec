/**
 * Where a purge goes on that had to leave too many users behind. Kept in a mark of the store.
 *
 * @module
 */
import type { Job } from '../store.ts'
import type { ExecutionContext } from './context.ts'

/** Where in the list of open jobs. */
export type JobPosition = Pick<Job, 'id' | 'createdAt'>

const MARK = 'purge'

/** Behind which job this call begins; `null` for the oldest. */
export async function purgeStart({ store }: ExecutionContext): Promise<JobPosition | null> {
  const [createdAt, id] = ((await store.readMark(MARK)) ?? '').split(' ')
  return createdAt && id ? { createdAt, id } : null
}

/** Where the next call begins; it writes only what has changed. */
export async function rememberStart(
  { store }: ExecutionContext,
  before: JobPosition | null,
  next: JobPosition | null,
): Promise<void> {
  if (before?.id === next?.id) return
  await store.writeMark(MARK, next === null ? '' : `${next.createdAt} ${next.id}`)
}
