/**
 * A bounded number of documents of one step, for users too large for one transaction.
 *
 * @module
 */

import type { Program } from '../../../src/program/program.ts'
import { needsCursor, passOf } from '../../../src/program/steps.ts'
import type { Chunk, ChunkResult } from '../../../src/store/chunk.ts'
import { withFence } from '../../../src/store/own-records.ts'
import { restOfPass } from '../documents/step-rows.ts'
import { assertHeld } from '../records/assert-held.ts'
import { type Decision, type HostWork, onlyRecords, type StepWork } from '../records/change.ts'
import { documentWrites } from '../records/record-writes.ts'
import type { Reader } from '../server/scope.ts'
import { encodeKey } from '../server/values.ts'
import { writes } from './carry-out.ts'

export async function decideChunk(
  reader: Reader,
  program: Program,
  chunk: Chunk,
): Promise<Decision<ChunkResult>> {
  await assertHeld(reader, chunk)
  const { tenantId, fields, shared = [], derived, limit } = chunk
  const user = { fields, shared, derived }
  const first = program.steps[chunk.step]
  // Documents that a step removes or cuts loose do not match again: the next chunk starts from the front.
  const cursor = first !== undefined && needsCursor(first) ? chunk.cursor : null
  const pass = passOf(program.steps, chunk.step).filter((index) => {
    const step = program.steps[index]
    return step !== undefined && writes(step)
  })
  const rest = await restOfPass(reader, program, pass, tenantId, [user], cursor, limit)
  const last = rest.ids.at(-1)
  const steps = pass.map((index, place): StepWork => {
    const rows = rest.byStep[place] ?? []
    return { index, rows: rows.map((id) => ({ id, owners: [0] })), count: rows.length }
  })
  const rowsOf = (index: number): number =>
    steps.find((one) => one.index === index)?.rows?.length ?? 0
  const others = pass.filter((index) => index !== chunk.step)
  const result: ChunkResult = {
    rows: rowsOf(chunk.step),
    ...(others.length === 0
      ? {}
      : { others: others.map((step) => ({ step, rows: rowsOf(step) })) }),
    cursor: last === undefined ? chunk.cursor : [encodeKey(last)],
    done: rest.ids.length < limit,
  }
  const where = withFence({ id: chunk.jobId, fence: chunk.fence })
  const saved = await documentWrites(reader, [
    { kind: 'patch', table: 'jobs', where, set: chunk.save(result), orElse: 'lease_lost' },
  ])
  if (rest.ids.length === 0) return onlyRecords(result, saved)
  const work: HostWork = {
    ...{ program, tenantId, users: [user], claims: [] },
    steps: steps.filter(({ rows }) => rows !== null && rows.length > 0),
    ...{ userRows: { kind: 'leave' }, cutsAccess: false, auditRows: [] },
  }
  return { result, change: { work: [work], records: saved } }
}
