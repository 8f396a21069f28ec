/**
 * Restores the decisions made after a backup: holds, cancellations, schedules, disabling. They are in the ledger, and
 * an import notes where the part begins that the restored database lacked.
 *
 * The final state of each user is worked out first, and only that is written: a user who was disabled and enabled
 * again is not shut out in between. Safe to repeat.
 *
 * @module
 */

import { yieldToEventLoop } from '../../ports.ts'
import type { UserId } from '../../program/program.ts'
import { repeatedDeletionOf } from '../../receipt/archived-entry.ts'
import { hidesId } from '../../receipt/issue-receipt.ts'
import { isAbout } from '../../receipt/ledger/about.ts'
import { IMPORT_MARK } from '../../receipt/ledger/import-ledger.ts'
import { deletedAt, readLedger } from '../../records/ledger-records.ts'
import { readMark, writeMark } from '../../records/mark-records.ts'
import { listHolds, removeHold, saveHold } from '../../records/user-records.ts'
import { answerOf } from '../../store/inquiry.ts'
import type { Hold, LedgerEntry } from '../../store/records.ts'
import type { UserPage, UserQuery } from '../../store/slice.ts'
import type { Standing, TransitionPlan } from '../../store/transition.ts'
import type { ExecutionContext } from '../context/context.ts'
import { instantOf } from '../context/instant.ts'
import { transit } from '../context/present-schema.ts'
import { accessHolds } from '../decision/decide.ts'
import { newJob, newState, readState } from '../job/job-state.ts'
import { findUsers, listUsers } from '../units/user-rows.ts'
import { disabling, enabling, shutOutEvents } from '../user-state/disabling.ts'
import { stateOf } from '../user-state/states.ts'
import { cancelling } from './change-state.ts'
import { type Decision, decisionIn, type Scheduled } from './decisions.ts'

/**
 * `before_replay`: who was deleted and is there again is left for afterwards, as a hold that was placed once they were
 * gone would keep them from being deleted again. Until the replay has come every call looks at them anew.
 * `whole`: nobody is left.
 */
export type RestorePart = 'before_replay' | 'whole'

/** Answers how many decisions have been written. Cheap where no import is waiting. */
export async function restoreDecisions(
  context: ExecutionContext,
  part: RestorePart,
): Promise<number> {
  const { store, userTable } = context
  const own = `decisions:${userTable}`
  const imported = await readMark(store, IMPORT_MARK)
  if (imported === null || imported === '' || (await readMark(store, own)) === imported) return 0
  const [after = 0, upTo = 0] = imported.split(' ').map(Number)
  const wanted = await readDecisions(context, after, upTo)
  const ids = await idsOf(context, wanted)
  let written = 0
  let left = 0
  for (const one of wanted) {
    const id = one.isHidden ? ids.get(one.subject) : one.subject
    if (id !== undefined) {
      written += await removeReleased(context, one, id)
      if (part === 'before_replay' && (await isBack(context, one, id))) left += 1
      else written += await restoreUser(context, one, id)
    }
    await yieldToEventLoop()
  }
  if (left === 0) await writeMark(store, own, imported)
  return written
}

/** What the entries about one user come to. */
interface Wanted {
  readonly tenantId: string | null
  readonly subject: UserId
  readonly isHidden: boolean
  /** By id; `null` for one that has been released. */
  readonly holds: Map<string, Omit<Hold, 'userTable' | 'tenantId' | 'userId'> | null>
  schedule: Scheduled | 'cancelled' | null
  access: { readonly revokesSessions: boolean } | 'enabled' | null
}

const PAGE = 500

/** Up to the end: what has been decided here since the import counts too, and more than what the import says. */
async function readDecisions(
  { store, userTable }: ExecutionContext,
  after: number,
  upTo: number,
): Promise<readonly Wanted[]> {
  const users = new Map<string, Wanted>()
  for (let afterSeq = after; ; ) {
    const page = await readLedger(store, { afterSeq, limit: PAGE })
    for (const entry of page) if (isAbout(entry, userTable)) collect(users, entry, upTo)
    const last = page.at(-1)
    if (last === undefined || page.length < PAGE) return [...users.values()]
    afterSeq = last.seq
    await yieldToEventLoop()
  }
}

