// The example server over real HTTP: what each route answers, and what is left in the database, read directly.
import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import Database from 'better-sqlite3'
import { createTables } from './server/database.ts'
import { startServer } from './server/start.ts'
import { answersOf, JSON_TYPE, openServer } from './server/testing.ts'

const NOT_FOUND = { error: 'resource_not_found', message: 'User not found.' }
const DAY = 86_400_000

const server = await openServer()
const { send, rows, addUser, addSession } = server
after(async () => {
  await server.close()
  server.db.close()
})

describe('signing up and in', () => {
  it('gives a session whose token is kept as a hash only', async () => {
    const credentials = { email: ' Zoe@Example.com', password: 'correct horse' }
    const up = await send('POST', '/v1/sign-up', { token: null, body: credentials })
    assert.equal(up.status, 201)
    const { token } = (await send('POST', '/v1/sign-in', { token: null, body: credentials })).body
    const me = await send('GET', '/v1/me', { token })
    assert.deepEqual([me.status, me.body.id, me.body.email], [200, up.body.id, 'zoe@example.com'])
    const stored = JSON.stringify(rows('SELECT * FROM sessions, passwords'))
    assert.ok(!stored.includes(token) && !stored.includes('correct horse'))
  })

  it('answers a wrong password and an unknown address alike', async () => {
    const wrong = { email: 'zoe@example.com', password: 'wrong horse' }
    const unknown = { email: 'nobody@example.com', password: 'wrong horse' }
    const answers = [
      await send('POST', '/v1/sign-in', { token: null, body: wrong }),
      await send('POST', '/v1/sign-in', { token: null, body: unknown }),
    ]
    assert.deepEqual(answersOf(answers), [
      [401, 'invalid_credentials'],
      [401, 'invalid_credentials'],
    ])
    assert.deepEqual(answers[0]?.body, answers[1]?.body)
  })

  it('takes an address once in a tenant, and again in another one', async () => {
    const body = { email: 'twice@example.com', password: 'correct horse' }
    const up = (tenant: string) => send('POST', '/v1/sign-up', { token: null, tenant, body })
    const answers = [await up('tnt_1'), await up('tnt_1'), await up('tnt_2'), await up('tnt_3')]
    assert.deepEqual(answersOf(answers), [
      [201, undefined],
      [409, 'conflict'],
      [201, undefined],
      [400, 'bad_request'],
    ])
  })
})

