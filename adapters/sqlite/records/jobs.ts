/**
 * Job rows: written before the first effect of work that spans several transactions.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { Program, UserId } from '../../../src/program/program.ts'
import type { Job, JobClaim, JobKind, JobQuery, JobSave } from '../../../src/store/records.ts'
import type { JobReference, JournalEnd, Targets } from '../../../src/store/slice.ts'
import type { Connection } from '../handle/connection.ts'
import { jsonText, textOrNull } from '../sql/literals.ts'

const COLUMNS =
  'id, kind, user_table, tenant_id, user_id, requested_at, due_at, idempotency_key, owner, lease_until, fence, created_at, policy_digest, state'

export function listJobs(
  connection: Connection,
  { limit, userTable, user, kinds, dueBy, after }: JobQuery,
): readonly Job[] {
  const conditions = [
    ...(userTable === undefined ? [] : ['user_table = @userTable']),
    ...(user === undefined ? [] : ['user_id = @user AND tenant_id IS @tenant']),
    ...(kinds === undefined ? [] : ['kind IN (SELECT value FROM json_each(@kinds))']),
    ...(dueBy === undefined ? [] : ['(due_at IS NULL OR due_at <= @dueBy)']),
    ...(after === undefined ? [] : ['(created_at, id) > (@afterCreatedAt, @afterId)']),
  ]
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`
  return connection
    .rows(
      `SELECT ${COLUMNS} FROM ${connection.own.jobs} ${where} ORDER BY created_at, id LIMIT @limit`,
      {
        limit,
        userTable: userTable ?? null,
        user: user?.userId ?? null,
        tenant: user?.tenantId ?? null,
        kinds: jsonText([...(kinds ?? [])]),
        dueBy: dueBy ?? null,
        afterCreatedAt: after?.createdAt ?? null,
        afterId: after?.id ?? null,
      },
    )
    .map(toJob)
}

/** The open jobs of a slice, in the order of its users. */
export function jobsOf(
  connection: Connection,
  { user }: Program,
  { users, tenantId }: Targets,
): readonly (JobReference | null)[] {
  const rows = connection.rows(
    `SELECT user_id, id, kind, fence FROM ${connection.own.jobs} WHERE user_id IN (SELECT value FROM json_each(@ids)) AND user_table = @userTable AND tenant_id IS @tenant`,
    { ids: jsonText(users.map(({ id }) => id)), userTable: user.table, tenant: tenantId },
  )
  const jobs = new Map(
    rows.map(([user, id, kind, fence]): [unknown, JobReference] => [
      user,
      { id: String(id), kind: kind as JobKind, fence: Number(fence) },
    ]),
  )
  return users.map(({ id }) => jobs.get(id) ?? null)
}

export function claimJob(connection: Connection, claim: JobClaim): Job | null {
  const changed = connection.change(
    `UPDATE ${connection.own.jobs} SET owner = @owner, lease_until = @leaseUntil, fence = fence + 1 WHERE id = @id AND fence = @fence AND lease_until <= @now`,
    { ...claim },
  )
  if (changed === 0) return null
  const [row] = connection.rows(`SELECT ${COLUMNS} FROM ${connection.own.jobs} WHERE id = @id`, {
    id: claim.id,
  })
  return row === undefined ? null : toJob(row)
}

/** Saves where a chunk has ended; when the job is due stays as it is. */
export function saveProgress(
  connection: Connection,
  id: string,
  fence: number,
  { leaseUntil, state }: { readonly leaseUntil: string; readonly state: string },
): void {
  const changed = connection.change(
    `UPDATE ${connection.own.jobs} SET lease_until = @leaseUntil, state = @state WHERE id = @id AND fence = @fence`,
    { id, fence, leaseUntil, state },
  )
  if (changed !== 1) throw leaseLost()
}

export function saveJob(connection: Connection, { id, fence, dueAt, ...rest }: JobSave): void {
  saveProgress(connection, id, fence, rest)
  connection.change(`UPDATE ${connection.own.jobs} SET due_at = @dueAt WHERE id = @id`, {
    id,
    dueAt,
  })
}

/** Whoever has lost the job learns it before anything is decided. */
export function assertHeld(connection: Connection, { jobId, fence }: JournalEnd): void {
  const held = connection.rows(
    `SELECT 1 FROM ${connection.own.jobs} WHERE id = @jobId AND fence = @fence`,
    { jobId, fence },
  )
  if (held.length === 0) throw leaseLost()
}

export function finishJob(connection: Connection, { jobId, fence }: JournalEnd): void {
  const changed = connection.change(
    `DELETE FROM ${connection.own.jobs} WHERE id = @jobId AND fence = @fence`,
    { jobId, fence },
  )
  if (changed !== 1) throw leaseLost()
}

export function removeJob(connection: Connection, id: string, fence: number): void {
  const sql = `DELETE FROM ${connection.own.jobs} WHERE id = @id AND fence = @fence`
  connection.change(sql, { id, fence })
}

export function insertJob(connection: Connection, job: Job): void {
  connection.change(
    `INSERT INTO ${connection.own.jobs} (${COLUMNS}) VALUES (@id, @kind, @userTable, @tenantId, @userId, @requestedAt, @dueAt, @idempotencyKey, @owner, @leaseUntil, @fence, @createdAt, @policyDigest, @state)`,
    { ...job },
  )
}

function leaseLost(): UserDeletionError {
  return new UserDeletionError('lease_lost', 'Another worker has taken the job over.')
}

function toJob(row: readonly unknown[]): Job {
  const [id, kind, userTable, tenantId, userId, requestedAt, dueAt, key, ...rest] = row
  const [owner, leaseUntil, fence, createdAt, digest, state] = rest
  return {
    id: String(id),
    kind: kind as JobKind,
    userTable: textOrNull(userTable),
    tenantId: textOrNull(tenantId),
    userId: userId as UserId,
    requestedAt: String(requestedAt),
    dueAt: textOrNull(dueAt),
    idempotencyKey: textOrNull(key),
    owner: String(owner),
    leaseUntil: String(leaseUntil),
    fence: Number(fence),
    createdAt: String(createdAt),
    policyDigest: String(digest),
    state: String(state),
  }
}
