import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, UserDeletionEngine } from '../../src/index.ts'
import { helloJohnPolicy } from '../../src/presets/hellojohn/index.ts'
import { canonicalJson } from '../../src/receipt/canonical-json.ts'
import { proofPage } from '../../src/receipt/proof/proof-page.ts'
import { withAnswers } from '../../src/testing/contract/altered-store.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'
import { openHelloJohn } from '../worlds/hosts/hellojohn.ts'

const IN_1 = { tenantId: 'tnt_1' }

async function deletedAnn(options: Parameters<typeof openHelloJohn>[0] = {}) {
  const clock = fixedClock('2026-03-01T12:00:00.000Z')
  const world = await openHelloJohn({ clock, ...options })
  world.db.exec(
    "INSERT INTO user_consents (id, user_id, tenant_id, purpose) VALUES ('c1', 'usr_ann', 'tnt_1', 'mail')",
  )
  const receipt = await world.engine.delete('usr_ann', {
    ...IN_1,
    reason: 'user_request',
    requestedBy: 'usr_admin',
  })
  return { ...world, clock, receipt }
}

/** What a reader sees: the page without its markup. */
function textOf(page: string): string {
  const body = page.slice(page.indexOf('<body>'))
  return body
    .replace(/<\/?(wbr|bdi|span|strong|code|time)\b[^>]*>/g, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ')
}

test('says who, when, why and under which policy', async () => {
  const { engine, receipt } = await deletedAnn()
  const { document, html } = await engine.proof('usr_ann', IN_1)
  assert.deepEqual(document.request, {
    userId: 'usr_ann',
    subject: 'usr_ann',
    tenantId: 'tnt_1',
    reason: 'user_request',
    requestedBy: 'usr_admin',
    requestedAt: '2026-03-01T12:00:00.000Z',
    completedAt: '2026-03-01T12:00:00.000Z',
    replayOf: null,
  })
  assert.deepEqual(document.policy, { ...receipt.policy, changed: false })
  assert.deepEqual(document.receipt, receipt)
  const text = textOf(html)
  for (const part of ['usr_ann', 'usr_admin', 'hellojohn, version 1', '1 March 2026, 12:00 UTC']) {
    assert.ok(text.includes(part), part)
  }
})

test('counts by table what was deleted, anonymized and kept, and until when', async () => {
  const { engine, receipt } = await deletedAnn()
  const { document, html } = await engine.proof('usr_ann', IN_1)
  const done = Object.fromEntries(
    document.done.map(({ table, action, rows }) => [table, [action, rows]]),
  )
  assert.deepEqual(done['sessions'], ['delete', 2])
  assert.deepEqual(done['users'], ['delete', 1])
  const inAudit = receipt.steps.filter(({ table }) => table === 'audit_log')
  assert.deepEqual(done['audit_log'], [
    'anonymize',
    inAudit.reduce((sum, { rows }) => sum + rows, 0),
  ])
  const kept = document.retained.map(({ table, rows, until, then, ended }) => [
    table,
    rows,
    until,
    then,
    ended,
  ])
  assert.deepEqual(kept, [
    ['user_consents', 1, '2029-03-01T12:00:00.000Z', 'delete', null],
    ['webhook_deliveries', 1, '2026-03-31T12:00:00.000Z', 'delete', null],
    ['webhook_events', 1, '2026-03-31T12:00:00.000Z', 'delete', null],
  ])
  assert.ok(document.nothingFound.includes('password_history'))
  assert.match(
    textOf(html),
    /user_consents 1 proof that processing was lawful .* 1 March 2029, 12:00 UTC then deleted/,
  )
})

test('tells how far the file was cleared, at the commit and later', async () => {
  const { engine, clock } = await deletedAnn()
  const unpaid = (await engine.proof('usr_ann', IN_1)).document
  assert.deepEqual(unpaid.erasure, { atCommit: 'rows_overwritten', later: [] })
  await engine.settle()
  clock.set('2026-03-02T12:00:00.000Z')
  await engine.delete('usr_bob', IN_1)
  const { erasure } = (await engine.proof('usr_ann', IN_1)).document
  assert.deepEqual(erasure, {
    atCommit: 'rows_overwritten',
    later: [{ level: 'journal_cleared', at: '2026-03-01T12:00:00.000Z', seq: 2 }],
  })
})

test('tells of retentions that have ended since', async () => {
  const { engine, clock } = await deletedAnn()
  clock.set('2026-04-01T12:00:00.000Z')
  await engine.expireRetained()
  const { document, html } = await engine.proof('usr_ann', IN_1)
  const ended = document.retained.map(({ table, ended: end }) => [table, end?.action, end?.at])
  assert.deepEqual(ended, [
    ['user_consents', undefined, undefined],
    ['webhook_deliveries', 'delete', '2026-04-01T12:00:00.000Z'],
    ['webhook_events', 'delete', '2026-04-01T12:00:00.000Z'],
  ])
  assert.match(textOf(html), /webhook_events 1 .* Deleted 1 April 2026, 12:00 UTC ledger entry \d/)
})

test('does not claim the end of a retention for a deletion that was left out', async () => {
  const { engine, clock, db } = await deletedAnn()
  await engine.delete('usr_bob', IN_1)
  db.exec("INSERT INTO users (id, tenant_id, email) VALUES ('usr_ann', 'tnt_1', 'new@example.com')")
  clock.set('2026-04-01T12:00:00.000Z')
  await engine.expireRetained()
  const ann = (await engine.proof('usr_ann', IN_1)).document
  const bob = (await engine.proof('usr_bob', IN_1)).document
  assert.ok(ann.retained.every(({ ended }) => ended === null))
  assert.ok(bob.retained.every(({ ended }) => ended !== null))
  assert.equal(ann.verification.user.userRow, 'present')
})

test('verifies the ledger, the receipt and the user now', async () => {
  const { engine, db } = await deletedAnn({ keys: { ledger: 'a ledger key for tests' } })
  const known = { email: 'ann@example.com' }
  const good = (await engine.proof('usr_ann', { ...IN_1, known })).document
  const { head, ...ledger } = good.verification.ledger
  assert.deepEqual(ledger, { entries: [1], problem: null, keyed: true, lastVerified: null })
  assert.deepEqual(
    head,
    db.prepare('SELECT seq, hash, signature FROM user_deletion_ledger_head').get(),
  )
  assert.equal(good.verification.receipt.isWhole, true)
  assert.ok(!good.notClaimed.some(({ about }) => about === 'unkeyed_ledger'))
  db.pragma('foreign_keys = OFF')
  db.exec("INSERT INTO sessions (id, user_id, tenant_id) VALUES ('late', 'usr_ann', 'tnt_1')")
  db.exec(
    `UPDATE user_deletion_ledger SET body = replace(body, 'user_request', 'admin_wish') WHERE seq = 1`,
  )
  const { document, html } = await engine.proof('usr_ann', IN_1)
  assert.equal(document.verification.receipt.isWhole, false)
  assert.deepEqual(document.verification.ledger.problem, { seq: 1, problem: 'altered' })
  assert.equal(document.verification.user.status, 'residue')
  const text = textOf(html)
  assert.match(text, /something left .* altered .* broken entry 1 does not hold/)
  assert.match(text, /sessions residue 1 row on which the rule has not done its work/)
})

test('says of the whole ledger what the last verification has found, and no more', async () => {
  const { engine, db, clock } = await deletedAnn({ keys: { ledger: 'a ledger key for tests' } })
  const told = async () => {
    const { document, html } = await engine.proof('usr_ann', IN_1)
    return { last: document.verification.ledger.lastVerified, text: textOf(html) }
  }
  assert.match((await told()).text, /not verified no verification of it is recorded/)
  clock.set('2026-03-02T12:00:00.000Z')
  const found = await engine.ledger.verify()
  assert.ok(found.valid)
  const { head } = found
  const at = '2026-03-02T12:00:00.000Z'
  const verified = { valid: true, at, since: at, head, stands: true }
  assert.deepEqual((await told()).last, verified)
  assert.match(
    (await told()).text,
    /verified entries 1 to \d+ were last verified 2 March 2026, 12:00 UTC, that of this receipt/,
  )
  await engine.delete('usr_bob', IN_1)
  const bob = await engine.proof('usr_bob', IN_1)
  assert.match(textOf(bob.html), /in part .* before that of this receipt was written/)
  const marks = (from: string, to: string) =>
    db.exec(`UPDATE user_deletion_marks SET value = replace(value, '${from}', '${to}')`)
  marks('2026-03-02', '2026-03-09')
  assert.equal((await told()).last, null)
  marks('2026-03-09', '2026-03-02')
  db.prepare(
    "UPDATE user_deletion_ledger SET hash = 'f' || substr(hash, 2) || 'x' WHERE seq = ?",
  ).run(head.seq)
  assert.deepEqual((await told()).last, { ...verified, stands: false })
  assert.match((await told()).text, /broken .* but the last of them is not there any more/)
  await engine.ledger.verify()
  const { last, text } = await told()
  assert.equal(last?.valid, false)
  assert.match(text, /broken the last verification, 2 March 2026, 12:00 UTC, found: entry/)
})

test('shows what is wrong with the entries it rests on, and with the end', async () => {
  for (const [sql, problem] of [
    ["UPDATE user_deletion_ledger SET at = '2020-01-01' WHERE seq = 1", 'altered'],
    [
      "UPDATE user_deletion_ledger SET at = '2020-01-01' WHERE kind = 'retention.expired'",
      'altered',
    ],
    ['UPDATE user_deletion_ledger_head SET seq = seq - 1', 'head_altered'],
    ['DELETE FROM user_deletion_ledger_head', 'head_altered'],
    [
      'DELETE FROM user_deletion_ledger WHERE seq = (SELECT seq FROM user_deletion_ledger_head)',
      'cut',
    ],
  ] as const) {
    const { engine, db, clock } = await deletedAnn({ keys: { ledger: 'a ledger key for tests' } })
    clock.set('2026-04-01T12:00:00.000Z')
    await engine.expireRetained()
    await engine.delete('usr_bob', IN_1)
    db.exec(sql)
    const { ledger } = (await engine.proof('usr_ann', IN_1)).document.verification
    assert.equal(ledger.problem?.problem, problem, sql)
    assert.equal(ledger.keyed, false)
  }
})

test('reads as many entries of a long ledger as of a short one', async () => {
  const read = async (users: number): Promise<number> => {
    const { db, engine } = await deletedAnn()
    const insert = db.prepare("INSERT INTO users (id, tenant_id) VALUES (?, 'tnt_1')")
    const ids = Array.from({ length: users }, (_, index) => `usr_n${index}`)
    for (const id of ids) insert.run(id)
    await engine.deleteMany(ids, { ...IN_1, mode: 'throughput' })
    const store = sqliteStore(db)
    let entries = 0
    const counting = new UserDeletionEngine({
      store: withAnswers(store, (question, own) => {
        const isOfLedger = question.kind === 'records' && question.table === 'ledger'
        if (isOfLedger) entries += (own as readonly unknown[]).length
        return own
      }),
      ...{ policy: helloJohnPolicy, clock: fixedClock() },
    })
    // A new engine looks once at some of the ledger for how ids are hidden.
    await counting.proof('usr_ann', IN_1)
    entries = 0
    await counting.proof('usr_ann', IN_1)
    return entries
  }
  assert.equal(await read(700), await read(3))
})

test('says what is not claimed', async () => {
  const { engine } = await deletedAnn()
  const { document, html } = await engine.proof('usr_ann', IN_1)
  const about = document.notClaimed.map((entry) => entry.about)
  assert.deepEqual(about, [
    'backups',
    'copies',
    'storage',
    'other_systems',
    'kept_id',
    'issued_tokens',
    'other_entries',
    'unkeyed_ledger',
  ])
  for (const { text } of document.notClaimed) assert.ok(textOf(html).includes(text), text)
})

test('holds no personal data, and not what the caller said they know', async () => {
  const { engine } = await deletedAnn({ keys: { subject: 'a subject key for tests' } })
  const known = { email: 'ann@example.com' }
  const { document, html } = await engine.proof('usr_ann', { ...IN_1, known })
  const text = JSON.stringify(document) + html
  for (const secret of ['ann@example.com', 'Somebody', '10.0.0.1', 'usr_ann']) {
    assert.ok(!text.includes(secret), secret)
  }
  assert.equal(document.request.userId, null)
  assert.match(String(document.request.subject), /^hmac:/)
})

test('the digest is that of the document as canonical JSON, and stands on the page', async () => {
  const { engine } = await deletedAnn()
  const { document, html } = await engine.proof('usr_ann', IN_1)
  const { digest, ...rest } = JSON.parse(JSON.stringify(document)) as typeof document
  assert.equal(createHash('sha256').update(canonicalJson(rest)).digest('hex'), digest)
  assert.ok(html.includes(digest))
  assert.equal(proofPage(JSON.parse(JSON.stringify(document)) as typeof document), html)
})

test('an earlier deletion of the same id has a proof by its receipt', async () => {
  const { engine, clock, db, receipt } = await deletedAnn()
  db.exec("INSERT INTO users (id, tenant_id, email) VALUES ('usr_ann', 'tnt_1', 'new@example.com')")
  clock.set('2026-03-05T12:00:00.000Z')
  const second = await engine.delete('usr_ann', IN_1)
  assert.equal((await engine.proof('usr_ann', IN_1)).document.receipt.id, second.id)
  const first = await engine.proof('usr_ann', { ...IN_1, receiptId: receipt.id })
  assert.deepEqual(first.document.receipt, receipt)
})

test('without such a receipt of this user in this tenant it is not found', async () => {
  const { engine, receipt } = await deletedAnn()
  const other = await engine.delete('usr_ann2', { tenantId: 'tnt_2' })
  const asked = [
    engine.proof('usr_bob', IN_1),
    engine.proof('nobody', IN_1),
    engine.proof('usr_ann', { tenantId: 'tnt_2' }),
    engine.proof('usr_ann2', { ...IN_1, receiptId: other.id }),
    engine.proof('usr_ann', { ...IN_1, receiptId: other.id }),
    engine.proof('usr_ann2', { tenantId: 'tnt_2', receiptId: receipt.id }),
  ]
  // Nothing is said of the user: Bob is there, and has not been deleted.
  const message = 'The ledger has no such receipt of this user.'
  for (const proof of asked) {
    await assert.rejects(proof, { code: 'resource_not_found', message, details: {} })
  }
})

test('the page stands alone: no script, no resource, a language, headings and table headers', async () => {
  const { engine } = await deletedAnn()
  const { html } = await engine.proof('usr_ann', IN_1)
  assert.match(html, /^<!doctype html>\n<html lang="en">/)
  assert.doesNotMatch(html, /<script|javascript:|https?:|src=|href=|@import|url\(|\son\w+=/i)
  assert.equal(html.match(/<h1>/g)?.length, 1)
  for (const table of html.match(/<table>.*?<\/table>/gs) ?? []) {
    assert.match(table, /<caption>[^<]+<\/caption>/)
    assert.match(table, /<th scope="col"/)
    assert.match(table, /<th scope="row"/)
  }
})

const CONTROLS = /[\p{Cc}\u{200e}\u{200f}\u{202a}-\u{202e}\u{2066}-\u{2069}]/u

const hostile = fc.oneof(
  fc.constantFrom(
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    '</style></title><b>',
    '&lt;b&gt; &amp;amp;',
    '<!-- -->',
    'a\u{202e}b',
    '\u{1}\u{7f}',
  ),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }),
)