describe('who may call', () => {
  it('tells a missing token, a wrong one and a wrong key apart', async () => {
    const path = '/v1/users/usr_x'
    const answers = [
      await send('GET', path, { token: null }),
      await send('GET', path, { token: 'not_a_token' }),
      await send('GET', path, { headers: { Authorization: 'Basic c2s6' } }),
      await send('GET', path, { token: 'sk_live_unknown' }),
    ]
    assert.deepEqual(answersOf(answers), [
      [401, 'missing_token'],
      [401, 'invalid_token'],
      [401, 'invalid_token'],
      [401, 'invalid_api_key'],
    ])
  })

  it('refuses a tenant that is not the one of the key or of the session', async () => {
    const id = addUser()
    const answers = [
      await send('DELETE', `/v1/users/${id}`, { tenant: 'tnt_2' }),
      await send('GET', '/v1/me', { token: addSession(id), tenant: 'tnt_2' }),
    ]
    assert.deepEqual(answersOf(answers), [
      [403, 'tenant_mismatch'],
      [403, 'tenant_mismatch'],
    ])
    assert.equal(rows('SELECT 1 FROM users WHERE id = ?', id).length, 1)
  })

  it('takes the tenant from the key where no header names one', async () => {
    const id = addUser()
    assert.equal((await send('GET', `/v1/users/${id}`, { tenant: null })).status, 200)
  })

  it('lets users see themselves, and nothing else under /users', async () => {
    const [own, other] = [addUser(), addUser()]
    const token = addSession(own)
    const answers = [
      await send('GET', `/v1/users/${own}`, { token }),
      await send('GET', `/v1/users/${other}`, { token }),
      await send('GET', '/v1/users/usr_nobody', { token }),
      await send('DELETE', `/v1/users/${own}`, { token }),
      await send('POST', `/v1/users/${other}/disable`, { token, body: {} }),
      await send('POST', '/v1/users/bulk-delete', { token, body: { ids: [other] } }),
    ]
    assert.equal(answers[0]?.status, 200)
    for (const answer of answers.slice(1)) {
      assert.deepEqual([answer.status, answer.body.error], [403, 'insufficient_permissions'])
    }
    assert.equal(rows('SELECT 1 FROM users WHERE id IN (?, ?)', own, other).length, 2)
  })

  it('refuses a key without the scope, and any key at /me', async () => {
    const id = addUser()
    const answers = [
      await send('DELETE', `/v1/users/${id}`, { token: server.readKey }),
      await send('GET', '/v1/me'),
      await send('DELETE', '/v1/me', { body: { confirm: true } }),
    ]
    for (const answer of answers) {
      assert.deepEqual([answer.status, answer.body.error], [403, 'insufficient_permissions'])
    }
  })

  it('refuses a session that a restored backup has brought back', async () => {
    const id = addUser()
    const token = addSession(id)
    const sessions = server.db.prepare('SELECT * FROM sessions WHERE user_id = ?').all(id)
    await send('DELETE', `/v1/users/${id}`)
    addUser({ id })
    server.insert('sessions', sessions[0] as Record<string, unknown>)
    server.clock.advance(1)
    assert.deepEqual(answersOf([await send('GET', '/v1/me', { token })]), [[401, 'invalid_token']])
  })

  it('refuses a session that slipped in while its user was deleted', async () => {
    const id = addUser()
    await send('DELETE', `/v1/users/${id}`)
    server.clock.advance(1)
    // As in a database without foreign keys.
    server.db.pragma('foreign_keys = OFF')
    const token = addSession(id)
    assert.deepEqual(answersOf([await send('GET', '/v1/me', { token })]), [[401, 'invalid_token']])
    server.db.prepare('DELETE FROM sessions WHERE user_id = ?').run(id)
    server.db.pragma('foreign_keys = ON')
  })
})

