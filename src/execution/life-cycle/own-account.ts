/**
 * Users who delete their own account: the subject comes from the session, and from nothing else.
 *
 * @module
 */

import { UserDeletionError } from '../../errors.ts'
import { secretToken, sha256 } from '../../ports.ts'
import { addDuration } from '../../program/duration.ts'
import type { UserIdInput } from '../../program/native-id.ts'
import type { UserId } from '../../program/program.ts'
import type { DeletionReceipt } from '../../receipt/receipt.ts'
import { saveToken } from '../../records/user-records.ts'
import type { Standing } from '../../store/transition.ts'
import { type DeletionRequest, type ExecutionContext, targetOf } from '../context/context.ts'
import { inProgress, notFound } from '../context/failures.ts'
import { whileInFlight } from '../context/in-flight.ts'
import { transit } from '../context/present-schema.ts'
import { askHost } from '../decision/ask.ts'
import { notifyDeleted } from '../decision/notify.ts'
import { planJob, runOpened } from '../job/open-job.ts'
import { findStanding } from '../units/transition-unit.ts'
import { stateOf } from '../user-state/states.ts'
import { assertLegal, scheduleUser } from './change-state.ts'

/** The session that the host has authenticated. Never built from a request's body. */
export interface OwnSession {
  readonly id: string
  readonly userId: UserIdInput
  readonly tenantId?: string | undefined
  /** Who acts in the user's name; such a session deletes nothing. */
  readonly impersonatedBy?: string | null | undefined
}

/** How users may delete their own account. */
export interface SelfService {
  /** Whether the user has proven recently who they are: a password, a passkey, a second factor. */
  readonly isRecentlyAuthenticated: (session: OwnSession) => boolean | Promise<boolean>
  /** Whether a token sent by mail has to come back. Default false. */
  readonly requiresToken?: boolean
  /** ISO 8601: how long the deletion can be cancelled. Default `P30D`; `null` deletes at once. */
  readonly coolingOff?: string | null
}

export interface OwnDeletionToken {
  /** Sent to the user, by a link that opens a page; kept nowhere. */
  readonly token: string
  readonly expiresAt: string
}

export type OwnDeletion =
  | { readonly status: 'deleted'; readonly receipt: DeletionReceipt }
  /** Cancelled by `cancelDeletion(userId, { cancelToken })` until the day. */
  | { readonly status: 'scheduled'; readonly dueAt: string; readonly cancelToken: string }

/** The user of a session that has been checked. */
interface SessionOwner {
  readonly userId: UserId
  readonly session: OwnSession
}

const TOKEN_LIFE_MS = 15 * 60_000

/** Issues the token that confirms the deletion; an earlier one of the user is void. */
export async function issueOwnToken(
  context: ExecutionContext,
  request: DeletionRequest,
  service: SelfService,
  { userId, session }: SessionOwner,
): Promise<OwnDeletionToken> {
  await assertOwner(service, session)
  const { store, program, userTable, clock } = context
  const { tenantId } = request
  const target = targetOf(context, userId)
  const standing = await store.read(() =>
    findStanding(program, { tenantId, user: target, tokenHash: null }),
  )
  if (standing === null) throw notFound(undefined)
  assertLegal(stateOf(program.user, standing), 'schedule')
  const token = secretToken()
  const expiresAt = new Date(clock.now().getTime() + TOKEN_LIFE_MS).toISOString()
  const { id: sessionId } = session
  await saveToken(store, {
    ...{ hash: sha256(token), userTable, tenantId, userId, sessionId, expiresAt },
  })
  return { token, expiresAt }
}

/** Schedules the deletion of the session's own user, or deletes at once where there is no cooling-off. */
export async function deleteOwn(
  context: ExecutionContext,
  request: DeletionRequest,
  service: SelfService,
  owner: SessionOwner,
  token: string | null,
): Promise<OwnDeletion> {
  const { requiresToken = false, coolingOff = 'P30D' } = service
  if (requiresToken && token === null) {
    throw new UserDeletionError('confirmation_required', 'The token sent to the user is missing.')
  }
  const { userId } = owner
  await assertOwner(service, owner.session)
  const confirmation = token === null ? null : confirmedBy(context, owner, request.tenantId, token)
  if (confirmation !== null) await checkAhead(context, request, userId, confirmation)
  return coolingOff === null
    ? whileInFlight(context.inFlight, request.tenantId, userId, () =>
        deleteAtOnce(context, request, userId, confirmation),
      )
    : schedule(context, request, userId, confirmation, coolingOff)
}