test('whatever names and reasons hold, the page has the same markup and shows them', async () => {
  const base = await deletedAnn()
  const { document } = await base.engine.proof('usr_ann', IN_1)
  const withTexts = (name: string): typeof document => ({
    ...document,
    request: {
      ...document.request,
      subject: name,
      userId: name,
      requestedBy: name,
      tenantId: name,
    },
    policy: { ...document.policy, name },
    done: [{ table: name, action: 'anonymize', rows: 1, reasons: [name], identity: ['removed'] }],
    retained: document.retained
      .slice(0, 1)
      .map((kept) => ({ ...kept, table: name, reason: name, until: name })),
    external: [{ table: name, rows: null, reasons: [name] }],
    erasers: [{ name, status: 'failed', removed: 0, retained: [{ count: 1, reason: name }] }],
    nothingFound: [name],
    erasure: { atCommit: name, later: [] },
  })
  const markupOf = (page: string): string =>
    page
      .replaceAll('<wbr>', '')
      .replace(/>[^<]*/g, '>')
      .replace(/datetime="[^"]*"/g, '')
  const plain = markupOf(proofPage(withTexts('plain')))
  fc.assert(
    fc.property(hostile, (name) => {
      const page = proofPage(withTexts(name))
      assert.equal(markupOf(page), plain)
      assert.doesNotMatch(page.replaceAll('\n', ''), CONTROLS)
      if (!CONTROLS.test(name) && !/\s/.test(name)) assert.ok(textOf(page).includes(name))
    }),
    { numRuns: 500, seed: 20260301 },
  )
})

