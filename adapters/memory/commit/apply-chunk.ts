/**
 * The journalled way in memory.
 *
 * @module
 */

import type { Program } from '../../../src/program/program.ts'
import { needsCursor, passOf } from '../../../src/program/steps.ts'
import type { Chunk, ChunkResult } from '../../../src/store/chunk.ts'
import { withFence } from '../../../src/store/own-records.ts'
import { type Database, runStep } from './apply-slice.ts'
import { matchStep } from './match-rows.ts'

/** Writes one chunk and saves the job, inside a transaction that the caller has opened. */
export function applyChunk(
  { tables, records }: Database,
  program: Program,
  chunk: Chunk,
): ChunkResult {
  const first = program.steps[chunk.step]
  // Rows that a step removes or cuts loose do not match again; the others need the cursor.
  const after = first === undefined || !needsCursor(first) ? 0 : Number(chunk.cursor?.[0] ?? 0)
  const pass = passOf(program.steps, chunk.step).flatMap((index) => {
    const step = program.steps[index]
    if (step === undefined) return []
    return [{ index, step, found: matchStep(tables, step, chunk.tenantId, [chunk]) }]
  })
  const keys = [...new Set(pass.flatMap(({ found }) => [...found.keys()]))]
    .filter((key) => key > after)
    .sort((a, b) => a - b)
    .slice(0, chunk.limit)
  const last = keys.at(-1)
  const done = pass.map(({ index, step, found }) => ({
    step: index,
    rows: last === undefined ? 0 : runStep(tables, step, [chunk], found, after, last).length,
  }))
  const others = done.filter(({ step }) => step !== chunk.step)
  const result: ChunkResult = {
    rows: done.find(({ step }) => step === chunk.step)?.rows ?? 0,
    ...(others.length === 0 ? {} : { others }),
    cursor: last === undefined ? chunk.cursor : [last],
    done: keys.length < chunk.limit,
  }
  const where = withFence({ id: chunk.jobId, fence: chunk.fence })
  records.write([
    { kind: 'patch', table: 'jobs', where, set: chunk.save(result), orElse: 'lease_lost' },
  ])
  return result
}
