import assert from 'node:assert/strict'
import { it } from 'node:test'
import Database from 'better-sqlite3'
import { invoices, openDatabase, sessions, users } from './drizzle.ts'

it('deletes a user through the handle that Drizzle has open', async () => {
  const handle = new Database(':memory:')
  handle.exec(`
    CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT);
    CREATE TABLE sessions (id INTEGER PRIMARY KEY, user_id INTEGER NOT NULL REFERENCES users (id));
    CREATE TABLE invoices (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, shipping_note TEXT);
    CREATE INDEX sessions_user ON sessions (user_id);
    CREATE INDEX invoices_customer ON invoices (customer_id);
  `)
  const { db, engine } = openDatabase(handle)
  await engine.migrate()
  for (const id of [1, 2]) {
    db.transaction((transaction) => {
      transaction
        .insert(users)
        .values({ id, email: `${id}@example.com` })
        .run()
      transaction.insert(sessions).values({ userId: id }).run()
      transaction.insert(invoices).values({ customerId: id, shippingNote: 'ring twice' }).run()
    })
  }
  assert.deepEqual(await engine.checkSchema(), { fits: true, findings: [] })
  await engine.delete(1, {})
  assert.deepEqual(db.select({ id: users.id }).from(users).all(), [{ id: 2 }])
  assert.deepEqual(db.select({ of: sessions.userId }).from(sessions).all(), [{ of: 2 }])
  assert.deepEqual(
    db.select({ of: invoices.customerId, note: invoices.shippingNote }).from(invoices).all(),
    [
      { of: 1, note: null },
      { of: 2, note: 'ring twice' },
    ],
  )
})
