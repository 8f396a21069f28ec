/**
 * Clauses of the store contract: where the database holds something of one person.
 *
 * @module
 */
import assert from 'node:assert/strict'
import type { Trace, TracedForm, TracedPlace } from '../../../plan/trace/trace.ts'
import { base64Of, sha256 } from '../../../ports.ts'
import { ANN, BOB, contractData, type Row, TENANT_A, TENANT_B, TWIN } from '../data.ts'
import { type Clause, IN_A } from '../world.ts'

/** Has an id and an address that prove something by themselves. */
const EVE = 'usr_eve_2f8d1'
const HERS = 'Eve.Stone@example.com'

/** Has no rows; somebody else has written about her. */
const IVY = 'usr_ivy_77aa1'
const IVYS = 'ivy@example.com'

/** Every form of a value, and what only looks like it. */
const FORMS: readonly (readonly [TracedForm, string])[] = [
  ['plain', HERS],
  ['case_folded', HERS.toUpperCase()],
  ['case_folded', HERS.toLowerCase()],
  ['url_encoded', encodeURIComponent(HERS)],
  ['base64', base64Of(HERS)],
  ['base64', base64Of(`key ${HERS.toLowerCase()}`)],
  ['sha256', sha256(HERS)],
  ['sha256', sha256(HERS.toLowerCase())],
  ['plain', EVE],
  ['case_folded', EVE.toUpperCase()],
  ['base64', base64Of(EVE)],
  ['sha256', sha256(EVE)],
]
const OTHERS = [
  `x${HERS}`,
  `an.${HERS}`,
  `${HERS}.au`,
  `${EVE}9`,
  `x${EVE}`,
  encodeURIComponent(`x${HERS}`),
  base64Of(`${HERS}.au`),
  base64Of(`${EVE}9`),
  sha256(`${HERS} `),
  `${sha256(EVE)}0`,
]

/** The contract's rows, and those of Eve; the forms stand in rows of others. */
export function traceData(): Record<string, Row[]> {
  const data = contractData()
  const add = (table: string, ...rows: readonly Row[]): void => {
    data[table] = [...(data[table] ?? []), ...rows]
  }
  add('users', { id: EVE, tenant_id: TENANT_A, email: HERS, name: 'Eve', status: 'active' })
  add('users', { id: IVY, tenant_id: TENANT_A, email: IVYS, name: 'Ivy', status: 'active' })
  add('comments', {
    ...{ id: 'com_about_ivy', author_id: TWIN, pinned_by: null },
    body: `ask ${IVYS}`,
  })
  add('sessions', { id: 'ses_of_eve', user_id: EVE, ip: '5.5.5.5' })
  add('posts', { id: 'post_of_eve', author_id: EVE, title: 'kept' })
  add('invoices', { id: 'bill_of_eve', user_id: EVE, amount: 7 })
  for (const [place, [, text]] of FORMS.entries()) {
    add('comments', {
      ...{ id: `com_form_${place}`, author_id: BOB, pinned_by: null },
      body: `see <${text}>, please`,
    })
    add('webhook_events', {
      id: `hook_form_${place}`,
      data: { user: { id: BOB }, list: [{ of: ['x', { deep: text }] }], [text]: 1 },
    })
  }
  for (const [place, text] of OTHERS.entries()) {
    add('feedback', { id: `fb_other_${place}`, author: TWIN, text: `see <${text}>, please` })
  }
  return data
}

