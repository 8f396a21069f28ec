/**
 * Job rows: written before the first effect of work that spans several transactions.
 *
 * @module
 */
import { UserDeletionError } from '../../src/errors.ts'
import type {
  Job,
  JobClaim,
  JobOpened,
  JobOpening,
  JobQuery,
  JournalEnd,
  UserId,
} from '../../src/store.ts'
import type { Connection } from './connection.ts'
import { jsonText } from './literals.ts'
import type { ProgramSql } from './program-sql.ts'
import { takeSurvey } from './take-survey.ts'

const COLUMNS =
  'id, kind, tenant_id, user_id, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state'

/** Disables the user and writes the job, inside the transaction that the caller has opened. */
export function openJob(connection: Connection, sql: ProgramSql, opening: JobOpening): JobOpened {
  const [target] = opening.users
  if (target === undefined) return { kind: 'absent' }
  const user = { tenantId: opening.tenantId, userId: target.id }
  const [existing] = listJobs(connection, { limit: 1, user })
  if (existing !== undefined) return { kind: 'exists', job: existing }
  const survey = takeSurvey(connection, sql, opening, 'blocking')
  const [found] = survey.users
  if (found == null) return { kind: 'absent' }
  const [verdict] = opening.decide(survey, [0])
  if (verdict === undefined || verdict.kind === 'refuse') {
    return { kind: 'refused', reason: verdict?.reason }
  }
  if (sql.disable !== null) {
    const ids = jsonText([target.id])
    connection.change(sql.disable, { ids, tenant: opening.tenantId })
  }
  const job = opening.open(found, verdict.derived, survey)
  insertJob(connection, job)
  return { kind: 'opened', job, found }
}

export function listJobs(connection: Connection, { limit, user }: JobQuery): readonly Job[] {
  const filter = user === undefined ? '' : 'WHERE user_id = @user AND tenant_id IS @tenant'
  return connection
    .rows(
      `SELECT ${COLUMNS} FROM user_deletion_jobs ${filter} ORDER BY created_at, id LIMIT @limit`,
      {
        limit,
        user: user?.userId ?? null,
        tenant: user?.tenantId ?? null,
      },
    )
    .map(toJob)
}

export function claimJob(connection: Connection, claim: JobClaim): Job | null {
  const changed = connection.change(
    `UPDATE user_deletion_jobs SET owner = @owner, lease_until = @leaseUntil, fence = fence + 1 WHERE id = @id AND fence = @fence AND lease_until <= @now`,
    { ...claim },
  )
  if (changed === 0) return null
  const [row] = connection.rows(`SELECT ${COLUMNS} FROM user_deletion_jobs WHERE id = @id`, {
    id: claim.id,
  })
  return row === undefined ? null : toJob(row)
}

export function saveJob(
  connection: Connection,
  id: string,
  fence: number,
  { leaseUntil, state }: { readonly leaseUntil: string; readonly state: string },
): void {
  const changed = connection.change(
    'UPDATE user_deletion_jobs SET lease_until = @leaseUntil, state = @state WHERE id = @id AND fence = @fence',
    { id, fence, leaseUntil, state },
  )
  if (changed !== 1) throw leaseLost()
}

export function finishJob(connection: Connection, { jobId, fence }: JournalEnd): void {
  const changed = connection.change(
    'DELETE FROM user_deletion_jobs WHERE id = @jobId AND fence = @fence',
    { jobId, fence },
  )
  if (changed !== 1) throw leaseLost()
}

function insertJob(connection: Connection, job: Job): void {
  connection.change(
    `INSERT INTO user_deletion_jobs (${COLUMNS}) VALUES (@id, @kind, @tenantId, @userId, @idempotencyKey, @owner, @leaseUntil, @fence, @createdAt, @policyDigest, @state)`,
    { ...job },
  )
}

function leaseLost(): UserDeletionError {
  return new UserDeletionError('lease_lost', 'Another worker has taken the job over.')
}

function toJob(row: readonly unknown[]): Job {
  const [id, , tenantId, userId, key, owner, leaseUntil, fence, createdAt, digest, state] = row
  return {
    id: String(id),
    kind: 'delete_large_user',
    tenantId: textOrNull(tenantId),
    userId: userId as UserId,
    idempotencyKey: textOrNull(key),
    owner: String(owner),
    leaseUntil: String(leaseUntil),
    fence: Number(fence),
    createdAt: String(createdAt),
    policyDigest: String(digest),
    state: String(state),
  }
}

function textOrNull(value: unknown): string | null {
  return value === null ? null : String(value)
}
