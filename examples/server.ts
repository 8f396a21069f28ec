/**
 * An auth server that leaves everything about leaving to the library. `npm run server` starts it with a demo
 * database in memory; `npm run server -- auth.sqlite` keeps it in a file.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import Database from 'better-sqlite3'
import { sha256 } from './server/accounts.ts'
import { createTables } from './server/database.ts'
import { seed } from './server/seed.ts'
import { startServer } from './server/start.ts'

const TENANT = 'tnt_demo'

const db = new Database(process.argv[2] ?? ':memory:')
db.pragma('journal_mode = WAL')
createTables(db)
if (db.prepare('SELECT 1 FROM users LIMIT 1').get() === undefined) seed(db, TENANT)

const key = process.env['SERVER_KEY'] ?? `sk_live_${randomBytes(24).toString('base64url')}`
const server = await startServer({
  db,
  port: Number(process.env['PORT'] ?? 8787),
  keys: [
    {
      id: 'key_demo',
      hash: sha256(key),
      tenantId: TENANT,
      scopes: ['users:read', 'users:disable', 'users:delete', 'users:bulk_delete'],
    },
  ],
  sendMail: async (mail) => console.log('mail', mail),
  confirmClock: process.env['CONFIRM_CLOCK'] === '1',
})

const auth = `-H "Authorization: Bearer ${key}" -H "X-Tenant-ID: ${TENANT}"`
console.log(`Listening on ${server.url}. Try:

curl -i -X POST ${server.url}/v1/users/usr_bob/disable ${auth} -H "Content-Type: application/json" -d '{"revoke_sessions": true}'
curl -i -X DELETE ${server.url}/v1/users/usr_bob ${auth}
curl -i ${server.url}/v1/users/usr_bob ${auth}

Ann owns an organization alone, so DELETE refuses her and says why. Ctrl+C stops.`)

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, async () => {
    await server.close()
    db.close()
  })
}
