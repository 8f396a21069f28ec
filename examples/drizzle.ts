/**
 * Drizzle and the engine on one better-sqlite3 handle: one connection, and a policy that Drizzle's own tables check.
 *
 * @module
 */
import type Database from 'better-sqlite3'
import { drizzle } from 'drizzle-orm/better-sqlite3'
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { type DrizzleDatabase, definePolicy, UserDeletionEngine } from 'user-deletion-engine'
import { sqliteStore } from 'user-deletion-engine/sqlite'

export const users = sqliteTable('users', {
  // Invoices stay, so no later user may get the number of one who is gone.
  id: integer('id').primaryKey({ autoIncrement: true }),
  email: text('email'),
})

export const sessions = sqliteTable(
  'sessions',
  {
    id: integer('id').primaryKey(),
    userId: integer('user_id')
      .notNull()
      .references(() => users.id),
  },
  (table) => [index('sessions_user').on(table.userId)],
)

export const invoices = sqliteTable(
  'invoices',
  {
    id: integer('id').primaryKey(),
    customerId: integer('customer_id').notNull(),
    shippingNote: text('shipping_note'),
  },
  (table) => [index('invoices_customer').on(table.customerId)],
)

const schema = { users, sessions, invoices }

// In the names of the database. A table without a rule, a wrong column or a null where none may be does not compile.
const policy = definePolicy<DrizzleDatabase<typeof schema>>()({
  name: 'shop',
  version: 1,
  user: { table: 'users', id: 'id', fields: { email: 'email' } },
  tables: {
    sessions: { match: 'user_id', action: 'delete', grantsAccess: true },
    invoices: {
      match: 'customer_id',
      action: 'retain',
      reason: 'tax law asks for ten years',
      for: 'P10Y',
      then: 'delete',
      set: { shipping_note: null },
    },
  },
})

/** Drizzle's transactions on better-sqlite3 end before anybody else's turn comes, so nothing has to wait. */
export function openDatabase(handle: Database.Database) {
  return {
    db: drizzle(handle, { schema }),
    engine: new UserDeletionEngine({ store: sqliteStore(handle), policy }),
  }
}