function collect(users: Map<string, Wanted>, entry: LedgerEntry, upTo: number): void {
  const { tenantId, subject } = entry
  if (subject === null) return
  const key = JSON.stringify([tenantId, typeof subject === 'string', String(subject)])
  const known = users.get(key)
  if (entry.kind === 'user.deleted') {
    // A deletion that a replay repeats stands where the first one did.
    if (known === undefined || repeatedDeletionOf(entry).replayOf !== null) return
    Object.assign(known, { schedule: null, access: null })
    // What was kept about the user went with them; but since the import nobody is deleted past a hold, so one that
    // stands was placed on what stayed of them.
    if (entry.seq > upTo) return
    for (const id of known.holds.keys()) known.holds.set(id, null)
    return
  }
  const decision = decisionIn(entry)
  if (decision === null) return
  const wanted = known ?? {
    ...{ tenantId, subject, isHidden: hidesId(entry), holds: new Map() },
    ...{ schedule: null, access: null },
  }
  users.set(key, wanted)
  apply(wanted, decision)
}

function apply(wanted: Wanted, decision: Decision): void {
  switch (decision.kind) {
    case 'hold.placed':
      wanted.holds.set(decision.id, decision)
      break
    case 'hold.released':
      wanted.holds.set(decision.id, null)
      break
    case 'deletion.scheduled':
      wanted.schedule = decision
      break
    case 'deletion.cancelled':
      wanted.schedule = 'cancelled'
      break
    case 'user.disabled':
      wanted.access = decision
      break
    case 'user.enabled':
      wanted.access = 'enabled'
      break
  }
}

/** The ids behind hashes, as far as user rows or retained rows still hold them. */
async function idsOf(
  context: ExecutionContext,
  wanted: readonly Wanted[],
): Promise<ReadonlyMap<UserId, UserId>> {
  const { store, program, subjectOf } = context
  const missing = new Set(wanted.flatMap(({ isHidden, subject }) => (isHidden ? subject : [])))
  const ids = new Map<UserId, UserId>()
  const look = (found: readonly UserId[]): void => {
    for (const id of found) if (missing.delete(subjectOf(id))) ids.set(subjectOf(id), id)
  }
  const tenants = new Set(wanted.flatMap((one) => (one.isHidden ? [one.tenantId] : [])))
  for (const tenantId of tenants) {
    for (let afterId: UserId | null = null; ; ) {
      const query: UserQuery = { tenantId, afterId, limit: PAGE, restored: true, subjectOf }
      const { ids: found, next }: UserPage = await store.read(() => listUsers(program, query))
      look(found)
      if (next === null) break
      afterId = next
      await yieldToEventLoop()
    }
  }
  for (const { program: ends, stepId } of missing.size > 0 ? context.expiries : []) {
    const step = ends.steps.findIndex(({ id }) => id === stepId)
    for (let after: UserId | null = null; ; ) {
      const found: readonly UserId[] = await answerOf(store, {
        ...{ kind: 'references', program: ends, step, after, limit: PAGE },
      })
      look(found)
      const last = found.at(-1)
      if (last === undefined || found.length < PAGE) break
      after = last
      await yieldToEventLoop()
    }
  }
  return ids
}

async function removeReleased(
  { store, userTable }: ExecutionContext,
  { tenantId, holds }: Wanted,
  userId: UserId,
): Promise<number> {
  let removed = 0
  const user = { tenantId, userId }
  for (const { id } of await listHolds(store, { limit: 1_000, userTable, user })) {
    if (holds.get(id) !== null) continue
    await removeHold(store, id)
    removed += 1
  }
  return removed
}

/** Whether a replay is to delete the user again. Not a later one under the same id, as far as the row tells. */
async function isBack(
  { store, program, userTable }: ExecutionContext,
  { tenantId, subject }: Wanted,
  id: UserId,
): Promise<boolean> {
  const at = await deletedAt(store, { userTable, tenantId, subject })
  if (at === null) return false
  const users = [{ id, subject }]
  const [row] = await store.read(() => findUsers(program, { tenantId, users, restored: true }))
  if (row == null) return false
  const { createdAt } = program.user
  if (createdAt === undefined) return true
  const created = instantOf(row[createdAt])
  return created !== null && created <= Date.parse(at)
}

