/**
 * A bounded number of documents of one step, for users too large for one transaction.
 *
 * @module
 */
import { type Chunk, type ChunkResult, leavesNoMatch, type Program } from '../../src/store.ts'
import { writes } from './carry-out.ts'
import { type Decision, type HostWork, onlyRecords, type StepRow } from './change.ts'
import { JOBS } from './engine-collections.ts'
import { assertHeld } from './jobs.ts'
import type { Reader } from './scope.ts'
import { restOfStep } from './step-rows.ts'
import { encodeKey } from './values.ts'

export async function decideChunk(
  reader: Reader,
  program: Program,
  chunk: Chunk,
): Promise<Decision<ChunkResult>> {
  await assertHeld(reader, chunk)
  const { step: index, tenantId, fields, derived, limit } = chunk
  const step = program.steps[index]
  const user = { fields, derived }
  // Documents that a step removes or cuts loose do not match again: the next chunk starts from the front.
  const cursor = step === undefined || leavesNoMatch(step) ? null : chunk.cursor
  const rows =
    step === undefined || !writes(step)
      ? []
      : await restOfStep(reader, program, step, tenantId, [user], cursor, limit)
  const last = rows.at(-1)
  const result: ChunkResult = {
    rows: rows.length,
    cursor: last === undefined ? chunk.cursor : [encodeKey(last)],
    done: rows.length < limit,
  }
  // A claim needs no turn, so the job may be another worker's by now.
  const saved = {
    kind: 'set',
    collection: JOBS,
    filter: { _id: chunk.jobId, fence: chunk.fence },
    fields: chunk.save(result),
  } as const
  if (rows.length === 0) return onlyRecords(result, [saved])
  const work: HostWork = {
    ...{
      program,
      tenantId,
      users: [user],
      claims: [],
      steps: [{ index, rows: ofOne(rows), count: rows.length }],
    },
    ...{ userRows: { kind: 'leave' }, cutsAccess: false, auditRows: [] },
  }
  return { result, change: { work: [work], records: [saved] } }
}

function ofOne(rows: readonly unknown[]): readonly StepRow[] {
  return rows.map((id) => ({ id, owners: [0] }))
}