describe('DELETE /v1/users/:id', () => {
  it('answers 204 without a body, ends the sessions at once, and leaves a 404', async () => {
    const id = addUser()
    const token = addSession(id)
    assert.equal((await send('GET', '/v1/me', { token })).status, 200)
    const gone = await send('DELETE', `/v1/users/${id}`)
    assert.deepEqual([gone.status, gone.text], [204, ''])
    assert.equal((await send('GET', '/v1/me', { token })).status, 401)
    assert.equal((await send('GET', `/v1/users/${id}`)).text, JSON.stringify(NOT_FOUND))
    assert.deepEqual(rows('SELECT 1 FROM sessions WHERE user_id = ?', id), [])
  })

  it('answers an unknown, a foreign and a deleted user with the same 404', async () => {
    const [foreign, deleted] = [addUser({ tenant: 'tnt_2' }), addUser()]
    await send('DELETE', `/v1/users/${deleted}`)
    const seen = []
    for (const [method, path, body] of [
      ['GET', '', undefined],
      ['GET', '/plan', undefined],
      ['GET', '/holds', undefined],
      ['DELETE', '', undefined],
      ['POST', '/disable', {}],
      ['POST', '/enable', undefined],
      ['POST', '/schedule-deletion', {}],
      ['DELETE', '/schedule-deletion', undefined],
      ['POST', '/erase', {}],
      ['POST', '/holds', { reason: 'legal_hold' }],
      ['DELETE', '/holds/hold_1', undefined],
    ] as const) {
      for (const id of ['usr_unknown', foreign, deleted]) {
        const {
          status,
          body: answer,
          headers,
        } = await send(method, `/v1/users/${id}${path}`, {
          body,
        })
        headers.delete('X-Request-Id')
        headers.delete('Date')
        seen.push(JSON.stringify([status, answer, [...headers]]))
      }
    }
    assert.equal(new Set(seen).size, 1)
    assert.match(
      seen[0] ?? '',
      /^\[404,\{"error":"resource_not_found","message":"User not found."\}/,
    )
    assert.equal(rows('SELECT 1 FROM users WHERE id = ?', foreign).length, 1)
  })

  it('answers a repeated call with the same Idempotency-Key as the first', async () => {
    const [id, other] = [addUser(), addUser()]
    const headers = { 'Idempotency-Key': 'once' }
    const answers = [
      await send('DELETE', `/v1/users/${id}`, { headers }),
      await send('DELETE', `/v1/users/${id}`, { headers }),
      await send('DELETE', `/v1/users/${other}`, { headers }),
    ]
    assert.deepEqual(answersOf(answers), [
      [204, undefined],
      [204, undefined],
      [409, 'idempotency_conflict'],
    ])
  })

  it('refuses a sole owner with what would help, and changes nothing', async () => {
    const id = addUser({ owns: 'org_alone' })
    const { status, body } = await send('DELETE', `/v1/users/${id}`)
    assert.deepEqual([status, body.error], [409, 'deletion_blocked'])
    assert.match(body.remedy, /Hand the organization over/)
    assert.deepEqual(body.blockers, [{ name: 'sole_owner', rows: 1 }])
    assert.equal(rows('SELECT 1 FROM organization_memberships WHERE user_id = ?', id).length, 1)
  })
})

describe('GET /v1/users/:id/plan', () => {
  it('shows the steps and what is in the way, and changes nothing', async () => {
    const id = addUser({ owns: 'org_plan' })
    addSession(id)
    const { status, body } = await send('GET', `/v1/users/${id}/plan`)
    assert.equal(status, 200)
    const step = body.steps.find(({ table }: { table: string }) => table === 'sessions')
    assert.deepEqual([step.action, step.rows], ['delete', 1])
    assert.equal(body.blockers[0].name, 'sole_owner')
    assert.equal(rows('SELECT 1 FROM sessions WHERE user_id = ?', id).length, 1)
  })
})

describe('POST /v1/users/:id/disable', () => {
  it('answers the user, and ends the sessions at once', async () => {
    const id = addUser()
    const token = addSession(id)
    const answer = await send('POST', `/v1/users/${id}/disable`, {
      body: { revoke_sessions: true },
    })
    assert.deepEqual([answer.status, answer.body.id, answer.body.status], [200, id, 'disabled'])
    assert.equal((await send('GET', '/v1/me', { token })).status, 401)
    assert.deepEqual(rows('SELECT 1 FROM sessions WHERE user_id = ?', id), [])
  })

  it('keeps the sessions if asked to, and they let nobody in meanwhile', async () => {
    const id = addUser()
    const token = addSession(id)
    await send('POST', `/v1/users/${id}/disable`, { body: { revoke_sessions: false } })
    assert.equal((await send('GET', '/v1/me', { token })).status, 401)
    assert.equal((await send('POST', `/v1/users/${id}/enable`)).body.status, 'active')
    assert.equal((await send('GET', '/v1/me', { token })).status, 200)
  })

  it('keeps the user from signing in, until enabled', async () => {
    server.clock.advance(60_000) // A new minute: the attempts of the tests above count no more.
    const credentials = { email: 'out@example.com', password: 'correct horse' }
    const { id } = (await send('POST', '/v1/sign-up', { token: null, body: credentials })).body
    const status = async () =>
      (await send('POST', '/v1/sign-in', { token: null, body: credentials })).status
    await send('POST', `/v1/users/${id}/disable`, { body: {} })
    assert.equal(await status(), 401)
    await send('POST', `/v1/users/${id}/enable`)
    assert.equal(await status(), 200)
  })

  it('answers a step that the state does not allow with 409 and a remedy', async () => {
    const id = addUser()
    const answers = [
      await send('POST', `/v1/users/${id}/enable`),
      await send('DELETE', `/v1/users/${id}/schedule-deletion`),
    ]
    for (const { status, body } of answers) {
      assert.deepEqual([status, body.error], [409, 'invalid_transition'])
      assert.ok(body.remedy)
    }
  })
})

describe('POST /v1/users/:id/schedule-deletion', () => {
  it('goes from disabled over scheduled and cancelled to scheduled, purged and 404', async () => {
    const id = addUser()
    const path = `/v1/users/${id}`
    const schedule = () =>
      send('POST', `${path}/schedule-deletion`, { body: { after: 'P14D', reason: 'user_request' } })
    await send('POST', `${path}/disable`, { body: { revoke_sessions: true } })
    const { status, body } = await schedule()
    assert.equal(status, 200)
    assert.deepEqual(body.deletion, {
      due_at: new Date(server.clock.now().getTime() + 14 * DAY).toISOString(),
      scheduled_by: 'administrator',
    })
    const cancelled = await send('DELETE', `${path}/schedule-deletion`)
    assert.deepEqual([cancelled.body.status, cancelled.body.deletion], ['disabled', null])
    await schedule()
    assert.deepEqual(answersOf([await schedule()]), [[409, 'invalid_transition']])

    for (let day = 0; day < 14; day += 1) {
      assert.equal((await send('GET', path)).status, 200, `day ${day}`)
      server.clock.advance(DAY)
      await server.keepUp()
    }
    assert.deepEqual((await send('GET', path)).body, NOT_FOUND)
    assert.deepEqual(rows('SELECT 1 FROM users WHERE id = ?', id), [])
  })

  it('ends the sessions at once, and gives the account back when cancelled', async () => {
    const id = addUser()
    const token = addSession(id)
    const at = new Date(server.clock.now().getTime() + 10 * DAY).toISOString()
    await send('POST', `/v1/users/${id}/schedule-deletion`, { body: { at } })
    assert.equal((await send('GET', '/v1/me', { token })).status, 401)
    const back = await send('DELETE', `/v1/users/${id}/schedule-deletion`)
    assert.deepEqual([back.body.status, back.body.deletion], ['active', null])
    assert.equal((await send('GET', '/v1/me', { token })).status, 401)
    assert.equal((await send('GET', '/v1/me', { token: addSession(id) })).status, 200)
  })

  it('refuses a day that is too near, too far, or none', async () => {
    const id = addUser()
    for (const body of [{ after: 'PT1H' }, { after: 'P2Y' }, { after: 'soon' }, { at: 'soon' }]) {
      const answer = await send('POST', `/v1/users/${id}/schedule-deletion`, { body })
      assert.deepEqual([answer.status, answer.body.error], [422, 'invalid_argument'])
    }
  })

  it('deletes nobody when the clock has leapt, and says so in the log', async () => {
    const id = addUser()
    await send('POST', `/v1/users/${id}/schedule-deletion`, { body: { after: 'P20D' } })
    await server.keepUp()
    server.clock.advance(30 * DAY)
    await server.keepUp()
    assert.equal((await send('GET', `/v1/users/${id}`)).status, 200)
    const last = server.warnings.at(-1)
    assert.match(String(last?.details['cause']), /clock has moved further/)
    await server.engine.purgeDue({ confirmClock: true })
    assert.equal((await send('GET', `/v1/users/${id}`)).status, 404)
  })
})

describe('holds', () => {
  it('refuse a deletion until they are released', async () => {
    const id = addUser()
    const path = `/v1/users/${id}`
    const placed = await send('POST', `${path}/holds`, { body: { reason: 'legal_hold' } })
    assert.equal(placed.status, 201)
    const refused = await send('DELETE', path)
    assert.deepEqual([refused.status, refused.body.error], [409, 'deletion_blocked'])
    assert.match(refused.body.remedy, /Release the hold/)
    assert.deepEqual((await send('GET', `${path}/holds`)).body, [placed.body])
    const hold = `${path}/holds/${placed.body.id}`
    assert.deepEqual(answersOf([await send('DELETE', hold), await send('DELETE', path)]), [
      [204, undefined],
      [204, undefined],
    ])
  })

  it('only put a scheduled deletion off', async () => {
    const id = addUser()
    const path = `/v1/users/${id}`
    await send('POST', `${path}/schedule-deletion`, { body: { after: 'P2D' } })
    const hold = await send('POST', `${path}/holds`, { body: { reason: 'legal_hold' } })
    server.clock.advance(3 * DAY)
    await server.keepUp()
    assert.equal((await send('GET', path)).status, 200)
    await send('DELETE', `${path}/holds/${hold.body.id}`)
    await server.keepUp()
    assert.equal((await send('GET', path)).status, 404)
  })
})

describe('POST /v1/users/:id/erase', () => {
  it('answers the receipt, and the audit log says so without the person', async () => {
    const id = addUser()
    const email = `${id}@example.com`
    server.insert('audit_log', {
      id: `evt_audit_${id}`,
      type: 'user.signed_in',
      actor_id: id,
      actor_email: email,
      actor_type: 'user',
      tenant_id: 'tnt_1',
    })
    const { status, body, text } = await send('POST', `/v1/users/${id}/erase`, {
      body: { reason: 'gdpr_request', requested_at: '2026-02-27T09:00:00Z' },
    })
    assert.deepEqual([status, body.status, body.receipt.userId], [200, 'erased', id])
    assert.equal(body.receipt.requestedAt, '2026-02-27T09:00:00.000Z')
    assert.ok(!text.includes(email))
    assert.deepEqual(
      rows('SELECT type, actor_id, resource_id FROM audit_log WHERE resource_id = ?', id),
      [['user.erased', 'key_1', id]],
    )
    assert.deepEqual(rows('SELECT actor_email FROM audit_log WHERE actor_id = ?', id), [[null]])
  })

  it('answers 202 while an external eraser is not done, and the user is shut out meanwhile', async () => {
    const id = addUser()
    const token = addSession(id)
    const path = `/v1/users/${id}`
    server.crm.isReady = false
    const waiting = await send('POST', `${path}/erase`, { body: {} })
    assert.deepEqual(
      [waiting.status, waiting.body.status, waiting.body.erasers],
      [202, 'waiting', ['crm']],
    )
    assert.equal((await send('GET', '/v1/me', { token })).status, 401)
    assert.equal((await send('GET', path)).body.status, 'disabled')

    server.crm.isReady = true
    server.clock.advance(60_000)
    await server.keepUp()
    assert.equal((await send('GET', path)).status, 404)
    assert.ok(server.crm.erased.includes(`${id}@example.com`))
  })
})

describe('POST /v1/users/bulk-delete', () => {
  const bulk = (body: unknown) => send('POST', '/v1/users/bulk-delete', { body })

  it('needs a dry run first, and deletes what that has shown', async () => {
    const ids = [addUser(), addUser(), addUser()]
    assert.deepEqual(answersOf([await bulk({ ids })]), [[422, 'invalid_argument']])
    const plan = await bulk({ ids, dry_run: true })
    assert.deepEqual([plan.status, plan.body.found, plan.body.blocked], [200, 3, 0])
    assert.equal(rows('SELECT 1 FROM users WHERE id IN (?, ?, ?)', ...ids).length, 3)
    const done = await bulk({ ids, expect: plan.body.digest, reason: 'spam' })
    assert.deepEqual([done.status, done.body.deleted, done.body.failed], [200, 3, 0])
    assert.deepEqual(rows('SELECT 1 FROM users WHERE id IN (?, ?, ?)', ...ids), [])
  })

  it('deletes nobody when the plan has changed', async () => {
    const ids = [addUser(), addUser()]
    const { digest } = (await bulk({ ids, dry_run: true })).body
    await send('POST', `/v1/users/${ids[0]}/holds`, { body: { reason: 'legal_hold' } })
    const answer = await bulk({ ids, expect: digest })
    assert.deepEqual([answer.status, answer.body.error], [409, 'expectation_failed'])
    assert.equal(rows('SELECT 1 FROM users WHERE id IN (?, ?)', ...ids).length, 2)
  })

  it('refuses a sole owner, a foreign user and an empty id alone, by their place in the list', async () => {
    const ids = [addUser(), addUser({ owns: 'org_bulk' }), addUser({ tenant: 'tnt_2' }), '']
    const { digest } = (await bulk({ ids, dry_run: true })).body
    const { body } = await bulk({ ids, expect: digest })
    assert.deepEqual([body.requested, body.deleted, body.failed, body.stopped], [4, 1, 3, false])
    const errors = body.errors.map(({ index, error }: { index: number; error: string }) => [
      index,
      error,
    ])
    assert.deepEqual(errors.sort(), [
      [1, 'deletion_blocked'],
      [2, 'resource_not_found'],
      [3, 'invalid_id'],
    ])
    assert.equal(rows('SELECT 1 FROM users WHERE id IN (?, ?)', ids[1], ids[2]).length, 2)
  })

  it('takes 1 to 1,000 ids, and only text', async () => {
    const tooMany = Array.from({ length: 1_001 }, (_, index) => `usr_${index}`)
    for (const ids of [[], tooMany, [1], [{ $ne: null }], [null], 'usr_1', undefined]) {
      assert.deepEqual(answersOf([await bulk({ ids, dry_run: true })]), [[422, 'invalid_argument']])
    }
    assert.equal((await bulk({ ids: tooMany.slice(1), dry_run: true })).status, 200)
  })
})

describe('the own account', () => {
  const signedIn = () => {
    const id = addUser()
    return { id, token: addSession(id) }
  }

  it('goes with a confirmation and the token from the mail, and comes back with the cancel token', async () => {
    const { id, token } = signedIn()
    assert.equal((await send('POST', '/v1/me/deletion-token', { token })).status, 202)
    const mail = server.mails.at(-1)
    assert.deepEqual([mail?.to, mail?.about], [`${id}@example.com`, 'confirm_deletion'])
    const confirmed = { confirm: true, token: mail?.token }
    const { status, body } = await send('DELETE', '/v1/me', { token, body: confirmed })
    assert.deepEqual([status, body.status], [200, 'scheduled'])
    assert.equal(server.mails.at(-1)?.about, 'deletion_scheduled')
    assert.equal((await send('GET', '/v1/me', { token })).status, 401)
    assert.equal((await send('GET', `/v1/users/${id}`)).body.deletion.scheduled_by, 'user')

    const cancel = (given: unknown) =>
      send('POST', '/v1/me/cancel-deletion', { token: null, body: given })
    const refusals = [
      await cancel({ user_id: id, token: 'wrong' }),
      await cancel({ user_id: 'usr_nobody', token: body.cancel_token }),
      await cancel({ user_id: '', token: body.cancel_token }),
      await cancel({ user_id: addUser(), token: body.cancel_token }),
    ]
    for (const refusal of refusals) {
      assert.deepEqual([refusal.status, refusal.body], [403, refusals[0]?.body])
    }
    const back = await cancel({ user_id: id, token: body.cancel_token })
    assert.deepEqual([back.status, back.body.status], [200, 'active'])
    assert.equal((await send('GET', '/v1/me', { token: addSession(id) })).status, 200)
  })

  it('stays without a confirmation, without a token, and with one of another session', async () => {
    const { id, token } = signedIn()
    await send('POST', '/v1/me/deletion-token', { token })
    const mailed = server.mails.at(-1)?.token
    const other = addSession(id)
    const answers = [
      await send('DELETE', '/v1/me', { token }),
      await send('DELETE', '/v1/me', { token, body: { confirm: false, token: mailed } }),
      await send('DELETE', '/v1/me', { token, body: { confirm: true } }),
      await send('DELETE', '/v1/me', { token, body: { confirm: true, token: 'guessed' } }),
      await send('DELETE', '/v1/me', { token: other, body: { confirm: true, token: mailed } }),
      await send('DELETE', '/v1/me', { token, body: { confirm: true, user_id: 'usr_bob' } }),
    ]
    assert.deepEqual(answersOf(answers), [
      [422, 'confirmation_required'],
      [422, 'confirmation_required'],
      [422, 'confirmation_required'],
      [403, 'confirmation_invalid'],
      [403, 'confirmation_invalid'],
      [422, 'invalid_argument'],
    ])
    assert.equal((await send('GET', `/v1/users/${id}`)).body.deletion, null)
  })

  it('asks for a new sign-in after five minutes', async () => {
    const { token } = signedIn()
    server.clock.advance(5 * 60_000 + 1)
    const answer = await send('POST', '/v1/me/deletion-token', { token })
    assert.deepEqual(answersOf([answer]), [[403, 'recent_authentication_required']])
  })
})

describe('hostile requests', () => {
  it('take ids for what they are: text', async () => {
    addUser()
    const before = rows('SELECT count(*) FROM users')
    for (const id of [`' OR '1'='1`, '"; DROP TABLE users; --', '__proto__', '%', '🦊', '../me']) {
      const path = `/v1/users/${encodeURIComponent(id)}`
      assert.deepEqual((await send('DELETE', path)).body, NOT_FOUND, id)
      const erased = await send('POST', `${path}/erase`, { body: {} })
      assert.deepEqual(erased.body, NOT_FOUND, id)
    }
    for (const id of ['%00', '%20', 'x'.repeat(1_025)]) {
      const { status, body, text } = await send('DELETE', `/v1/users/${id}`)
      assert.deepEqual([status, body.error], [400, 'invalid_id'])
      assert.ok(!text.includes('xxx'))
    }
    assert.deepEqual(rows('SELECT count(*) FROM users'), before)
  })

  it('with fields that no route knows are refused', async () => {
    const id = addUser()
    const bodies = [
      '{"revoke_sessions":true,"tenant_id":"tnt_2"}',
      '{"__proto__":{"revoke_sessions":true}}',
      '{"constructor":{}}',
      '{"revoke_sessions":"yes"}',
      '[]',
      'null',
      '"x"',
    ]
    for (const raw of bodies) {
      const answer = await send('POST', `/v1/users/${id}/disable`, { raw, headers: JSON_TYPE })
      assert.deepEqual([answer.status, answer.body.error], [422, 'invalid_argument'], raw)
    }
    assert.equal((await send('GET', `/v1/users/${id}`)).body.status, 'active')
    assert.equal(({} as Record<string, unknown>)['revoke_sessions'], undefined)
  })

  it('that are no JSON are refused, whatever they say they are', async () => {
    const path = `/v1/users/${addUser()}/disable`
    const form = { 'Content-Type': 'application/x-www-form-urlencoded' }
    const text = { 'Content-Type': 'text/plain' }
    const answers = [
      await send('POST', path, { raw: 'revoke_sessions=true', headers: form }),
      await send('POST', path, { raw: '{"revoke_sessions":true}', headers: text }),
      await send('POST', path, { raw: '{"revoke_sessions":', headers: JSON_TYPE }),
    ]
    assert.deepEqual(answersOf(answers), [
      [415, 'unsupported_media_type'],
      [415, 'unsupported_media_type'],
      [400, 'bad_request'],
    ])
  })

  it('that are too long are refused: 8 kB, and 1 MB in bulk', async () => {
    const reason = 'x'.repeat(8 * 1_024)
    const ids = ['x'.repeat(1_024 * 1_024)]
    const answers = [
      await send('POST', `/v1/users/${addUser()}/erase`, { body: { reason } }),
      await send('POST', '/v1/users/bulk-delete', { body: { ids, dry_run: true } }),
    ]
    assert.deepEqual(answersOf(answers), [
      [413, 'payload_too_large'],
      [413, 'payload_too_large'],
    ])
  })

  it('by GET or HEAD change nothing', async () => {
    const id = addUser()
    addSession(id)
    const before = rows('SELECT * FROM users, sessions')
    for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'OPTIONS']) {
      for (const path of ['/disable', '/enable', '/erase', '/schedule-deletion']) {
        const { status, headers } = await send(method, `/v1/users/${id}${path}`)
        assert.equal(status, 405)
        assert.match(headers.get('Allow') ?? '', /^(POST|POST, DELETE)$/)
      }
    }
    const override = { 'X-HTTP-Method-Override': 'DELETE' }
    await send('GET', `/v1/users/${id}?_method=DELETE`, { headers: override })
    await send('GET', '/v1/users/bulk-delete')
    assert.deepEqual(rows('SELECT * FROM users, sessions'), before)
    assert.equal((await send('GET', '/v1/nothing')).status, 404)
  })
})

