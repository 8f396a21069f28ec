/**
 * What the source document says, sentence by sentence, as tests. The table in `README.md` beside this file leads
 * from each sentence that says what happens to the tests that hold it; the last test of this file checks it.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, describe, it as register } from 'node:test'
import { openServer } from '../../examples/server/testing.ts'
import { definePolicy } from '../../src/index.ts'
import { helloJohnPolicy, soleOwner } from '../../src/presets/hellojohn/index.ts'
import { openHelloJohn } from '../worlds/hosts/hellojohn.ts'

/** A sentence of the document, and the tests of this file that hold it. */
type Held = readonly [sentence: string, ...tests: string[]]

function sentences(): readonly Held[] {
  const text = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
  const [, section = ''] = text.split('\n## What the source document says\n')
  const rows = section
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| ---'))
  return rows.slice(1).map((row): Held => {
    const [sentence = '', tests = ''] = row.slice(2, -2).split(' | ')
    return [sentence, ...tests.split('<br>')]
  })
}

const registered: string[] = []

function it(name: string, test: () => void | Promise<void>): void {
  registered.push(name)
  register(name, test)
}

const scope = { tenantId: 'tnt_1' }

async function withoutAnn() {
  const world = await openHelloJohn()
  const receipt = await world.engine.delete('usr_ann', scope)
  return { ...world, receipt }
}

describe('What Is Deleted', () => {
  it('User account: permanently deleted', async () => {
    const { rows } = await withoutAnn()
    assert.deepEqual(rows('SELECT id FROM users ORDER BY id'), [['usr_ann2'], ['usr_bob']])
  })

  it('Active sessions: immediately revoked, with the deletion itself', async () => {
    const { rows } = await withoutAnn()
    assert.deepEqual(rows('SELECT DISTINCT user_id FROM sessions ORDER BY 1'), [
      ['usr_ann2'],
      ['usr_bob'],
    ])
  })

  it('Active sessions: go before anything else', async () => {
    const { engine } = await openHelloJohn()
    const { steps } = await engine.plan('usr_ann', scope)
    const firstOther = steps.findIndex(({ grantsAccess }) => !grantsAccess)
    const lastAccess = steps.findLastIndex(({ grantsAccess }) => grantsAccess)
    assert.ok(lastAccess < firstOther)
    assert.ok(steps.slice(0, firstOther).some(({ table }) => table === 'sessions'))
  })

  it('MFA factors: permanently deleted', async () => {
    const { rows } = await withoutAnn()
    assert.deepEqual(rows('SELECT user_id FROM mfa_factors ORDER BY 1'), [
      ['usr_ann2'],
      ['usr_bob'],
    ])
  })

  it('OAuth connections: permanently deleted', async () => {
    const { rows } = await withoutAnn()
    assert.deepEqual(rows('SELECT user_id FROM oauth_connections ORDER BY 1'), [
      ['usr_ann2'],
      ['usr_bob'],
    ])
  })

  it('Organization memberships: removed from all organizations', async () => {
    const { rows } = await withoutAnn()
    assert.deepEqual(rows('SELECT organization_id, user_id FROM organization_memberships'), [
      ['org_2', 'usr_bob'],
    ])
  })

  it('Audit log entries: retained, anonymized, still naming the user id', async () => {
    const { rows } = await withoutAnn()
    assert.deepEqual(
      rows(
        "SELECT id, actor_id, actor_email, ip_address, metadata FROM audit_log WHERE id = 'usr_ann_a1'",
      ),
      [['usr_ann_a1', 'usr_ann', null, null, '{"session_id":"usr_ann_s1"}']],
    )
    assert.deepEqual(rows('SELECT count(*) FROM audit_log'), [[3]])
  })

  it('Webhook events referencing this user: retained for 30 days, without the person', async () => {
    const { rows, receipt } = await withoutAnn()
    assert.deepEqual(rows("SELECT data FROM webhook_events WHERE id = 'usr_ann_e1'"), [
      ['{"user":{"id":"usr_ann"}}'],
    ])
    assert.deepEqual(rows("SELECT id FROM webhook_deliveries WHERE event_id = 'usr_ann_e1'"), [
      ['usr_ann_d1'],
    ])
    const step = receipt.steps.find(({ table }) => table === 'webhook_events')
    assert.deepEqual(
      [step?.action, step?.until, step?.then],
      ['retain', '2026-03-31T12:00:00.000Z', 'delete'],
    )
  })
})

