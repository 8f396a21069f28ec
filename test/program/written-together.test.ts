import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import { definePolicy, type PolicyInput, UserDeletionEngine } from '../../src/index.ts'
import { compilePolicy } from '../../src/plan/compile/compile-policy.ts'
import { orderSteps } from '../../src/plan/compile/order-steps.ts'
import type { Step } from '../../src/program/program.ts'
import { groupSteps } from '../../src/program/written-together.ts'
import { fixedClock } from '../worlds/fixed-clock.ts'

type Rule = Readonly<Record<string, unknown>>

function policyOf(rules: readonly Rule[]): PolicyInput {
  const log = rules.map((rule) => ({ action: 'anonymize', reason: 'kept', ...rule }))
  return {
    name: 'log',
    version: 1,
    user: { table: 'users', id: 'id', tenant: 'tenant_id', fields: { email: 'email' } },
    tables: { log },
  } as unknown as PolicyInput
}

function stepsOf(rules: readonly Rule[]): readonly Step[] {
  // Their order is asked for also where `definePolicy` would want it said by the host.
  return orderSteps(compilePolicy(policyOf(rules)).steps, null)
}

/** The rules by their place in the policy, in the order and the groups in which they run. */
function groupsOf(rules: readonly Rule[]): readonly (readonly number[])[] {
  const steps = stepsOf(rules)
  return groupSteps(steps).map((group) =>
    group.steps.map((position) => steps[position]?.rule ?? -1),
  )
}

const everything = { match: 'actor', set: { ip: null } }
const signIns = { match: 'actor', where: { kind: 'sign-in' }, set: { note: null } }
const failures = { match: 'actor', where: { kind: ['failed', 'sign-in'] }, set: { ip: null } }

describe('the rules of a table that are written together', () => {
  it('find the user in the same place, and one of them under no condition that the others lack', () => {
    assert.deepEqual(groupsOf([everything, signIns]), [[0, 1]])
    assert.deepEqual(groupsOf([signIns, failures, everything]), [[0, 1, 2]])
    assert.deepEqual(groupsOf([signIns, failures]), [[0, 1]])
    const attempts = { ...failures, where: { kind: ['failed', 'locked'] } }
    assert.deepEqual(groupsOf([signIns, attempts]), [[0], [1]])
    assert.deepEqual(groupsOf([everything, { ...signIns, match: 'target' }]), [[0], [1]])
    assert.deepEqual(groupsOf([everything, { ...signIns, tenant: 'tenant' }]), [[0], [1]])
  })

  it('stand side by side, though others stood between them', () => {
    const other = { ...everything, match: 'target' }
    assert.deepEqual(groupsOf([signIns, other, everything]), [[0, 2], [1]])
  })

  it('wait for each other where one of them has to come late', () => {
    const byAddress = { match: { json: 'meta', path: 'email', equals: { user: 'email' } } }
    const inTenant = { ...byAddress, tenant: 'tenant', set: { ip: null } }
    const own = { ...signIns, set: { meta: { scrub: ['email'] } } }
    assert.deepEqual(groupsOf([everything, own, inTenant]), [[2], [0, 1]])
  })

  it('do not overtake a rule that writes something else in the same column', () => {
    const named = { match: 'actor', where: { kind: 'a' }, set: { ip: null } }
    const last = { match: 'actor', set: { note: 'second' } }
    const between = (set: Rule): Rule => ({ match: 'target', set })
    assert.deepEqual(groupsOf([named, between({ note: 'first' }), last]), [[0], [1], [2]])
    for (const set of [{ note: 'second' }, { meta: { scrub: ['note'] } }]) {
      assert.deepEqual(groupsOf([named, between(set), last]), [[0, 2], [1]])
    }
    const scrubbed = { match: 'actor', set: { note: { scrub: ['a'] } } }
    assert.deepEqual(groupsOf([named, between({ note: { scrub: ['a.b'] } }), scrubbed]), [
      [0, 2],
      [1],
    ])
    assert.deepEqual(groupsOf([named, between({ note: null }), scrubbed]), [[0], [1], [2]])
  })

  it('are no more than four', () => {
    const kinds = ['a', 'b', 'c', 'd'].map((kind) => ({ ...signIns, where: { kind } }))
    assert.deepEqual(groupsOf([everything, ...kinds]), [[0, 1, 2, 3], [4]])
  })

  it('leave their rows, with values that are the same for every user', () => {
    const gone = { match: 'actor', action: 'delete', where: { kind: 'draft' } }
    const hashed = { ...signIns, set: { note: { pseudonym: { user: 'id' } } } }
    const counted = { match: 'actor', action: 'retain', where: { kind: 'sign-in' } }
    for (const other of [gone, hashed, counted]) {
      const groups = groupSteps(
        stepsOf([everything, other]).map((step) => ({ ...step, except: [] })),
      )
      assert.deepEqual(
        groups.map(({ steps }) => steps.length),
        [1, 1],
      )
    }
  })

  it('do not write what one of them reads', () => {
    const forgotten = { match: 'actor', set: { kind: null } }
    const unnamed = { match: 'actor', set: { actor: null } }
    for (const other of [forgotten, unnamed]) {
      const steps = stepsOf([other, signIns]).map((step): Step => ({ ...step, except: [] }))
      assert.equal(groupSteps(steps).length, 2)
      assert.equal(groupSteps(steps.toReversed()).length, 2)
    }
  })
})

