/**
 * Makes the retention records that deletions did not leave: deletions older than the rule, by a process with another
 * policy, from an import, or by an earlier version. They are found in the ledger.
 *
 * @module
 */
import type { Expiry } from '../../plan/compile/expiry.ts'
import { yieldToEventLoop } from '../../ports.ts'
import { hidesId } from '../../receipt/issue-receipt.ts'
import { isAbout } from '../../receipt/ledger/about.ts'
import { findBySeq, readLedger } from '../../records/ledger-records.ts'
import { readSealedRetentions } from '../../records/retention-records.ts'
import type { RecordWrite } from '../../store/change.ts'
import { type RetainedDeletion, recordsOf } from '../../store/open-retentions.ts'
import type { LedgerEntry } from '../../store/records.ts'
import type { ExecutionContext } from '../context/context.ts'
import { moveOn, nameOf, type Progress, readProgress } from './step-progress.ts'

/** Entries in one read: a receipt has some kilobytes, and the event loop waits for all of them. */
const PAGE = 100

/**
 * Reads the part of the ledger that has no records yet, page by page. Each page commits with the progress, so a crash
 * leaves all of a page or none of it. `null` if it was stopped, or if another process works on the step.
 */
export async function bringOver(
  context: ExecutionContext,
  expiry: Expiry,
  start: Progress,
  signal: AbortSignal | undefined,
): Promise<Progress | null> {
  const { store, userTable } = context
  const { head, since } = await readSealedRetentions(store, userTable)
  const sealed = since?.stepIds.includes(expiry.stepId) === true ? since.seq - 1 : head
  const upTo = Math.max(start.upTo ?? head, sealed)
  let progress = await bringEarlier(context, expiry, start)
  while (progress !== null && progress.through < upTo) {
    if (signal?.aborted) return null
    const page = await nextPage(context, progress.through, upTo)
    const { through } = page
    const writes = inPlaceOf(nameOf(expiry), progress.through, through, page.deletions)
    const moved = await moveOn(context, expiry, progress, { through, upTo }, writes)
    progress = moved ?? (await sameRule(context, expiry))
    await yieldToEventLoop()
  }
  if (progress === null) return null
  // Behind that each deletion has left a record, and there was none behind the head.
  const through = Math.max(progress.through, head)
  return { ...progress, through, upTo: through }
}

/** The same for a call that is under way: `null` also where another rule has come under the name of the step. */
export async function readAnew(
  context: ExecutionContext,
  expiry: Expiry,
  signal: AbortSignal | undefined,
): Promise<Progress | null> {
  const progress = await sameRule(context, expiry)
  return progress && bringOver(context, expiry, progress, signal)
}

/** What an earlier version has looked at and left. */
async function bringEarlier(
  context: ExecutionContext,
  expiry: Expiry,
  start: Progress,
): Promise<Progress | null> {
  if (start.earlier.length === 0) return start
  const deletions: RetainedDeletion[] = []
  const seqs = start.earlier.toSorted((a, b) => a - b)
  for (let place = 0; place < seqs.length; place += PAGE) {
    const entries = await findBySeq(context.store, seqs.slice(place, place + PAGE))
    deletions.push(...entries.flatMap((entry) => deletionIn(context, entry)))
    await yieldToEventLoop()
  }
  const records = recordsOf(nameOf(expiry), 'waiting', deletions)
  const writes = [{ kind: 'insert', table: 'retentions', records } as const]
  return (await moveOn(context, expiry, start, {}, writes)) ?? sameRule(context, expiry)
}

/** Another process may be about to do the same; one with another rule under this name is left to it. */
async function sameRule(context: ExecutionContext, expiry: Expiry): Promise<Progress | null> {
  const progress = await readProgress(context, expiry)
  return progress.upTo === null ? null : progress
}

/** Whom the next entries of the ledger are about, and the last of these entries. */
async function nextPage(
  context: ExecutionContext,
  afterSeq: number,
  upTo: number,
): Promise<{ readonly through: number; readonly deletions: readonly RetainedDeletion[] }> {
  const page = await readLedger(context.store, { afterSeq, limit: PAGE })
  const entries = page.filter(({ seq }) => seq <= upTo)
  const last = page.length < PAGE ? undefined : page.at(-1)
  return {
    through: Math.min(last?.seq ?? upTo, upTo),
    deletions: entries.flatMap((entry) => deletionIn(context, entry)),
  }
}

function deletionIn(
  { userTable }: ExecutionContext,
  entry: LedgerEntry,
): readonly RetainedDeletion[] {
  const { seq, at, tenantId, subject, kind } = entry
  if (kind !== 'user.deleted' || subject === null || !isAbout(entry, userTable)) return []
  return [{ seq, at, tenantId, subject, isHidden: hidesId(entry) }]
}

/** Where there are records already, they are of another rule under this name, or of deletions among these. */
function inPlaceOf(
  step: string,
  after: number,
  through: number,
  deletions: readonly RetainedDeletion[],
): readonly RecordWrite[] {
  return [
    {
      kind: 'remove',
      table: 'retentions',
      where: [
        { field: 'step', in: [step] },
        { field: 'seq', above: after },
        { field: 'seq', upTo: through },
      ],
    },
    { kind: 'insert', table: 'retentions', records: recordsOf(step, 'waiting', deletions) },
  ]
}
