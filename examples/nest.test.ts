import assert from 'node:assert/strict'
import { it } from 'node:test'
import Database from 'better-sqlite3'
import { type Hooks, UserDeletionEngine, UserDeletionError } from 'user-deletion-engine'
import { helloJohnPolicy, helloJohnSchema } from 'user-deletion-engine/presets/hellojohn'
import { sqliteStore } from 'user-deletion-engine/sqlite'
import { type HttpHost, UserDeletionFilter, UserDeletionService } from './nest.ts'

const caller = { id: 'key_1', tenantId: 'tnt_1' }

async function open(hooks: Hooks = {}) {
  const db = new Database(':memory:')
  db.exec(helloJohnSchema)
  db.exec(`
    INSERT INTO users (id, tenant_id, email, created_at)
    VALUES ('usr_1', 'tnt_1', 'ann@example.com', '2026-01-01T00:00:00.000Z');
  `)
  const service = new UserDeletionService(db, hooks)
  await service.onModuleInit()
  /** As Nest calls a handler of a controller with the filter in place. */
  const answerOf = async (handler: () => Promise<unknown>) => {
    const sent: unknown[] = []
    const response = {
      status: (code: number) => ({
        json: (body: unknown) => sent.push(code, JSON.stringify(body)),
      }),
    }
    const host: HttpHost = { switchToHttp: () => ({ getResponse: () => response }) }
    try {
      return await handler()
    } catch (error) {
      assert.ok(error instanceof UserDeletionError)
      new UserDeletionFilter().catch(error, host)
      return sent
    }
  }
  return { db, service, answerOf }
}

const NOT_FOUND = [404, '{"error":"resource_not_found","message":"User not found."}']

it('deletes the users of the own tenant, and answers 404 for all others', async () => {
  const { service, answerOf } = await open()
  const elsewhere = { ...caller, tenantId: 'tnt_2' }
  assert.deepEqual(await answerOf(() => service.remove('usr_1', elsewhere)), NOT_FOUND)
  const receipt = await service.remove('usr_1', caller)
  assert.deepEqual([receipt.userId, receipt.requestedBy], ['usr_1', 'key_1'])
  assert.deepEqual(await answerOf(() => service.find('usr_1', caller)), NOT_FOUND)
})

it('answers a veto with its status, and keeps the user', async () => {
  const { db, service, answerOf } = await open({ beforeDelete: () => ({ veto: 'open_invoice' }) })
  const [status, body] = (await answerOf(() => service.remove('usr_1', caller))) as [number, string]
  assert.deepEqual([status, JSON.parse(body).error], [409, 'deletion_vetoed'])
  assert.equal(db.prepare('SELECT count(*) FROM users').pluck().get(), 1)
})

it('does not start on a database with a table that nobody has classified', async () => {
  const { db } = await open()
  db.exec('CREATE TABLE notes (user_id TEXT)')
  await assert.rejects(new UserDeletionService(db).onModuleInit(), /tables\.notes: .*no rule/)
})

it('deletes whose day has come, unless it is stopped', async () => {
  const { db, service } = await open()
  const clock = { now: () => new Date(Date.now() - 2 * 86_400_000) }
  const earlier = new UserDeletionEngine({ store: sqliteStore(db), policy: helloJohnPolicy, clock })
  await earlier.scheduleDeletion('usr_1', { tenantId: 'tnt_1', after: 'P1D' })
  const stopped = new UserDeletionService(db)
  stopped.onModuleDestroy()
  const users = db.prepare('SELECT count(*) FROM users').pluck()
  await stopped.keepUp()
  assert.equal(users.get(), 1)
  await service.keepUp()
  assert.equal(users.get(), 0)
})