const SCHEMA = `
CREATE TABLE users (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, email TEXT);
CREATE TABLE log (id INTEGER PRIMARY KEY, actor TEXT, kind TEXT, area TEXT, ip TEXT, note TEXT, meta TEXT NOT NULL);
INSERT INTO users VALUES ('ann', 't', NULL), ('bob', 't', NULL), ('eve', 't', NULL);
`

const KINDS = ['a', 'b', null]
const actors = fc.constantFrom('ann', 'bob', 'eve')
const kinds = fc.constantFrom(...KINDS)
const metas = fc.constantFrom(
  '{"x":1,"y":{"z":2},"w":3}',
  '{"x":1}',
  '{}',
  'no JSON',
  '{"y":{"z":5}}',
)
const texts = fc.option(fc.constantFrom('kept', 'gone'), { nil: null })
const rowsOfLog = fc.array(fc.tuple(actors, kinds, kinds, texts, texts, metas), { maxLength: 30 })

const indexes = fc.constantFrom(
  '',
  'CREATE INDEX log_actor ON log (actor)',
  'CREATE INDEX log_actor ON log (actor, kind, area)',
  'CREATE INDEX log_actor ON log (actor) WHERE actor IS NOT NULL',
  "CREATE INDEX log_actor ON log (actor) WHERE kind = 'a'",
  'CREATE INDEX log_actor ON log (actor COLLATE NOCASE)',
)

const conditions = fc.subarray(KINDS, { minLength: 1 })
const written = fc.option(fc.constant('gone'), { nil: null })
const scrubbed = fc.subarray(['x', 'y.z', 'w'], { minLength: 1 })
const rules = fc
  .record(
    {
      where: fc.record({ kind: conditions, area: conditions }, { requiredKeys: [] }),
      ip: written,
      note: written,
      scrub: scrubbed,
    },
    { requiredKeys: [] },
  )
  .filter((rule) => 'ip' in rule || 'note' in rule || 'scrub' in rule)
  .map(({ where, scrub, ...columns }): Rule => {
    const meta = scrub === undefined ? {} : { meta: { scrub } }
    const some = where === undefined || Object.keys(where).length === 0 ? {} : { where }
    return { match: 'actor', ...some, set: { ...columns, ...meta } }
  })

/** Whether no two rules that may meet on a row want different values in one column. */
function agree(list: readonly Rule[]): boolean {
  try {
    definePolicy(policyOf(list) as never)
    return true
  } catch {
    return false
  }
}

type Row = Record<string, string | null>

/** What a rule leaves of a row of the user, on its own. */
function rewritten(row: Row, { where = {}, set }: Rule): Row {
  const isMeant = Object.entries(where as Record<string, unknown[]>).every(([column, values]) =>
    values.includes(row[column]),
  )
  if (!isMeant) return row
  const { meta, ...columns } = set as { meta?: { scrub: string[] } } & Row
  return {
    ...row,
    ...columns,
    ...(meta === undefined ? {} : { meta: scrub(row['meta'], meta.scrub) }),
  }
}

function scrub(text: string | null | undefined, paths: readonly string[]): string {
  if (!text?.startsWith('{')) return '{}'
  const value = JSON.parse(text)
  for (const path of paths) {
    if (path === 'y.z') delete value.y?.z
    else delete value[path]
  }
  return JSON.stringify(value)
}