describe('Confirming Deletion', () => {
  it('answers 404 and the body of the document afterwards', async () => {
    const { engine } = await withoutAnn()
    await assert.rejects(engine.getUser('usr_ann', scope), (error: { status: number }) => {
      assert.equal(error.status, 404)
      assert.deepEqual(JSON.parse(JSON.stringify(error)), {
        error: 'resource_not_found',
        message: 'User not found.',
      })
      return true
    })
  })

  it('names the receipt when the user is deleted a second time', async () => {
    const { engine, receipt } = await withoutAnn()
    await assert.rejects(engine.delete('usr_ann', scope), { details: { receiptId: receipt.id } })
  })
})

describe('X-Tenant-ID', () => {
  it('finds nobody of another tenant, and touches nothing of theirs', async () => {
    const { engine, rows } = await openHelloJohn()
    const before = rows('SELECT * FROM users')
    await assert.rejects(engine.delete('usr_ann2', scope), { code: 'resource_not_found' })
    assert.deepEqual(rows('SELECT * FROM users'), before)
  })

  it('leaves the person with the same address in another tenant alone', async () => {
    const { rows } = await withoutAnn()
    assert.deepEqual(
      rows("SELECT actor_email, ip_address FROM audit_log WHERE tenant_id = 'tnt_2'"),
      [['ann@example.com', '10.0.0.1']],
    )
  })
})

describe('Bulk Delete', () => {
  for (const mode of ['throughput', 'cooperative'] as const) {
    it(`deletes many users in batches with a receipt and events each: ${mode}`, async () => {
      const { db, engine, rows } = await openHelloJohn()
      const insert = db.prepare("INSERT INTO users (id, tenant_id, email) VALUES (?, 'tnt_1', ?)")
      const ids = Array.from({ length: 1_500 }, (_, index) => `usr_${index}`)
      for (const id of ids) insert.run(id, `${id}@example.com`)
      const result = await engine.deleteMany(ids, { ...scope, mode })
      assert.deepEqual([result.requested, result.deleted, result.failed], [1_500, 1_500, 0])
      assert.deepEqual(rows('SELECT count(*) FROM users'), [[3]])
      assert.deepEqual(
        rows("SELECT count(*) FROM user_deletion_ledger WHERE kind = 'user.deleted'"),
        [[1_500]],
      )
      assert.deepEqual(
        rows("SELECT count(*) FROM user_deletion_outbox WHERE type = 'user.deleted'"),
        [[1_500]],
      )
      assert.equal((await engine.ledger.verify()).valid, true)
    })
  }
})

describe('sole owners', () => {
  it('are deleted as the document has it, and the plan warns', async () => {
    const { engine } = await openHelloJohn()
    const plan = await engine.plan('usr_ann', scope)
    assert.deepEqual(plan.blockers, [])
    assert.deepEqual(
      plan.warnings.map(({ name, rows }) => [name, rows]),
      [['sole_owner', 1]],
    )
  })

  it('are refused once the blocker is added, with a remedy and nothing changed', async () => {
    const { engine, rows } = await openHelloJohn({ blockers: [soleOwner] })
    await assert.rejects(
      engine.delete('usr_ann', scope),
      (error: { code: string; details: { blockers: { name: string; remedy: string }[] } }) => {
        assert.equal(error.code, 'deletion_blocked')
        assert.equal(error.details.blockers[0]?.name, 'sole_owner')
        assert.ok(error.details.blockers[0]?.remedy)
        return true
      },
    )
    assert.deepEqual(rows('SELECT count(*) FROM users'), [[3]])
  })

  it('in one batch: of two owners of an organization one stays', async () => {
    const { db, engine, rows } = await openHelloJohn({ blockers: [soleOwner] })
    db.exec("DELETE FROM organization_memberships WHERE organization_id = 'org_1'")
    const result = await engine.deleteMany(['usr_ann', 'usr_bob'], { ...scope, mode: 'throughput' })
    assert.deepEqual([result.deleted, result.failedByCode], [1, { deletion_blocked: 1 }])
    assert.deepEqual(rows('SELECT user_id FROM organization_memberships'), [['usr_bob']])
  })
})

