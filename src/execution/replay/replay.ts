/**
 * Deletes again the users whom a restored backup has brought back, and restores the decisions made since the backup.
 *
 * The ledger says who was deleted; each of them who is in the database again goes the one path of every
 * deletion. Users are looked for page by page, and deleted one by one.
 *
 * @module
 */

import { endsRuns, UserDeletionError } from '../../errors.ts'
import { yieldToEventLoop } from '../../ports.ts'
import type { UserId } from '../../program/program.ts'
import { repeatedDeletionOf } from '../../receipt/archived-entry.ts'
import { hidesId } from '../../receipt/issue-receipt.ts'
import { isAbout } from '../../receipt/ledger/about.ts'
import { findEntries, ledgerHead, readLedger } from '../../records/ledger-records.ts'
import type { LedgerEntry } from '../../store/records.ts'
import type { UserPage, UserQuery, UserRow } from '../../store/slice.ts'
import { invalidArgument } from '../context/arguments.ts'
import { type ExecutionContext, targetOf } from '../context/context.ts'
import { toEngineError } from '../context/failures.ts'
import { instantOf } from '../context/instant.ts'
import { warn } from '../decision/notify.ts'
import { deleteSlice, type UserOutcome } from '../delete/delete-slice.ts'
import { restoreDecisions } from '../life-cycle/restore-decisions.ts'
import { findUsers, listUsers } from '../units/user-rows.ts'
import { createTally, type ReplayOutcome, type ReplayResult, type Tally } from './replay-result.ts'

export interface ReplayRequest {
  /** Only deletions at or after this instant (ISO 8601, UTC). */
  readonly since: string
  readonly limit: number
  readonly signal: AbortSignal | undefined
  readonly onOutcome: ((outcome: ReplayOutcome) => void) | undefined
}

const PAGE = 500

/** Goes through the ledger as it stands now. Safe to repeat: a user who is gone is not found again. */
export async function replayDeletions(
  context: ExecutionContext,
  request: ReplayRequest,
): Promise<ReplayResult> {
  const head = await ledgerHead(context.store)
  const run: ReplayRun = { context, request, upTo: head?.seq ?? 0, tally: createTally() }
  const hidden = await tenantsWithHiddenIds(run)
  try {
    run.tally.restore(await restoreDecisions(context, 'before_replay'))
    for await (const page of deletions(run)) {
      await replayNamed(
        run,
        page.filter((entry) => !hidesId(entry)),
      )
    }
    for (const tenantId of hidden) await replayHidden(run, tenantId)
    run.tally.restore(await restoreDecisions(context, 'whole'))
    return run.tally.result(null)
  } catch (cause) {
    if (cause instanceof Stop) return run.tally.result(cause.reason)
    return run.tally.result({ by: 'store', error: toEngineError(cause) })
  }
}

interface ReplayRun {
  readonly context: ExecutionContext
  readonly request: ReplayRequest
  /** The last entry that counts: what is deleted meanwhile is not replayed. */
  readonly upTo: number
  readonly tally: Tally
}

/** Ends a run from wherever it is. */
class Stop extends Error {
  readonly reason: NonNullable<ReplayResult['stopped']>

  constructor(reason: NonNullable<ReplayResult['stopped']>) {
    super('the replay was stopped')
    this.reason = reason
  }
}

async function* deletions({
  context: { store, userTable },
  request: { since },
  upTo,
}: ReplayRun): AsyncGenerator<readonly LedgerEntry[]> {
  for (let afterSeq = 0; ; ) {
    const page = await readLedger(store, { afterSeq, limit: PAGE, since })
    yield page.filter((entry) => {
      const isTheirs = entry.kind === 'user.deleted' && isAbout(entry, userTable)
      return isTheirs && entry.seq <= upTo
    })
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE || last.seq >= upTo) return
    afterSeq = last.seq
    await yieldToEventLoop()
  }
}

/** @throws {@link UserDeletionError} `invalid_argument` where ids are hidden and no key can find them; nothing is deleted then. */
async function tenantsWithHiddenIds(run: ReplayRun): Promise<ReadonlySet<string | null>> {
  const tenants = new Set<string | null>()
  for await (const page of deletions(run)) {
    for (const entry of page) if (hidesId(entry)) tenants.add(entry.tenantId)
  }
  // An id is its own subject exactly where there is no key.
  if (tenants.size > 0 && run.context.subjectOf('') === '') {
    throw invalidArgument(
      'keys.subject',
      'The ledger names users by a keyed hash, so the engine needs this key to find them.',
    )
  }
  return tenants
}

/** Entries that name the id: the users are looked up by it. */
async function replayNamed(run: ReplayRun, page: readonly LedgerEntry[]): Promise<void> {
  const tenants = new Set(page.map(({ tenantId }) => tenantId))
  for (const tenantId of tenants) {
    const entries = page.filter((entry) => entry.tenantId === tenantId)
    const ids = entries.flatMap(({ subject }) => subject ?? [])
    const newest = await newestDeletions(run, tenantId, ids)
    // An id that was deleted twice is looked at once, at its last deletion.
    const named = entries.filter(({ seq, subject }) => newest.get(subject ?? '')?.seq === seq)
    run.tally.check(named.length)
    await replayUsers(
      run,
      tenantId,
      named.flatMap((entry) => (entry.subject === null ? [] : { id: entry.subject, entry })),
    )
  }
}

