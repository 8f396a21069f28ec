// A host's own unit test of its retention rules: plain rows in, no database.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { definePolicy } from 'user-deletion-engine'
import { simulate } from 'user-deletion-engine/testing'

const policy = definePolicy({
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

const rows = {
  users: [
    { id: 'usr_1', email: 'ann@example.com' },
    { id: 'usr_2', email: 'bob@example.com' },
  ],
  sessions: [{ id: 'ses_1', user_id: 'usr_1' }],
  invoices: [
    { id: 1, customer_id: 'usr_1', total: 40, shipping_note: 'ring twice' },
    { id: 2, customer_id: 'usr_2', total: 10, shipping_note: null },
  ],
}

test('sessions go, invoices stay for ten years without the shipping note', async () => {
  const { tables, receipt } = await simulate(policy, rows, 'usr_1')
  assert.deepEqual(tables['sessions']?.deleted, [{ id: 'ses_1', user_id: 'usr_1' }])
  assert.deepEqual(tables['invoices']?.deleted, [])
  assert.deepEqual(
    tables['invoices']?.changed.map(({ after }) => after),
    [{ id: 1, customer_id: 'usr_1', total: 40, shipping_note: null }],
  )
  const kept = receipt.steps.find(({ table }) => table === 'invoices')
  assert.equal(kept?.until, '2036-01-01T00:00:00.000Z')
})

test('nothing of another customer changes', async () => {
  const { tables } = await simulate(policy, rows, 'usr_1')
  assert.deepEqual(tables['invoices']?.kept, [rows.invoices[1]])
  assert.deepEqual(tables['users']?.kept, [rows.users[1]])
})