describe('receipts and events', () => {
  it('hold the id and no other word about the person', async () => {
    const { rows } = await withoutAnn()
    const text = JSON.stringify([
      rows('SELECT * FROM user_deletion_ledger'),
      rows('SELECT * FROM user_deletion_outbox'),
    ])
    assert.match(text, /usr_ann/)
    assert.doesNotMatch(text, /example\.com|Somebody|10\.0\.0\.1/)
  })

  it('name the events of the document, each until it is acknowledged', async () => {
    const { engine } = await withoutAnn()
    const read = async () => {
      const events: { id: string; type: string; rows: number }[] = []
      for await (const { id, type, rows } of engine.outbox.pending())
        events.push({ id, type, rows })
      return events
    }
    const first = await read()
    assert.deepEqual(first.map(({ type, rows }) => [type, rows]).sort(), [
      ['mfa.removed', 1],
      ['oauth.disconnected', 1],
      ['org.member.removed', 2],
      ['session.revoked', 2],
      ['user.deleted', 1],
    ])
    assert.deepEqual(await read(), first)
    assert.equal(await engine.outbox.acknowledge(first.map(({ id }) => id)), 5)
    assert.deepEqual(await read(), [])
  })
})

describe('Delete a User', () => {
  it('knows no way back: neither enable nor cancel find the user', async () => {
    const { engine } = await withoutAnn()
    for (const way of [
      engine.enable('usr_ann', scope),
      engine.cancelDeletion('usr_ann', scope),
      engine.disable('usr_ann', scope),
    ]) {
      await assert.rejects(way, { code: 'resource_not_found' })
    }
  })

  it('leaves rows that another system cleans as they are', async () => {
    const shop = definePolicy({
      ...helloJohnPolicy,
      tables: {
        ...helloJohnPolicy.tables,
        orders: { match: 'user_id', action: 'external', reason: 'the shop cleans up by itself' },
      },
      tenant: { tables: { ...helloJohnPolicy.tenant.tables, orders: 'unrelated' } },
    })
    const { db, engine, rows } = await openHelloJohn({ policy: shop as never })
    db.exec('CREATE TABLE orders (user_id TEXT, note TEXT)')
    db.exec("INSERT INTO orders VALUES ('usr_ann', 'ring twice'), ('usr_bob', 'ring once')")
    const before = rows('SELECT * FROM orders')
    await engine.delete('usr_ann', scope)
    assert.deepEqual(rows('SELECT * FROM orders'), before)
  })
})

const server = await openServer()