describe('rules that are written together', () => {
  it('leave what they would leave one after the other, and count as many rows for each user', async () => {
    const seen = { grouped: 0, alone: 0 }
    const check = async (
      list: readonly Rule[],
      rows: readonly (readonly unknown[])[],
      index: string,
    ) => {
      fc.pre(agree(list))
      const db = new Database(':memory:')
      db.exec(SCHEMA)
      db.exec(index)
      const insert = db.prepare(
        'INSERT INTO log (actor, kind, area, ip, note, meta) VALUES (?, ?, ?, ?, ?, ?)',
      )
      for (const row of rows) insert.run(row)
      const read = (): Row[] => db.prepare('SELECT * FROM log ORDER BY id').all() as Row[]
      const before = read()
      const engine = new UserDeletionEngine({
        store: sqliteStore(db),
        policy: definePolicy(policyOf(list) as never),
        clock: fixedClock(),
        logger: { warn: () => {} },
      })
      await engine.migrate()
      const counts = new Map<unknown, unknown>()
      const result = await engine.deleteMany(['ann', 'bob'], {
        tenantId: 't',
        mode: 'throughput',
        onOutcome: (outcome) => {
          if (outcome.status !== 'deleted') return
          const steps = outcome.receipt.steps.map(({ id, rows: own }) => [id, own])
          counts.set(outcome.id, Object.fromEntries(steps))
        },
      })
      assert.equal(result.deleted, 2)

      const steps = stepsOf(list)
      const leaving = (row: Row): boolean => row['actor'] !== 'eve'
      const expected = before.map((row) =>
        leaving(row) ? steps.reduce((own, { rule }) => rewritten(own, list[rule] ?? {}), row) : row,
      )
      assert.deepEqual(read(), expected)
      for (const user of ['ann', 'bob']) {
        const own = before.filter(({ actor }) => actor === user)
        const matched = list.map((rule, place) => {
          const where = Object.entries((rule['where'] ?? {}) as Record<string, unknown[]>)
          return [
            `log#${place}`,
            own.filter((row) => where.every(([column, values]) => values.includes(row[column])))
              .length,
          ]
        })
        assert.deepEqual(counts.get(user), Object.fromEntries(matched))
      }
      seen[groupSteps(steps).length < steps.length ? 'grouped' : 'alone'] += 1
    }
    await fc.assert(
      fc.asyncProperty(fc.array(rules, { minLength: 2, maxLength: 5 }), rowsOfLog, indexes, check),
      { seed: 20_261_127, numRuns: 300, maxSkipsPerRun: 20 },
    )
    assert.ok(seen.grouped > 100, 'too few rules were written together')
  })

  it('go one after the other where a trigger acts on what the first one writes', async () => {
    const db = new Database(':memory:')
    db.exec(SCHEMA)
    db.exec(`INSERT INTO log VALUES (1, 'ann', 'a', NULL, '10.0.0.1', 'old', '{}');
      CREATE TRIGGER remember AFTER UPDATE OF ip ON log
        BEGIN UPDATE log SET note = OLD.ip WHERE id = NEW.id; END;`)
    const engine = new UserDeletionEngine({
      store: sqliteStore(db),
      policy: definePolicy(
        policyOf([
          { match: 'actor', set: { ip: null } },
          { match: 'actor', where: { kind: 'a' }, set: { note: null } },
        ]) as never,
      ),
      clock: fixedClock(),
      logger: { warn: () => {} },
    })
    await engine.migrate()
    await engine.delete('ann', { tenantId: 't' })
    assert.deepEqual(db.prepare('SELECT ip, note FROM log').get(), { ip: null, note: null })
  })

  it('leave residue where one of them does, on the rows that are its own', async () => {
    const list = [
      { match: 'actor', set: { meta: { scrub: ['x'] } } },
      { match: 'actor', where: { kind: 'a' }, set: { ip: null, meta: { scrub: ['w'] } } },
    ]
    // No path leads into an array that stands for the whole document.
    for (const [kind, meta, isLeft] of [
      ['a', '[{"w":1}]', true],
      ['b', '[{"w":1}]', false],
      ['b', '[{"x":1}]', true],
    ] as const) {
      const db = new Database(':memory:')
      db.exec(SCHEMA)
      db.prepare("INSERT INTO log (actor, kind, meta) VALUES ('ann', ?, ?)").run(kind, meta)
      const engine = new UserDeletionEngine({
        store: sqliteStore(db),
        policy: definePolicy(policyOf(list) as never),
        clock: fixedClock(),
        logger: { warn: () => {} },
      })
      await engine.migrate()
      const deleting = engine.delete('ann', { tenantId: 't' })
      if (isLeft) await assert.rejects(deleting, { code: 'residue_left' })
      else assert.equal((await deleting).residue, 0)
    }
  })
})