export function traceClauses(clause: Clause): void {
  clause('every form is found in texts and in documents, with its count', async ({ engine }) => {
    const trace = await engine.trace(EVE, IN_A)
    for (const [table, column, path] of [
      ['comments', 'body', null],
      ['webhook_events', 'data', 'list[].of[].deep'],
      ['webhook_events', 'data', '*'],
    ] as const) {
      const place = placeIn(trace, table, column, path)
      assert.equal(place.rows, FORMS.length)
      assert.deepEqual(formsIn(place), formsOf(FORMS))
      assert.equal(place.unexplained, FORMS.length)
    }
    assert.equal(trace.status, 'unexplained')
  })

  clause('what only looks like an identifier is not named', async ({ engine }) => {
    const trace = await engine.trace(EVE, IN_A)
    assert.deepEqual(
      trace.places.filter(({ table }) => table === 'feedback'),
      [],
    )
    const named = [...new Set(trace.places.map(({ table }) => table))].sort()
    const wanted = ['comments', 'invoices', 'posts', 'sessions', 'users', 'webhook_events']
    assert.deepEqual(named, wanted)
  })

  clause(
    'each place names the rule that covers it, and whether the rule keeps it',
    async (world) => {
      const trace = await world.engine.trace(EVE, IN_A)
      const covered = (table: string, column: string): unknown =>
        placeIn(trace, table, column, null).rules.map(({ rule, action, keeps, rows }) => [
          ...[rule, action, keeps, rows],
        ])
      assert.deepEqual(covered('sessions', 'user_id'), [['sessions#0', 'delete', false, 1]])
      assert.deepEqual(covered('posts', 'author_id'), [['posts#0', 'detach', false, 1]])
      assert.deepEqual(covered('invoices', 'user_id'), [['invoices#0', 'retain', true, 1]])
      assert.deepEqual(covered('users', 'id'), [['user', 'delete', false, 1]])
      assert.deepEqual(covered('users', 'email'), [['user', 'delete', false, 1]])
    },
  )

  clause('a short id counts where a rule, a key or a name says so', async ({ engine }) => {
    const trace = await engine.trace(ANN, IN_A)
    assert.equal(trace.identifiers.find(({ name }) => name === 'id')?.proves, 'named')
    const places = new Set(
      trace.places
        .filter(({ found }) => found.some(({ identifier }) => identifier === 'id'))
        .map(({ table, column, path }) => `${table}.${column}${path === null ? '' : ` ${path}`}`),
    )
    for (const place of [
      ...['sessions.user_id', 'posts.author_id', 'groups.members []', 'settings.key'],
      ...['webhook_events.data user.id', 'rooms.members [].user.id', 'audit_log.actor_id'],
    ]) {
      assert.ok(places.has(place), place)
    }
    for (const place of ['countries.code', 'settings.value', 'posts.id', 'sessions.id']) {
      assert.ok(!places.has(place), place)
    }
  })

  clause(
    'rows of other tenants are told of, and what their users hold is shared',
    async (world) => {
      const trace = await world.engine.trace(ANN, IN_A)
      const email = placeIn(trace, 'users', 'email', null)
      assert.deepEqual([email.rows, email.shared, email.unexplained], [2, 1, 0])
      assert.equal(trace.identifiers.find(({ name }) => name === 'email')?.shared, true)
      const actor = placeIn(trace, 'audit_log', 'actor_email', null)
      const entries = await world.rows('audit_log')
      const hers = entries.filter((row) => row['actor_email'] === 'ann@example.com')
      const ofTwin = hers.filter((row) => row['tenant_id'] === TENANT_B)
      assert.ok(ofTwin.length > 0)
      assert.deepEqual([actor.rows, actor.shared], [hers.length, ofTwin.length])
    },
  )

  clause(
    'after the deletion only what stays is left, and known tells what to look for',
    async (world) => {
      const { engine } = world
      await engine.deleteMany([BOB], IN_A)
      await engine.delete(EVE, IN_A).catch((error: unknown) => {
        // Her invoice keeps the row where foreign keys are enforced.
        assert.equal((error as { code?: unknown }).code, 'deletion_blocked')
      })
      const [row] = (await world.rows('users')).filter(({ id }) => id === EVE)
      const trace = await engine.trace(EVE, { ...IN_A, known: { email: HERS } })
      assert.equal(placeIn(trace, 'invoices', 'user_id', null).rules[0]?.keeps, true)
      const isGone = row === undefined
      const at = (table: string): number => trace.places.filter((one) => one.table === table).length
      assert.equal(at('sessions'), isGone ? 0 : 1)
      assert.equal(at('users'), isGone ? 0 : 2)
      // What was Bob's went with him, and the events of his are kept as they are.
      assert.equal(at('comments'), 0)
      assert.equal(placeIn(trace, 'webhook_events', 'data', 'list[].of[].deep').rows, FORMS.length)
    },
  )

  clause('a user of another tenant is not found', async ({ engine }) => {
    const other = engine.trace(EVE, { tenantId: TENANT_B })
    await assert.rejects(other, { code: 'resource_not_found' })
  })

  clause('somebody who never was here is found by what is known', async ({ engine }) => {
    const trace = await engine.trace('usr_nobody_at_all', {
      ...IN_A,
      known: { former: 'x@example.com', email: HERS },
    })
    assert.deepEqual(
      trace.identifiers.map(({ name }) => name),
      ['id', 'former', 'email'],
    )
    assert.equal(placeIn(trace, 'comments', 'body', null).rows, 8)
  })

  clause('it says nothing but names, forms and counts', async ({ engine }) => {
    const text = JSON.stringify(await engine.trace(EVE, IN_A)).toLowerCase()
    for (const [, form] of FORMS) assert.ok(!text.includes(form.toLowerCase()))
    assert.ok(!text.includes('bob@'))
  })

  clause(
    'a signal that is aborted ends it, and the rest is told as stopped',
    async ({ engine }) => {
      const stop = new AbortController()
      const tables: string[] = []
      const trace = await engine.trace(EVE, {
        ...IN_A,
        signal: stop.signal,
        onProgress({ table }) {
          tables.push(table)
          if (table !== 'users') stop.abort()
        },
      })
      assert.equal(trace.tables, 2)
      assert.equal(new Set(tables).size, 2)
      const stopped = trace.unread.filter(({ reason }) => reason === 'stopped')
      assert.ok(stopped.length > 10)
      assert.ok(!trace.places.some(({ table }) => stopped.some((one) => one.table === table)))
      assert.notEqual(trace.status, 'clean')
    },
  )

  clause('it writes nothing, and a listener that throws stops nothing', async (world) => {
    const before = await world.snapshot()
    const calls: number[] = []
    await world.engine.trace(EVE, {
      ...IN_A,
      onProgress({ rows }) {
        calls.push(rows)
        throw new Error('of the host')
      },
    })
    assert.deepEqual(
      calls,
      calls.toSorted((a, b) => a - b),
    )
    assert.ok(calls.length > 5)
    assert.deepEqual(await world.snapshot(), before)
  })

  clause('a deep verification tells of what no rule covers', async (world) => {
    const { engine } = world
    assert.equal((await engine.deleteMany([IVY], IN_A)).deleted, 1)
    const known = { email: IVYS }
    const plain = await engine.verify(IVY, { ...IN_A, known })
    assert.notEqual(plain.status, 'residue')
    assert.equal(plain.trace, undefined)
    const deep = await engine.verify(IVY, { ...IN_A, known, deep: true })
    assert.equal(deep.status, 'residue')
    assert.equal(deep.trace?.status, 'unexplained')
    const nobody = await engine.verify('usr_nobody_at_all', {
      ...IN_A,
      ...{ known: { email: 'nobody@example.com' }, deep: true },
    })
    assert.equal(nobody.trace?.status, 'clean')
    assert.equal(nobody.trace?.rows, deep.trace?.rows)
  })
}

function placeIn(trace: Trace, table: string, column: string, path: string | null): TracedPlace {
  const isMeant = (one: TracedPlace): boolean =>
    one.table === table && one.column === column && one.path === path
  return trace.places.find(isMeant) ?? assert.fail(`${table}.${column} ${path} was not found`)
}

function formsIn({ found }: TracedPlace): readonly string[] {
  return found.flatMap(({ form, rows }) => Array.from({ length: rows }, () => form)).sort()
}

function formsOf(forms: readonly (readonly [TracedForm, string])[]): readonly string[] {
  return forms.map(([form]) => form).sort()
}
