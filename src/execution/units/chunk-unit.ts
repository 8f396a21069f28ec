/**
 * A bounded number of rows of one user, for users too large for one transaction.
 *
 * @module
 */
import type { Program } from '../../program/program.ts'
import { needsCursor, passOf } from '../../program/steps.ts'
import type { Decision, StepRun } from '../../store/change.ts'
import type { Chunk, ChunkResult } from '../../store/chunk.ts'
import { ask, type Inquiry, together } from '../../store/inquiry.ts'
import { withFence } from '../../store/own-records.ts'
import type { OfUsers } from '../../store/questions.ts'
import type { Store } from '../../store/store.ts'
import { assertHeld } from './delete-unit.ts'

/** Runs at most `limit` rows of one step for one user, and saves the job, in one transaction. */
export function applyChunk(
  store: Pick<Store, 'commit'>,
  program: Program,
  chunk: Chunk,
): Promise<ChunkResult> {
  return store.commit(() => chunkUnit(program, chunk), { unit: 'chunk' })
}

/** Finds the next rows of a step, writes them, and saves the job. */
export function* chunkUnit(program: Program, chunk: Chunk): Inquiry<Decision<ChunkResult>> {
  const { tenantId, fields, shared = [], derived, limit } = chunk
  const of: OfUsers = { program, tenantId, users: [{ fields, shared }], derived: [derived] }
  const first = program.steps[chunk.step]
  // Rows that a step removes or cuts loose do not match again: the next chunk starts from the front.
  const after = first !== undefined && needsCursor(first) ? chunk.cursor : null
  const [[rows]] = yield* together(
    ask({ kind: 'step_rows', ...of, step: chunk.step, after, limit }),
    assertHeld(chunk),
  )
  const steps = passOf(program.steps, chunk.step).map((step): StepRun => {
    const keys = rows.filter((row) => row.steps.includes(step)).map(({ key }) => key)
    return { step, rows: keys.length, keys }
  })
  const others = steps.filter(({ step }) => step !== chunk.step)
  const result: ChunkResult = {
    rows: steps.find(({ step }) => step === chunk.step)?.rows ?? 0,
    ...(others.length === 0 ? {} : { others: others.map(({ step, rows }) => ({ step, rows })) }),
    cursor: rows.at(-1)?.key ?? chunk.cursor,
    done: rows.length < limit,
  }
  const busy = steps.filter((one) => one.rows > 0)
  return {
    *change() {
      if (busy.length > 0) yield { kind: 'work', ...of, steps: busy, userRows: { kind: 'leave' } }
      const where = withFence({ id: chunk.jobId, fence: chunk.fence })
      const set = chunk.save(result)
      yield { kind: 'patch', table: 'jobs', where, set, orElse: 'lease_lost' }
      return result
    },
  }
}
