/**
 * The journalled way in memory.
 *
 * @module
 */
import { type Chunk, type ChunkResult, leavesNoMatch, type Program } from '../../src/store.ts'
import { type Database, runStep } from './apply-slice.ts'

/** Writes one chunk and saves the job, inside a transaction that the caller has opened. */
export function applyChunk(
  { tables, records }: Database,
  program: Program,
  chunk: Chunk,
): ChunkResult {
  const step = program.steps[chunk.step]
  // Rows that a step removes or cuts loose do not match again; the others need the cursor.
  const after = step === undefined || leavesNoMatch(step) ? 0 : Number(chunk.cursor?.[0] ?? 0)
  const keys =
    step === undefined ? [] : runStep(tables, step, chunk.tenantId, [chunk], after, chunk.limit)
  const last = keys.at(-1)
  const result: ChunkResult = {
    rows: keys.length,
    cursor: last === undefined ? chunk.cursor : [last],
    done: keys.length < chunk.limit,
  }
  records.saveJob(chunk.jobId, chunk.fence, chunk.save(result))
  return result
}
