/**
 * Whether a worker still has its job.
 *
 * @module
 */
import { heldJob, leaseLost } from '../../../src/store/own-records.ts'
import type { JournalEnd } from '../../../src/store/slice.ts'
import type { Reader } from '../server/scope.ts'
import { answerRecords } from './answer-records.ts'

/** A worker who has lost the job learns it before anything is decided. */
export async function assertHeld(
  reader: Reader,
  { jobId: id, fence }: Pick<JournalEnd, 'jobId' | 'fence'>,
): Promise<void> {
  if ((await answerRecords(reader, heldJob({ id, fence }))).length === 0) throw leaseLost()
}