describe('over HTTP', () => {
  const { send, addUser, addSession, rows } = server
  after(async () => {
    await server.close()
    server.db.close()
  })

  it('answers the request of the document with 204 and no body', async () => {
    const id = addUser({ id: 'usr_01HABCDEF123456' })
    const { status, text } = await send('DELETE', `/v1/users/${id}`, { token: 'sk_live_abc123' })
    assert.deepEqual([status, text], [204, ''])
  })

  it('answers GET with 404 and that body over HTTP', async () => {
    const id = addUser()
    await send('DELETE', `/v1/users/${id}`)
    const { status, text } = await send('GET', `/v1/users/${id}`)
    const body = '{"error":"resource_not_found","message":"User not found."}'
    assert.deepEqual([status, text], [404, body])
  })

  it('lets no session in any more once the deletion is answered', async () => {
    const id = addUser()
    const tokens = [addSession(id), addSession(id)]
    await send('DELETE', `/v1/users/${id}`)
    for (const token of tokens) assert.equal((await send('GET', '/v1/me', { token })).status, 401)
  })

  it('is a hard delete: no byte of the database names the person any more', async () => {
    const id = addUser({ id: 'usr_canary' })
    const isNamed = () => server.db.serialize().includes('usr_canary@example.com')
    assert.equal(isNamed(), true)
    await send('DELETE', `/v1/users/${id}`)
    assert.equal(isNamed(), false)
  })

  it('disables with the request of the document: the record stays, signing in and sessions end', async () => {
    const credentials = { email: 'off@example.com', password: 'correct horse' }
    const { id } = (await send('POST', '/v1/sign-up', { token: null, body: credentials })).body
    const token = addSession(id)
    const body = { revoke_sessions: true }
    const disabled = await send('POST', `/v1/users/${id}/disable`, { body })
    assert.deepEqual([disabled.status, disabled.body.id], [200, id])
    assert.equal((await send('GET', '/v1/me', { token })).status, 401)
    const signIn = await send('POST', '/v1/sign-in', { token: null, body: credentials })
    assert.equal(signIn.status, 401)
    assert.equal(rows('SELECT 1 FROM users WHERE id = ?', id).length, 1)
  })

  it('deletes a disabled user on the day after the retention period', async () => {
    const id = addUser()
    await send('POST', `/v1/users/${id}/disable`, { body: { revoke_sessions: true } })
    await send('POST', `/v1/users/${id}/schedule-deletion`, { body: { after: 'P2D' } })
    const left: number[] = []
    for (let day = 0; day < 3; day += 1) {
      await server.keepUp()
      left.push(rows('SELECT 1 FROM users WHERE id = ?', id).length)
      server.clock.advance(86_400_000)
    }
    assert.deepEqual(left, [1, 1, 0])
  })

  it('erases in the order of the document: the own data, the user, the log', async () => {
    const id = addUser()
    const logged = () =>
      rows("SELECT 1 FROM audit_log WHERE type = 'user.erased' AND resource_id = ?", id).length
    server.crm.isReady = false
    assert.equal((await send('POST', `/v1/users/${id}/erase`, { body: {} })).status, 202)
    // The own data is not gone yet, so neither is the user, and nothing is logged.
    assert.deepEqual([rows('SELECT 1 FROM users WHERE id = ?', id).length, logged()], [1, 0])
    server.crm.isReady = true
    server.clock.advance(60_000)
    await server.keepUp()
    assert.ok(server.crm.erased.includes(`${id}@example.com`))
    assert.deepEqual([rows('SELECT 1 FROM users WHERE id = ?', id).length, logged()], [0, 1])
  })

  it('keeps the own account without a confirmation, and deletes it with one', async () => {
    const id = addUser()
    const token = addSession(id)
    const refused = await send('DELETE', '/v1/me', { token, body: { confirm: false } })
    assert.deepEqual([refused.status, refused.body.error], [422, 'confirmation_required'])
    await send('POST', '/v1/me/deletion-token', { token })
    const body = { confirm: true, token: server.mails.at(-1)?.token }
    assert.equal((await send('DELETE', '/v1/me', { token, body })).status, 200)
    for (let week = 0; week < 5; week += 1) {
      server.clock.advance(7 * 86_400_000)
      await server.keepUp()
    }
    assert.deepEqual(rows('SELECT 1 FROM users WHERE id = ?', id), [])
  })

  it('deletes the two users of the document at once, for a server key alone', async () => {
    const ids = ['usr_01HABCDEF123450', 'usr_01HABCDEF789012'].map((id) => addUser({ id }))
    const bulk = (body: object, token: string) =>
      send('POST', '/v1/users/bulk-delete', { body: { ids, ...body }, token })
    const user = await bulk({ dry_run: true }, addSession(addUser()))
    assert.deepEqual([user.status, user.body.error], [403, 'insufficient_permissions'])
    const { digest } = (await bulk({ dry_run: true }, 'sk_live_abc123')).body
    const { body } = await bulk({ expect: digest }, 'sk_live_abc123')
    assert.deepEqual([body.requested, body.deleted], [2, 2])
  })

  it('deletes many single users side by side', async () => {
    const ids = Array.from({ length: 20 }, () => addUser())
    const answers = await Promise.all(ids.map((id) => send('DELETE', `/v1/users/${id}`)))
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([204]))
  })
})

describe('the list of sentences', () => {
  it('names tests that are there, each under a name of its own', () => {
    assert.equal(new Set(registered).size, registered.length)
    const held = sentences()
    assert.ok(held.length >= 25)
    assert.equal(new Set(held.map(([sentence]) => sentence)).size, held.length)
    for (const [sentence, ...tests] of held) {
      assert.ok(tests.length > 0, `no test for: ${sentence}`)
      for (const test of tests) assert.ok(registered.includes(test), `${sentence} -> ${test}`)
    }
  })
})
