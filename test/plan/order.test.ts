import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import Database from 'better-sqlite3'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import {
  definePolicy,
  type EngineOptions,
  type PolicyInput,
  UserDeletionEngine,
} from '../../src/index.ts'

type Tables = PolicyInput['tables']

const SQL = `
  CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT);
  CREATE TABLE notes (id TEXT PRIMARY KEY, owner TEXT, signed_by TEXT, title TEXT, body TEXT, kind TEXT, doc TEXT);
  INSERT INTO users VALUES ('ann', 'ann@x.example'), ('bob', 'bob@x.example');`

const policyOf = (tables: Tables, version = 1) =>
  definePolicy({
    ...{ name: 'p', version, tables },
    user: { table: 'users', id: 'id', fields: { email: 'email' }, ghost: { id: 'ghost' } },
  })

function open(tables: Tables, schemaCheck: EngineOptions['schemaCheck'] = {}) {
  const db = new Database(':memory:')
  db.exec(SQL)
  const options = { store: sqliteStore(db), logger: { warn: () => {} }, schemaCheck }
  return { db, engine: new UserDeletionEngine({ ...options, policy: policyOf(tables) }) }
}

async function toldOf(tables: Tables, schemaCheck?: EngineOptions['schemaCheck']) {
  const { db, engine } = open(tables, schemaCheck)
  await engine.migrate()
  // As `migrate()` leaves it where version 0.1.0 was at work.
  db.exec("INSERT INTO user_deletion_marks VALUES ('earlier_layout', '0.1.0')")
  const { findings, fits } = await engine.checkSchema()
  assert.equal(fits, true)
  return findings
    .filter(({ code }) => code === 'rule_order')
    .map(({ severity, path }) => `${severity} ${path}`)
}

const owned = { match: 'owner' } as const
const signed = { match: 'signed_by' } as const
const reason = 'a law'

describe('a policy whose meaning has changed with the order of rules', () => {
  const changed: readonly (readonly [string, Tables['']])[] = [
    [
      'deletes and detaches',
      [
        { ...owned, action: 'delete' },
        { ...signed, action: 'detach' },
      ],
    ],
    [
      'keeps rows that grant access',
      [
        { ...owned, action: 'delete', grantsAccess: true },
        { ...signed, action: 'retain', reason },
      ],
    ],
    [
      'keeps them by an order of its own',
      {
        rules: [
          { ...owned, action: 'delete', grantsAccess: true },
          { ...signed, action: 'detach' },
        ],
        precedence: ['detach', 'delete'],
      },
    ],
    [
      'keeps a row by one rule and blanks it by another',
      [
        { ...owned, action: 'retain', reason },
        { ...signed, action: 'anonymize', reason, set: { body: null } },
      ],
    ],
  ]
  for (const [what, notes] of changed) {
    it(`is reported where a table ${what}`, async () => {
      assert.deepEqual(await toldOf({ notes: notes ?? 'unrelated' }), ['warning tables.notes'])
      const accept = [{ code: 'rule_order', table: 'notes' }] as const
      const known = await toldOf({ notes: notes ?? 'unrelated' }, { accept })
      assert.deepEqual(known, ['accepted tables.notes'])
    })
  }

  const same: readonly (readonly [string, Tables['']])[] = [
    [
      'writes its order down',
      {
        rules: [
          { ...owned, action: 'delete' },
          { ...signed, action: 'detach' },
        ],
        precedence: ['delete', 'detach'],
      },
    ],
    [
      'tells its rules apart',
      [
        { ...owned, where: { kind: 'a' }, action: 'delete' },
        { ...signed, where: { kind: ['b', null] }, action: 'detach' },
      ],
    ],
    [
      'keeps and deletes',
      [
        { ...owned, action: 'delete' },
        { ...signed, action: 'retain', reason },
      ],
    ],
    [
      'blanks by the weaker rule what the stronger one blanks',
      [
        { ...owned, action: 'retain', reason, set: { body: null, title: null } },
        { ...signed, action: 'anonymize', reason, set: { body: 'blank' } },
      ],
    ],
    [
      'has rules of one action',
      [
        { ...owned, action: 'anonymize', reason, set: { body: null } },
        { ...signed, action: 'anonymize', reason, set: { title: null } },
      ],
    ],
  ]
  for (const [what, notes] of same) {
    it(`is not reported where a table ${what}`, async () => {
      assert.deepEqual(await toldOf({ notes: notes ?? 'unrelated' }), [])
    })
  }
})

