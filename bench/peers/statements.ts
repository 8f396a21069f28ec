/**
 * The hand-written steps for one user at a time, as loops run them.
 *
 * @module
 */
import type Database from 'better-sqlite3'
import { anonymizing, deleting, type HandStep, LATER } from '../hand-written-steps.ts'
import { TENANT } from '../support/database.ts'

export interface UserStatement {
  readonly step: HandStep
  /** With `?` for the id, or for the tenant and the address. */
  readonly sql: string
}

export interface LeavingUser {
  readonly id: string
  readonly email: string
}

/** Every step that writes, but for those of tables that somebody else cleans. */
export function userStatements(without: readonly string[] = []): readonly UserStatement[] {
  return [...deleting, ...anonymizing]
    .filter(({ write, table, action }) => {
      return write !== LATER && !(action === 'delete' && without.includes(table))
    })
    .map((step) => ({
      step,
      sql: step.write.replaceAll('IN (SELECT value FROM json_each(?))', '= ?'),
    }))
}

export function parametersOf({ step }: UserStatement, user: LeavingUser): string[] {
  return step.by === 'id' ? [user.id] : [TENANT, user.email]
}

export const USER_ROW = 'DELETE FROM users WHERE id = ? AND tenant_id = ?'

/** Runs the steps for one user; the same work for everybody. */
export function prepareRest(
  db: Database.Database,
  without: readonly string[] = [],
): (user: LeavingUser) => void {
  const statements = userStatements(without).map((statement) => ({
    statement,
    prepared: db.prepare(statement.sql),
  }))
  return (user) => {
    for (const { statement, prepared } of statements) {
      prepared.run(...parametersOf(statement, user))
    }
  }
}

/** Reads the address of each user as it goes, which is part of the work. */
export function prepareLookUp(db: Database.Database): (id: string) => LeavingUser {
  const find = db.prepare<[string, string], LeavingUser>(
    'SELECT id, email FROM users WHERE id = ? AND tenant_id = ?',
  )
  return (id) => {
    const user = find.get(id, TENANT)
    if (user === undefined) throw new Error('there is no such user')
    return user
  }
}

/** One user after the other. */
export async function forEachUser(
  db: Database.Database,
  ids: readonly string[],
  work: (user: LeavingUser) => Promise<void> | void,
): Promise<number> {
  const lookUp = prepareLookUp(db)
  for (const id of ids) await work(lookUp(id))
  return ids.length
}