test('numeric ids, external tables and a user row that stays are shown', async () => {
  const db = new Database(':memory:')
  db.exec(`CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);
    CREATE TABLE crm (id INTEGER PRIMARY KEY, user_id INTEGER);
    INSERT INTO users VALUES (7, 'g@example.com'); INSERT INTO crm VALUES (1, 7), (2, 7);`)
  const policy = definePolicy({
    name: 'tomb',
    version: 2,
    user: { table: 'users', id: 'id', action: 'anonymize', reason: 'keys', set: { email: null } },
    tables: {
      crm: { match: 'user_id', action: 'external', reason: 'cleaned by the CRM eraser' },
    },
  })
  const engine = new UserDeletionEngine({ store: sqliteStore(db), policy, clock: fixedClock() })
  await engine.migrate()
  await engine.delete(7, {})
  const { document, html } = await engine.proof(7, {})
  assert.deepEqual(document.external, [
    { table: 'crm', rows: 2, reasons: ['cleaned by the CRM eraser'] },
  ])
  assert.deepEqual(document.done, [
    { table: 'users', action: 'anonymize', rows: 1, reasons: ['keys'], identity: ['kept_id'] },
  ])
  assert.match(textOf(html), /crm 2 cleaned by the CRM eraser/)
  assert.ok(document.notClaimed.some(({ about }) => about === 'external_tables'))
})