describe('every answer', () => {
  it('is not to be stored, and an error is a code and a text', async () => {
    const answers = [
      await send('GET', `/v1/users/${addUser()}`),
      await send('GET', '/v1/users/usr_nobody'),
      await send('GET', '/v1/users/usr_nobody', { token: null }),
      await send('PUT', '/v1/me'),
      await send('GET', '/'),
    ]
    for (const { headers, status, body } of answers) {
      assert.equal(headers.get('Cache-Control'), 'no-store')
      assert.ok(headers.get('X-Request-Id'))
      if (status >= 400) assert.deepEqual(Object.keys(body), ['error', 'message'])
    }
    assert.equal(answers[2]?.headers.get('WWW-Authenticate'), 'Bearer')
  })

  it('says nothing of what broke inside; the log does', async () => {
    const own = await openServer()
    const id = own.addUser()
    own.db.exec(
      `CREATE TRIGGER broken BEFORE DELETE ON users BEGIN SELECT RAISE(ABORT, 'secret'); END`,
    )
    const { status, body } = await own.send('DELETE', `/v1/users/${id}`)
    assert.deepEqual(
      [status, body],
      [500, { error: 'internal_error', message: 'Something failed.' }],
    )
    const logged = own.warnings.at(-1)
    assert.equal(logged?.details['status'], 500)
    assert.ok(logged?.details['cause'])
    assert.equal(own.rows('SELECT 1 FROM users WHERE id = ?', id).length, 1)
    await own.close()
    own.db.close()
  })

  it('is 503 with Retry-After while the database is busy', async () => {
    const own = await openServer()
    const id = own.addUser()
    own.db.exec('BEGIN')
    const { status, headers, body } = await own.send('DELETE', `/v1/users/${id}`)
    own.db.exec('ROLLBACK')
    assert.deepEqual([status, headers.get('Retry-After')], [503, '1'])
    assert.deepEqual([body.error, body.retry_after], ['connection_busy', 1])
    assert.equal((await own.send('DELETE', `/v1/users/${id}`)).status, 204)
    await own.close()
    own.db.close()
  })
})

