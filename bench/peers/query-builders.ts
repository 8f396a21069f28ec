/**
 * The loop as it is written with Kysely and with Drizzle: one transaction a user.
 *
 * @module
 */

import { sql as drizzleSql, type SQL } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { CompiledQuery, Kysely, SqliteDialect } from 'kysely'
import { TENANT } from '../support/database.ts'
import type { Contender } from '../support/measure.ts'
import { forEachUser, parametersOf, USER_ROW, userStatements } from './statements.ts'

interface Tables {
  readonly [table: string]: {
    readonly user_id: string
    readonly id: string
    readonly tenant_id: string
  }
}

export const kyselyLoop: Contender = (db, ids) => {
  const kysely = new Kysely<Tables>({ dialect: new SqliteDialect({ database: db }) })
  const statements = userStatements()
  return () =>
    forEachUser(db, ids, (user) =>
      kysely.transaction().execute(async (transaction) => {
        for (const statement of statements) {
          const { table, action, value } = statement.step
          if (action === 'delete' && value === 'user_id') {
            await transaction.deleteFrom(table).where('user_id', '=', user.id).execute()
          } else {
            const parameters = parametersOf(statement, user)
            await transaction.executeQuery(CompiledQuery.raw(statement.sql, parameters))
          }
        }
        await transaction
          .deleteFrom('users')
          .where('id', '=', user.id)
          .where('tenant_id', '=', TENANT)
          .execute()
      }),
    )
}

export const drizzleLoop: Contender = (db, ids) => {
  const orm = drizzle(db)
  const statements = userStatements()
  return () =>
    forEachUser(db, ids, (user) => {
      orm.transaction((transaction) => {
        for (const statement of statements) {
          transaction.run(bound(statement.sql, parametersOf(statement, user)))
        }
        transaction.run(bound(USER_ROW, [user.id, TENANT]))
      })
    })
}

/** Text with `?` as Drizzle's template writes it. */
function bound(text: string, parameters: readonly string[]): SQL {
  const query = drizzleSql.empty()
  for (const [index, part] of text.split('?').entries()) {
    if (index > 0) query.append(drizzleSql`${parameters[index - 1]}`)
    query.append(drizzleSql.raw(part))
  }
  return query
}
