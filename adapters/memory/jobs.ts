/**
 * The journalled way in memory.
 *
 * @module
 */
import type { Chunk, ChunkResult, JobOpened, JobOpening, Program } from '../../src/store.ts'
import { type Database, runStep } from './apply-slice.ts'
import { takeSurvey } from './take-survey.ts'
import { stored } from './values.ts'
import { writeRow } from './write-rows.ts'

/** Disables the user and adds the job, inside a transaction that the caller has opened. */
export function openJob(
  { tables, records }: Database,
  program: Program,
  opening: JobOpening,
): JobOpened {
  const [target] = opening.users
  if (target === undefined) return { kind: 'absent' }
  const existing = records.jobOf(opening.tenantId, target.id)
  if (existing !== undefined) return { kind: 'exists', job: existing }
  const survey = takeSurvey(tables, records, program, opening)
  const [found] = survey.users
  if (found == null) return { kind: 'absent' }
  const [verdict] = opening.decide(survey, [0])
  if (verdict === undefined || verdict.kind === 'refuse') {
    return { kind: 'refused', reason: verdict?.reason }
  }
  const { user } = program
  const rows = [...tables.rows(user.table)].filter(
    ([, row]) =>
      stored(row[user.id]) === stored(target.id) &&
      (user.tenant === null || stored(row[user.tenant]) === opening.tenantId),
  )
  tables.update(
    user.table,
    rows.map(([key, row]) => [key, writeRow(tables, user.table, row, user.disabled, [])]),
  )
  const job = opening.open(found, verdict.derived, survey)
  records.addJob(job)
  return { kind: 'opened', job, found }
}

/** Writes one chunk and saves the job, inside a transaction that the caller has opened. */
export function applyChunk(
  { tables, records }: Database,
  program: Program,
  chunk: Chunk,
): ChunkResult {
  const step = program.steps[chunk.step]
  // Rows that a step removes or cuts loose do not match again; the others need the cursor.
  const keepsRows = step?.action !== 'delete' && step?.action !== 'detach'
  const after = keepsRows ? Number(chunk.cursor?.[0] ?? 0) : 0
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