/** Entries that hide the id: the users of the tenant are gone through, and each id is hashed. */
async function replayHidden(run: ReplayRun, tenantId: string | null): Promise<void> {
  const { store, program, subjectOf } = run.context
  for (let afterId: UserId | null = null; ; ) {
    const query: UserQuery = { tenantId, afterId, limit: PAGE, restored: true, subjectOf }
    const { ids, next }: UserPage = await store.read(() => listUsers(program, query))
    const newest = await newestDeletions(run, tenantId, ids)
    run.tally.check(ids.length)
    const found = ids.flatMap((id) => {
      const entry = newest.get(id)
      const counts = entry !== undefined && entry.seq <= run.upTo && hidesId(entry)
      return counts && entry.at >= run.request.since ? { id, entry } : []
    })
    if (found.length > 0) await run.context.vouchForSubjects()
    await replayUsers(run, tenantId, found)
    if (next === null) return
    afterId = next
    await yieldToEventLoop()
  }
}

/** The last deletion of each id, whether the ledger names it or its hash. */
async function newestDeletions(
  { context }: ReplayRun,
  tenantId: string | null,
  ids: readonly UserId[],
): Promise<ReadonlyMap<UserId, LedgerEntry>> {
  const subjects = [...new Set(ids.flatMap((id) => [id, context.subjectOf(id)]))]
  const entries = await findEntries(context.store, {
    ...{ userTable: context.userTable, tenantId, subjects },
  })
  const bySubject = new Map(entries.map((entry) => [entry.subject, entry]))
  const newest = new Map<UserId, LedgerEntry>()
  for (const id of ids) {
    const [first, second] = [bySubject.get(id), bySubject.get(context.subjectOf(id))]
    const entry = (first?.seq ?? 0) > (second?.seq ?? 0) ? first : second
    if (entry !== undefined) newest.set(id, entry)
  }
  return newest
}

interface Suspect {
  readonly id: UserId
  readonly entry: LedgerEntry
}

/** Deletes those of the users who are there. */
async function replayUsers(
  run: ReplayRun,
  tenantId: string | null,
  suspects: readonly Suspect[],
): Promise<void> {
  stopWhenAborted(run)
  if (suspects.length === 0) return
  const { store, program } = run.context
  const users = suspects.map(({ id, entry }) => ({ id, subject: entry.subject ?? id }))
  const rows = await store.read(() => findUsers(program, { tenantId, users, restored: true }))
  for (const [position, suspect] of suspects.entries()) {
    const row = rows[position]
    if (row != null) await replayUser(run, suspect, row)
  }
}

async function replayUser(run: ReplayRun, { id, entry }: Suspect, row: UserRow): Promise<void> {
  stopWhenAborted(run)
  const { context, request, tally } = run
  if (tally.attempts() >= request.limit) throw new Stop({ by: 'limit', error: null })
  const { tenantId } = entry
  const { id: replayOf, reason, requestedBy } = repeatedDeletionOf(entry)
  const outcome = await deleteAgain(context, row, entry.at, async () => {
    const again = {
      tenantId,
      reason,
      requestedBy,
      idempotencyKey: null,
      requestedAt: null,
      replayOf,
    }
    const [done] = await deleteSlice(context, again, [targetOf(context, id)])
    return done
  })
  // Somebody else was faster.
  if (outcome === undefined || outcome.status === 'already_deleted') return
  // The receipt of an outcome is read when it is asked for, so a spread would lose it.
  const plain =
    outcome.status === 'deleted'
      ? { status: outcome.status, receipt: outcome.receipt }
      : { ...outcome }
  const told: ReplayOutcome = { tenantId, userId: id, replayOf, ...plain }
  tally.add(told)
  try {
    request.onOutcome?.(told)
  } catch (cause) {
    warn(context, 'a listener of replay threw', { cause })
  }
  // A row whose age nobody can tell says nothing of the next one.
  const isOwn = outcome.status === 'failed' && outcome.error.code === 'schema_mismatch'
  if (outcome.status === 'failed' && !isOwn && endsRuns(outcome.error)) {
    throw new Stop({ by: 'store', error: outcome.error })
  }
  await yieldToEventLoop()
}

async function deleteAgain(
  { program }: ExecutionContext,
  row: UserRow,
  deletedAt: string,
  run: () => Promise<UserOutcome | undefined>,
): Promise<UserOutcome | { readonly status: 'skipped' } | undefined> {
  const { createdAt } = program.user
  if (createdAt === undefined) return run()
  const created = instantOf(row[createdAt])
  if (created === null) {
    const text =
      'The column of `user.createdAt` holds no instant, so nobody can tell whose row it is.'
    const details = { table: program.user.table, column: createdAt }
    return { status: 'failed', error: new UserDeletionError('schema_mismatch', text, { details }) }
  }
  return created > Date.parse(deletedAt) ? { status: 'skipped' } : run()
}

function stopWhenAborted({ request: { signal } }: ReplayRun): void {
  if (signal?.aborted) throw new Stop({ by: 'signal', error: signal.reason })
}