async function assertOwner(
  { isRecentlyAuthenticated }: SelfService,
  session: OwnSession,
): Promise<void> {
  if (session.impersonatedBy != null) {
    throw new UserDeletionError(
      'impersonation_refused',
      'Somebody acts in the name of the user of this session.',
    )
  }
  let isRecent: boolean
  try {
    isRecent = await isRecentlyAuthenticated(session)
  } catch (cause) {
    throw new UserDeletionError('hook_failed', '`isRecentlyAuthenticated` threw.', { cause })
  }
  if (isRecent === true) return
  throw new UserDeletionError(
    'recent_authentication_required',
    'The user has not proven recently who they are.',
  )
}

interface Confirmation {
  readonly tokenHash: string
  /** Refuses a token that is not for this user, tenant, session and time. */
  readonly check: (standing: Standing) => void
}

function confirmedBy(
  { clock }: ExecutionContext,
  { userId, session }: SessionOwner,
  tenantId: string | null,
  token: string,
): Confirmation {
  const tokenHash = sha256(token)
  return {
    tokenHash,
    check: ({ token: found }) => {
      const isGood =
        found !== null &&
        found.userId === userId &&
        found.tenantId === tenantId &&
        found.sessionId === session.id &&
        found.expiresAt > clock.now().toISOString()
      if (!isGood) {
        throw new UserDeletionError('confirmation_invalid', 'The token does not confirm this.')
      }
    },
  }
}

/**
 * Before hooks and blockers are asked: a caller without a good token learns nothing of what is in the way. The
 * transaction that uses the token up looks again.
 */
async function checkAhead(
  context: ExecutionContext,
  { tenantId }: DeletionRequest,
  userId: UserId,
  { tokenHash, check }: Confirmation,
): Promise<void> {
  const query = { tenantId, user: targetOf(context, userId), tokenHash }
  const standing = await context.store.read(() => findStanding(context.program, query))
  if (standing === null) throw notFound(undefined)
  check(standing)
}

async function schedule(
  context: ExecutionContext,
  request: DeletionRequest,
  userId: UserId,
  confirmation: Confirmation | null,
  coolingOff: string,
): Promise<OwnDeletion> {
  const cancelToken = secretToken()
  const status = await scheduleUser(context, request, targetOf(context, userId), {
    dueAt: addDuration(context.clock.now(), coolingOff),
    by: 'user',
    cancelHash: sha256(cancelToken),
    tokenHash: confirmation?.tokenHash ?? null,
    ...(confirmation === null ? {} : { checkToken: confirmation.check }),
  })
  return { status: 'scheduled', dueAt: status.deletion?.dueAt ?? '', cancelToken }
}

async function deleteAtOnce(
  context: ExecutionContext,
  request: DeletionRequest,
  userId: UserId,
  confirmation: Confirmation | null,
): Promise<OwnDeletion> {
  const { tenantId } = request
  const target = targetOf(context, userId)
  const objection = (await askHost(context, request, [target])).get(0)
  if (objection !== undefined) throw objection
  const query = { tenantId, user: target, tokenHash: confirmation?.tokenHash ?? null }
  const outcome = await transit(context, query, (standing, present) => {
    confirmation?.check(standing)
    return planJob(present, request, target, standing, {
      plan: { consumesToken: confirmation !== null },
    })
  })
  if (outcome.kind === 'absent') throw notFound(undefined)
  const ended = await runOpened(context, request, target, outcome)
  if (ended.kind === 'waiting') throw inProgress({ jobId: ended.jobId })
  const { receipt } = ended
  await notifyDeleted(context, [{ userId, tenantId, receipt }])
  return { status: 'deleted', receipt }
}