describe('starting', () => {
  it('is refused while a table of the database has no rule', async () => {
    const db = new Database(':memory:')
    createTables(db)
    db.exec('CREATE TABLE forgotten (user_id TEXT)')
    const start = startServer({ db, keys: [], port: 0, sendMail: async () => {} })
    await assert.rejects(start, { code: 'schema_mismatch' })
    db.close()
  })

  it('deletes who has fallen due while the server was away, and finishes what waited', async () => {
    const db = new Database(':memory:')
    const own = await openServer({ db })
    const [due, erased] = [own.addUser(), own.addUser()]
    await own.send('POST', `/v1/users/${due}/schedule-deletion`, { body: { after: 'P3D' } })
    own.crm.isReady = false
    await own.send('POST', `/v1/users/${erased}/erase`, { body: {} })
    await own.close()

    own.clock.advance(4 * DAY)
    const again = await openServer({ db, clock: own.clock })
    assert.deepEqual(again.rows('SELECT id FROM users'), [])
    await again.close()
    db.close()
  })
})

describe('limits', () => {
  it('are 500 writes and 50 bulk calls a minute for each key, 20 attempts for each address', async () => {
    const own = await openServer()
    const statuses = async (times: number, call: () => ReturnType<typeof send>) => {
      const answers = await Promise.all(Array.from({ length: times }, call))
      return new Set(answers.map(({ status }) => status))
    }
    const write = () => own.send('DELETE', '/v1/users/usr_nobody')
    const bulk = () =>
      own.send('POST', '/v1/users/bulk-delete', { body: { ids: ['usr_nobody'], dry_run: true } })
    const attempt = () => own.send('POST', '/v1/sign-in', { token: null, body: {} })
    assert.deepEqual(await statuses(500, write), new Set([404]))
    assert.deepEqual(await statuses(50, bulk), new Set([200]))
    assert.deepEqual(await statuses(20, attempt), new Set([422]))

    own.clock.advance(15_000)
    for (const call of [write, bulk, attempt]) {
      const { status, body, headers } = await call()
      assert.deepEqual([status, body.error, body.retry_after], [429, 'rate_limit_exceeded', 45])
      assert.equal(headers.get('Retry-After'), '45')
    }
    const elsewhere = { token: own.otherKey, tenant: 'tnt_2' }
    assert.equal((await own.send('DELETE', '/v1/users/usr_nobody', elsewhere)).status, 404)
    own.clock.advance(45_000)
    assert.equal((await write()).status, 404)
    await own.close()
    own.db.close()
  })
})
