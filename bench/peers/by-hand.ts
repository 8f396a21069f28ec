/**
 * Ways without a library: the document's loop, a transaction a user, foreign keys that cascade.
 *
 * @module
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type Database from 'better-sqlite3'
import { handWritten } from '../hand-written.ts'
import { TENANT } from '../support/database.ts'
import type { Contender } from '../support/measure.ts'
import {
  forEachUser,
  type LeavingUser,
  prepareLookUp,
  prepareRest,
  USER_ROW,
} from './statements.ts'

function userInTransaction(db: Database.Database, without: readonly string[] = []) {
  const rest = prepareRest(db, without)
  const remove = db.prepare(USER_ROW)
  return db.transaction((user: LeavingUser) => {
    rest(user)
    remove.run(user.id, TENANT)
  })
}

/** One prepared transaction for each user. */
export const transactionPerUser: Contender = (db, ids) => {
  const deleteUser = userInTransaction(db)
  return () => forEachUser(db, ids, (user) => deleteUser.immediate(user))
}

/** The document's loop: twenty at once, then a pause. */
export function documentLoop(pauseMs: number): Contender {
  return (db, ids) => {
    const deleteUser = userInTransaction(db)
    const lookUp = prepareLookUp(db)
    return async () => {
      for (let start = 0; start < ids.length; start += 20) {
        const batch = ids.slice(start, start + 20)
        await Promise.all(batch.map(async (id) => deleteUser.immediate(lookUp(id))))
        if (pauseMs > 0) await sleep(pauseMs)
      }
      return ids.length
    }
  }
}

const OWNED = [
  'sessions',
  'mfa_factors',
  'oauth_connections',
  'organization_memberships',
  'trusted_devices',
  'password_reset_tokens',
  'recovery_codes',
  'webauthn_credentials',
  'password_history',
  'role_assignments',
]

/** Rows of the user go by `ON DELETE CASCADE`; what is kept is anonymized, one transaction a user. */
export const cascade: Contender = (db, ids) => {
  db.unsafeMode(true)
  db.pragma('writable_schema = ON')
  db.prepare(
    `UPDATE sqlite_schema SET sql = replace(sql, 'user_id TEXT NOT NULL REFERENCES users (id)', 'user_id TEXT NOT NULL REFERENCES users (id) ON DELETE CASCADE') WHERE type = 'table'`,
  ).run()
  db.pragma('writable_schema = RESET')
  db.unsafeMode(false)
  db.pragma('foreign_keys = ON')
  const deleteUser = userInTransaction(db, OWNED)
  return () => forEachUser(db, ids, (user) => deleteUser.immediate(user))
}

/** Set-based, `size` users a transaction, with receipts and counts by user. */
export function setBased(size: number, deferred = false): Contender {
  return (db, ids) => {
    const run = handWritten(db, { tenantId: TENANT, reason: 'benchmark', lean: false }, size)
    return async () => {
      if (deferred) db.pragma('wal_autocheckpoint = 0')
      return run(ids)
    }
  }
}