async function restoreUser(context: ExecutionContext, wanted: Wanted, id: UserId): Promise<number> {
  const { store, userTable } = context
  const { tenantId, holds, schedule, access } = wanted
  const user = { tenantId, userId: id }
  const present = await listHolds(store, { limit: 1_000, userTable, user })
  const stands = new Set(present.map((hold) => hold.id))
  let written = 0
  for (const [holdId, hold] of holds) {
    if (hold === null || stands.has(holdId)) continue
    const { reason, tables, placedAt, until } = hold
    const placed: Hold = { ...{ id: holdId, userTable, ...user }, reason, tables, placedAt, until }
    const isThere = await move(context, wanted, id, () => ({ placeHold: placed }))
    if (!isThere) await saveHold(store, placed)
    written += 1
  }
  if (schedule === 'cancelled') written += Number(await move(context, wanted, id, cancelled))
  if (access !== null) {
    const shut = (standing: Standing, now: ExecutionContext): TransitionPlan | null =>
      access === 'enabled'
        ? enabled(standing, now)
        : disabled(standing, now, wanted, access.revokesSessions)
    written += Number(await move(context, wanted, id, shut))
  }
  if (schedule === null || schedule === 'cancelled') return written
  const plan = (standing: Standing, now: ExecutionContext): TransitionPlan | null =>
    scheduled(standing, now, wanted, id, schedule)
  return written + Number(await move(context, wanted, id, plan))
}

/** One transition, and no entry of it: the ledger has it already. Answers whether it was made. */
async function move(
  context: ExecutionContext,
  { tenantId, subject }: Wanted,
  id: UserId,
  plan: (standing: Standing, present: ExecutionContext) => TransitionPlan | null,
): Promise<boolean> {
  const query = { tenantId, user: { id, subject }, restored: true, tokenHash: null }
  const { kind } = await transit(context, query, (standing, present) => {
    const made = plan(standing, present)
    return made === null ? { kind: 'refuse', reason: null } : { kind: 'proceed', ...made }
  })
  return kind === 'done'
}

function cancelled(standing: Standing, present: ExecutionContext): TransitionPlan | null {
  if (stateOf(present.program.user, standing) !== 'scheduled') return null
  return cancelling(present, standing, () => ({ job: null }))
}

function enabled(standing: Standing, present: ExecutionContext): TransitionPlan | null {
  return stateOf(present.program.user, standing) === 'disabled' ? enabling(present, standing) : null
}

function disabled(
  standing: Standing,
  present: ExecutionContext,
  user: Wanted,
  revokesSessions: boolean,
): TransitionPlan | null {
  if (stateOf(present.program.user, standing) !== 'active') return null
  return {
    ...disabling(present, standing),
    cutsAccess: revokesSessions && canCutAccess(standing, present),
    finish: (cut) => ({ events: shutOutEvents(present, user, cut) }),
  }
}

function scheduled(
  standing: Standing,
  present: ExecutionContext,
  user: Wanted,
  id: UserId,
  { by, cancelHash, dueAt, requestedAt, reason, requestedBy }: Scheduled,
): TransitionPlan | null {
  const state = stateOf(present.program.user, standing)
  const earlier = standing.job === null ? null : readState(standing.job).schedule
  // The same day may have been set again by somebody else, who alone can take it back.
  const isSame =
    standing.job?.dueAt === dueAt &&
    standing.job.requestedAt === requestedAt &&
    earlier?.by === by &&
    earlier.cancelHash === cancelHash
  if (state === 'deleting' || isSame) return null
  const { tenantId, subject, access } = user
  // Under the earlier schedule a user looks the same, disabled or not: what was decided in between tells, else that.
  const stoodBefore = access === null ? earlier?.wasDisabled === true : access !== 'enabled'
  const wasDisabled = state === 'scheduled' ? stoodBefore : state === 'disabled'
  const request = { tenantId, reason, requestedBy, requestedAt, idempotencyKey: null }
  const schedule = { by, cancelHash, wasDisabled }
  const job = newState(request, { schedule })
  const terms = { replaces: standing.job, dueAt, claimed: false }
  return {
    ...disabling(present, standing),
    cutsAccess: canCutAccess(standing, present),
    finish: (cut) => ({
      job: newJob(present, 'scheduled_deletion', { id, subject }, job, terms),
      events: shutOutEvents(present, user, cut),
    }),
  }
}

/** Rows under a hold stay, also where they let the user in. */
function canCutAccess({ survey }: Standing, { program, clock }: ExecutionContext): boolean {
  const [holds = [], counts = []] = [survey.holds[0], survey.counts[0]]
  return accessHolds(program, holds, counts, clock.now()).length === 0
}
