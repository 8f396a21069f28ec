import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { soleOwner } from '../src/presets/hellojohn/index.ts'
import { openHelloJohn } from './support/hellojohn.ts'

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
