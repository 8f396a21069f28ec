/**
 * What the engine keeps about a user who is still there: that it has disabled them, holds, and tokens.
 *
 * @module
 */
import type {
  ConfirmationToken,
  DisabledUser,
  Hold,
  HoldQuery,
  Targets,
  UserId,
} from '../../src/store.ts'
import type { Connection, Parameters } from './connection.ts'
import { jsonText, textOrNull } from './literals.ts'

/** Removes everything that is kept about users who go; ended holds and schedules with it. */
export function forgetUsers(
  connection: Connection,
  tenantId: string | null,
  ids: readonly unknown[],
): void {
  const parameters = { ids: jsonText([...ids]), tenant: tenantId }
  for (const table of ['jobs', 'disabled', 'holds', 'tokens']) {
    connection.change(
      `DELETE FROM user_deletion_${table} WHERE user_id IN (SELECT value FROM json_each(@ids)) AND tenant_id IS @tenant`,
      parameters,
    )
  }
}

/** The holds of a slice's users, in their order. */
export function holdsOf(
  connection: Connection,
  { users, tenantId }: Targets,
): readonly (readonly Hold[])[] {
  const rows = connection.rows(
    `SELECT ${HOLD} FROM user_deletion_holds WHERE user_id IN (SELECT value FROM json_each(@ids)) AND tenant_id IS @tenant ORDER BY id`,
    { ids: jsonText(users.map(({ id }) => id)), tenant: tenantId },
  )
  if (rows.length === 0) return users.map(() => NONE)
  const holds = rows.map(toHold)
  return users.map(({ id }) => holds.filter(({ userId }) => userId === id))
}

const NONE: readonly Hold[] = []
const HOLD = 'id, tenant_id, user_id, reason, tables, placed_at, until'

export function listHolds(
  connection: Connection,
  { limit, user, afterId }: HoldQuery,
): readonly Hold[] {
  const filter = user === undefined ? '' : 'AND user_id = @user AND tenant_id IS @tenant'
  return connection
    .rows(
      `SELECT ${HOLD} FROM user_deletion_holds WHERE id > @afterId ${filter} ORDER BY id LIMIT @limit`,
      {
        limit,
        afterId: afterId ?? '',
        user: user?.userId ?? null,
        tenant: user?.tenantId ?? null,
      },
    )
    .map(toHold)
}

export function insertHold(connection: Connection, { tables, ...hold }: Hold): void {
  connection.change(
    `INSERT INTO user_deletion_holds (${HOLD}) VALUES (@id, @tenantId, @userId, @reason, @tables, @placedAt, @until)`,
    { ...hold, tables: tables === null ? null : JSON.stringify(tables) },
  )
}

export function removeHold(connection: Connection, id: string): void {
  connection.change('DELETE FROM user_deletion_holds WHERE id = @id', { id })
}

export function readDisabled(
  connection: Connection,
  tenantId: string | null,
  userId: UserId,
): DisabledUser | null {
  const [row] = connection.rows(
    'SELECT since, before FROM user_deletion_disabled WHERE user_id = @userId AND tenant_id IS @tenantId',
    { tenantId, userId },
  )
  if (row === undefined) return null
  const [since, before] = row
  return { since: String(since), before: JSON.parse(String(before)) as DisabledUser['before'] }
}

/** Writes the record in the place of an earlier one; `null` removes it. */
export function writeDisabled(
  connection: Connection,
  tenantId: string | null,
  userId: UserId,
  record: DisabledUser | null,
): void {
  const user: Parameters = { tenantId, userId }
  connection.change(
    'DELETE FROM user_deletion_disabled WHERE user_id = @userId AND tenant_id IS @tenantId',
    user,
  )
  if (record === null) return
  connection.change(
    'INSERT INTO user_deletion_disabled (tenant_id, user_id, since, before) VALUES (@tenantId, @userId, @since, @before)',
    { ...user, since: record.since, before: JSON.stringify(record.before) },
  )
}

/** A user has one token at a time. */
export function saveToken(connection: Connection, token: ConfirmationToken): void {
  const { tenantId, userId } = token
  connection.change(
    'DELETE FROM user_deletion_tokens WHERE user_id = @userId AND tenant_id IS @tenantId',
    { tenantId, userId },
  )
  connection.change(
    'INSERT INTO user_deletion_tokens (hash, tenant_id, user_id, session_id, expires_at) VALUES (@hash, @tenantId, @userId, @sessionId, @expiresAt)',
    { ...token },
  )
}

export function findToken(connection: Connection, hash: string): ConfirmationToken | null {
  const [row] = connection.rows(
    'SELECT hash, tenant_id, user_id, session_id, expires_at FROM user_deletion_tokens WHERE hash = @hash',
    { hash },
  )
  if (row === undefined) return null
  const [found, tenantId, userId, sessionId, expiresAt] = row
  return {
    hash: String(found),
    tenantId: textOrNull(tenantId),
    userId: userId as UserId,
    sessionId: String(sessionId),
    expiresAt: String(expiresAt),
  }
}

export function removeToken(connection: Connection, hash: string): void {
  connection.change('DELETE FROM user_deletion_tokens WHERE hash = @hash', { hash })
}

function toHold(row: readonly unknown[]): Hold {
  const [id, tenantId, userId, reason, tables, placedAt, until] = row
  return {
    id: String(id),
    tenantId: textOrNull(tenantId),
    userId: userId as UserId,
    reason: String(reason),
    tables: tables === null ? null : (JSON.parse(String(tables)) as readonly string[]),
    placedAt: String(placedAt),
    until: textOrNull(until),
  }
}
