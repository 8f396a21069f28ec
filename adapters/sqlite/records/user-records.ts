/**
 * What the engine keeps about a user who is still there: that it has disabled them, holds, and tokens.
 *
 * @module
 */

import type { Program, UserId } from '../../../src/program/program.ts'
import type {
  ConfirmationToken,
  DisabledUser,
  Hold,
  HoldQuery,
} from '../../../src/store/records.ts'
import type { Targets } from '../../../src/store/slice.ts'
import type { Connection } from '../handle/connection.ts'
import { jsonText, textOrNull } from '../sql/literals.ts'
import type { Parameters } from '../sql/statement.ts'

/** Removes everything that is kept about users who go; ended holds and schedules with it. */
export function forgetUsers(
  connection: Connection,
  userTable: string,
  tenantId: string | null,
  ids: readonly unknown[],
): void {
  const parameters = { ids: jsonText([...ids]), userTable, tenant: tenantId }
  for (const table of ['jobs', 'disabled', 'holds', 'tokens'] as const) {
    connection.change(
      `DELETE FROM ${connection.own[table]} WHERE user_id IN (SELECT value FROM json_each(@ids)) AND user_table = @userTable AND tenant_id IS @tenant`,
      parameters,
    )
  }
}

/** The holds of a slice's users, in their order. */
export function holdsOf(
  connection: Connection,
  { user }: Program,
  { users, tenantId }: Targets,
): readonly (readonly Hold[])[] {
  const rows = connection.rows(
    `SELECT ${HOLD} FROM ${connection.own.holds} WHERE user_id IN (SELECT value FROM json_each(@ids)) AND ${BINDING} AND tenant_id IS @tenant ORDER BY id`,
    { ids: jsonText(users.map(({ id }) => id)), userTable: user.table, tenant: tenantId },
  )
  if (rows.length === 0) return users.map(() => NONE)
  const holds = rows.map(toHold)
  return users.map(({ id }) => holds.filter(({ userId }) => userId === id))
}

const NONE: readonly Hold[] = []
/** A hold of an earlier layout that does not say binds the users of every table. */
const BINDING = '(user_table = @userTable OR user_table IS NULL)'
const HOLD = 'id, user_table, tenant_id, user_id, reason, tables, placed_at, until'

export function listHolds(
  connection: Connection,
  { limit, userTable, user, afterId }: HoldQuery,
): readonly Hold[] {
  const ofTable = userTable === undefined ? '' : `AND ${BINDING}`
  const ofUser = user === undefined ? '' : 'AND user_id = @user AND tenant_id IS @tenant'
  return connection
    .rows(
      `SELECT ${HOLD} FROM ${connection.own.holds} WHERE id > @afterId ${ofTable} ${ofUser} ORDER BY id LIMIT @limit`,
      {
        limit,
        afterId: afterId ?? '',
        userTable: userTable ?? null,
        user: user?.userId ?? null,
        tenant: user?.tenantId ?? null,
      },
    )
    .map(toHold)
}

export function insertHold(connection: Connection, { tables, ...hold }: Hold): void {
  connection.change(
    `INSERT INTO ${connection.own.holds} (${HOLD}) VALUES (@id, @userTable, @tenantId, @userId, @reason, @tables, @placedAt, @until)`,
    { ...hold, tables: tables === null ? null : JSON.stringify(tables) },
  )
}

export function removeHold(connection: Connection, id: string): void {
  connection.change(`DELETE FROM ${connection.own.holds} WHERE id = @id`, { id })
}

export function readDisabled(
  connection: Connection,
  userTable: string,
  tenantId: string | null,
  userId: UserId,
): DisabledUser | null {
  const [row] = connection.rows(
    `SELECT since, before FROM ${connection.own.disabled} WHERE user_id = @userId AND user_table = @userTable AND tenant_id IS @tenantId`,
    { userTable, tenantId, userId },
  )
  if (row === undefined) return null
  const [since, before] = row
  return { since: String(since), before: JSON.parse(String(before)) as DisabledUser['before'] }
}

/** Writes the record in the place of an earlier one; `null` removes it. */
export function writeDisabled(
  connection: Connection,
  userTable: string,
  tenantId: string | null,
  userId: UserId,
  record: DisabledUser | null,
): void {
  const user: Parameters = { userTable, tenantId, userId }
  connection.change(
    `DELETE FROM ${connection.own.disabled} WHERE user_id = @userId AND user_table = @userTable AND tenant_id IS @tenantId`,
    user,
  )
  if (record === null) return
  connection.change(
    `INSERT INTO ${connection.own.disabled} (user_table, tenant_id, user_id, since, before) VALUES (@userTable, @tenantId, @userId, @since, @before)`,
    { ...user, since: record.since, before: JSON.stringify(record.before) },
  )
}

/** A user has one token at a time. */
export function saveToken(connection: Connection, token: ConfirmationToken): void {
  const { userTable, tenantId, userId } = token
  connection.change(
    `DELETE FROM ${connection.own.tokens} WHERE user_id = @userId AND user_table = @userTable AND tenant_id IS @tenantId`,
    { userTable, tenantId, userId },
  )
  connection.change(
    `INSERT INTO ${connection.own.tokens} (hash, user_table, tenant_id, user_id, session_id, expires_at) VALUES (@hash, @userTable, @tenantId, @userId, @sessionId, @expiresAt)`,
    { ...token },
  )
}

export function removeTokens(connection: Connection, expiredBy: string): number {
  return connection.change(`DELETE FROM ${connection.own.tokens} WHERE expires_at <= @expiredBy`, {
    expiredBy,
  })
}

export function findToken(
  connection: Connection,
  userTable: string,
  hash: string,
): ConfirmationToken | null {
  const [row] = connection.rows(
    `SELECT hash, tenant_id, user_id, session_id, expires_at FROM ${connection.own.tokens} WHERE hash = @hash AND user_table = @userTable`,
    { hash, userTable },
  )
  if (row === undefined) return null
  const [found, tenantId, userId, sessionId, expiresAt] = row
  return {
    hash: String(found),
    userTable,
    tenantId: textOrNull(tenantId),
    userId: userId as UserId,
    sessionId: String(sessionId),
    expiresAt: String(expiresAt),
  }
}

export function removeToken(connection: Connection, hash: string): void {
  connection.change(`DELETE FROM ${connection.own.tokens} WHERE hash = @hash`, { hash })
}

function toHold(row: readonly unknown[]): Hold {
  const [id, userTable, tenantId, userId, reason, tables, placedAt, until] = row
  return {
    id: String(id),
    userTable: textOrNull(userTable),
    tenantId: textOrNull(tenantId),
    userId: userId as UserId,
    reason: String(reason),
    tables: tables === null ? null : (JSON.parse(String(tables)) as readonly string[]),
    placedAt: String(placedAt),
    until: textOrNull(until),
  }
}