describe('two rules of equal strength that want different values in one place', () => {
  const both = (a: object, b: object) =>
    [
      { ...owned, action: 'anonymize', reason, ...a },
      { ...signed, action: 'anonymize', reason, ...b },
    ] as never
  const kept = { action: 'retain', reason, for: 'P30D', then: 'anonymize' } as const

  const refused: readonly (readonly [string, Tables[''], string])[] = [
    [
      'two texts',
      both({ set: { title: 'a' } }, { set: { title: 'b' } }),
      'tables.notes[1].set.title',
    ],
    [
      'a text and a pseudonym',
      both({ set: { title: null } }, { set: { title: { pseudonym: { user: 'id' } } } }),
      'tables.notes[1].set.title',
    ],
    [
      'a document, and less of the one that is there',
      both({ set: { doc: '{"a":1}' } }, { set: { doc: { scrub: ['a'] } } }),
      'tables.notes[1].set.doc',
    ],
    [
      'null and the ghost',
      [
        { ...owned, action: 'detach' },
        { ...owned, where: { kind: 'a' }, action: 'detach', to: 'ghost' },
      ],
      'tables.notes[1].to',
    ],
    [
      'two texts at the end of a retention',
      [
        { ...owned, ...kept, thenSet: { title: 'a' } },
        { ...owned, ...kept, where: { kind: 'a' }, thenSet: { title: null } },
      ],
      'tables.notes[1].thenSet.title',
    ],
  ]
  for (const [what, notes, path] of refused) {
    it(`is refused: ${what}`, () => {
      assert.throws(() => policyOf({ notes: notes ?? 'unrelated' }), {
        code: 'invalid_policy',
        details: { path },
      })
    })
  }

  const accepted: readonly (readonly [string, Tables['']])[] = [
    ['the same value', both({ set: { title: null } }, { set: { title: null, body: null } })],
    ['parts, and nothing', both({ set: { doc: null } }, { set: { doc: { scrub: ['a'] } } })],
    [
      'rows that differ in a column',
      both(
        { where: { kind: 'a' }, set: { title: 'a' } },
        { where: { kind: ['b', null] }, set: { title: 'b' } },
      ),
    ],
    [
      'one column behind different texts',
      [
        {
          match: { column: 'owner', prefix: 'user:' },
          action: 'anonymize',
          reason,
          set: { title: 'a' },
        },
        {
          match: { column: 'owner', prefix: 'team:' },
          action: 'anonymize',
          reason,
          set: { title: 'b' },
        },
      ],
    ],
  ]
  for (const [what, notes] of accepted) {
    it(`is none: ${what}`, () => {
      assert.ok(policyOf({ notes: notes ?? 'unrelated' }))
    })
  }

  it('is one where a column may take the values for the same', () => {
    for (const [a, b] of [
      ['a', 'A'],
      ['1', 1],
      ['a', 'a '],
      [true, 1],
    ] as const) {
      const notes = both(
        { where: { kind: a }, set: { title: 'a' } },
        { where: { kind: b }, set: { title: 'b' } },
      )
      assert.throws(() => policyOf({ notes }), { code: 'invalid_policy' })
    }
  })
})

test('rules that lead to a row through what they overwrite are done in chunks, and count as planned', async () => {
  const db = new Database(':memory:')
  db.exec(SQL)
  const insert = db.prepare("INSERT INTO notes VALUES (?, ?, NULL, ?, 'b', NULL, NULL)")
  for (let row = 0; row < 25; row += 1) {
    insert.run(`n${row}`, row % 3 === 0 ? 'bob' : 'ann', row % 2 === 0 ? 'ann@x.example' : 'x')
  }
  const set = { owner: null, title: null }
  const byMail = { column: 'title', equals: { user: 'email' } } as const
  const engine = new UserDeletionEngine({
    store: sqliteStore(db),
    policy: policyOf({
      notes: [
        { ...owned, action: 'anonymize', reason, set },
        { match: byMail, action: 'anonymize', reason, set },
      ],
    }),
    logger: { warn: () => {} },
    maxRowsPerTransaction: 3,
  })
  await engine.migrate()
  const plan = await engine.plan('ann', {})
  const receipt = await engine.delete('ann', {})
  assert.equal(receipt.way, 'journal')
  assert.deepEqual(
    receipt.steps.map(({ id, rows }) => [id, rows]),
    plan.steps.map(({ id, rows }) => [id, rows]),
  )
  const left = db.prepare("SELECT id FROM notes WHERE owner = 'ann' OR title LIKE 'ann%'").all()
  assert.deepEqual(left, [])
  const others = db
    .prepare("SELECT count(*) FROM notes WHERE owner = 'bob' AND title = 'x'")
    .pluck()
  assert.equal(others.get(), 4)
})
