/**
 * Retentions that are still to end, as records. Pure.
 *
 * @module
 */
import type { UserId } from '../program/program.ts'
import type { RecordWrite } from './change.ts'
import type { OpenRetention, RetentionState, Seal } from './records.ts'

/** A deletion as far as the end of a retention needs it. */
export interface RetainedDeletion {
  /** Its place in the ledger. */
  readonly seq: number
  readonly at: string
  readonly tenantId: string | null
  readonly subject: UserId
  /** The receipt hides the id behind the subject. */
  readonly isHidden: boolean
}

/** How records name a step. */
export function retainedStep(userTable: string, stepId: string): string {
  return JSON.stringify([userTable, stepId])
}

/** Most deletions in one record. So the record of a deletion begins at most so many places before it. */
export const DELETIONS_IN_RECORD = 20

/** Deletions in the order of the ledger as records; those side by side that have all in common are one. */
export function recordsOf(
  step: string,
  state: RetentionState,
  deletions: readonly RetainedDeletion[],
): readonly OpenRetention[] {
  const runs: RetainedDeletion[][] = []
  for (const deletion of deletions) {
    const run = runs.at(-1)
    const last = run?.at(-1)
    if (run !== undefined && last !== undefined && isNext(last, deletion, run.length)) {
      run.push(deletion)
    } else runs.push([deletion])
  }
  return runs.flatMap((run) => {
    const [first] = run
    if (first === undefined) return []
    const { seq, at, tenantId, isHidden } = first
    const subjects = run.map(({ subject }) => subject)
    return [{ step, seq, state, at, tenantId, hidden: isHidden ? 1 : 0, subjects }]
  })
}

function isNext(last: RetainedDeletion, next: RetainedDeletion, length: number): boolean {
  return (
    length < DELETIONS_IN_RECORD &&
    next.seq === last.seq + 1 &&
    next.at === last.at &&
    next.tenantId === last.tenantId &&
    next.isHidden === last.isHidden
  )
}

/** The deletions of a record. */
export function deletionsIn(record: OpenRetention): readonly RetainedDeletion[] {
  const { seq, at, tenantId, hidden, subjects } = record
  return subjects.map((subject, place) => ({
    ...{ seq: seq + place, at, tenantId, subject },
    isHidden: hidden === 1,
  }))
}

/** Puts records in the place of others of the same step. */
export function replaced(
  step: string,
  records: readonly Pick<OpenRetention, 'seq'>[],
  others: readonly OpenRetention[],
): readonly RecordWrite[] {
  if (records.length === 0) return []
  const seqs = records.map(({ seq }) => seq)
  return [
    {
      kind: 'remove',
      table: 'retentions',
      where: [
        { field: 'step', in: [step] },
        { field: 'seq', in: seqs },
      ],
    },
    { kind: 'insert', table: 'retentions', records: others },
  ]
}

/**
 * The mark that says which steps deletions leave records for, and since when all do: another process may have another
 * policy. Deletions of before, or of a step that is not among them, only the ledger tells.
 */
export function retainedSince(userTable: string): string {
  return `${RETAINED_SINCE}${userTable}`
}

/** What the names of these marks begin with. */
export const RETAINED_SINCE = 'retained_since:'

/** Place in the ledger since which each deletion has left a record for each of the steps. */
export interface RetainedSince {
  readonly seq: number
  readonly stepIds: readonly string[]
}

export function readRetainedSince(value: string | undefined): RetainedSince | null {
  return value === undefined ? null : (JSON.parse(value) as RetainedSince)
}

/** What a seal makes of the mark; `null` where it stays as it is. */
export function retainedSinceWrite(
  userTable: string,
  known: RetainedSince | null,
  { entries, retentions }: Pick<Seal, 'entries' | 'retentions'>,
): Extract<RecordWrite, { kind: 'put' }> | null {
  const [first] = entries
  if (retentions === undefined || first === undefined) return null
  const { stepIds } = retentions
  const told = known?.stepIds ?? []
  if (told.length === stepIds.length && told.every((id, place) => id === stepIds[place]))
    return null
  const since: RetainedSince = { seq: first.seq, stepIds }
  const record = { name: retainedSince(userTable), value: JSON.stringify(since) }
  return { kind: 'put', table: 'marks', record }
}
