import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memoryStore } from '../../adapters/memory/index.ts'
import { definePolicy, lookupsOf, type PolicyInput, UserDeletionEngine } from '../../src/index.ts'
import { compilePolicy } from '../../src/plan/compile/compile-policy.ts'
import { orderSteps } from '../../src/plan/compile/order-steps.ts'
import type { DatabaseSchema, ForeignKey, TableSchema } from '../../src/program/schema.ts'

const user = { table: 'users', id: 'id', tenant: 'tenant_id', fields: { email: 'email' } }
const own = { match: 'user_id', action: 'delete' } as const

function define(tables: unknown, more: Record<string, unknown> = {}): PolicyInput {
  return definePolicy({ name: 'n', version: 1, user, tables, ...more } as unknown as PolicyInput)
}

const REFUSED: readonly (readonly [name: string, tables: unknown, path: string])[] = [
  [
    'detaching rows from an array',
    { a: { match: { array: 'x', through: { table: 'b', key: 'id' } }, action: 'detach' }, b: own },
    'tables.a.match.through',
  ],
  ['an unknown key', { a: { ...own, soft: true } }, 'tables.a.soft'],
  ['an unknown action', { a: { match: 'u', action: 'erase' } }, 'tables.a.action'],
  ['a missing match', { a: { action: 'delete' } }, 'tables.a.match'],
  [
    'a missing reason',
    { a: [own, { match: 'u', action: 'anonymize', set: { b: null } }] },
    'tables.a[1].reason',
  ],
  ['an empty reason', { a: { match: 'u', action: 'retain', reason: ' ' } }, 'tables.a.reason'],
  ['an empty list of rules', { a: [] }, 'tables.a'],
  ['a word that means nothing', { a: 'ignore' }, 'tables.a'],
  [
    'an anonymize that writes nothing',
    { a: { match: 'u', action: 'anonymize', reason: 'r', set: {} } },
    'tables.a.set',
  ],
  [
    'a duration that is none',
    { a: { match: 'u', action: 'retain', reason: 'r', for: '30 days', then: 'delete' } },
    'tables.a.for',
  ],
  [
    'an end with nothing after it',
    { a: { match: 'u', action: 'retain', reason: 'r', for: 'P30D' } },
    'tables.a.then',
  ],
  [
    'a field that the user has not',
    { a: { match: { column: 'p', equals: { user: 'phone' } }, tenant: 't', action: 'delete' } },
    'tables.a.match.equals.user',
  ],
  [
    'a match by e-mail without a tenant',
    { a: { match: { column: 'e', equals: { user: 'email' } }, action: 'delete' } },
    'tables.a.tenant',
  ],
  [
    'a ghost that is not declared',
    { a: { match: 'u', action: 'detach', to: 'ghost' } },
    'tables.a.to',
  ],
  ['deleting other users', { users: { match: 'parent', action: 'delete' } }, 'tables.users.action'],
  [
    'a table that is not named',
    { a: { match: { column: 'b', through: { table: 'b', key: 'id' } }, action: 'delete' } },
    'tables.a.match.through.table',
  ],
  [
    'an unrelated parent',
    {
      a: { match: { column: 'b', through: { table: 'b', key: 'id' } }, action: 'delete' },
      b: 'unrelated',
    },
    'tables.a.match.through',
  ],
  [
    'parents treated differently without saying which',
    {
      a: { match: { column: 'b', through: { table: 'b', key: 'id' } }, action: 'delete' },
      b: [own, { match: 'x', action: 'detach' }],
    },
    'tables.a.match.through.rule',
  ],
  [
    'a circle that never reaches the user',
    {
      a: { match: { column: 'b', through: { table: 'b', key: 'id' } }, action: 'delete' },
      b: { match: { column: 'a', through: { table: 'a', key: 'id' } }, action: 'delete' },
    },
    'tables.a.match.through',
  ],
  [
    'a precedence that leaves an action out',
    { a: { rules: [own], precedence: ['detach'] } },
    'tables.a.precedence',
  ],
  [
    'a path with an empty key',
    { a: { match: { json: 'd', path: 'a..b' }, action: 'delete' } },
    'tables.a.match.path',
  ],
  [
    'a form for a reference to another field',
    {
      a: {
        match: { column: 'k', form: 'string', equals: { user: 'email' } },
        tenant: 't',
        action: 'delete',
      },
    },
    'tables.a.match.form',
  ],
  [
    'a suffix behind the id',
    { a: { match: { column: 'k', suffix: '-user' }, action: 'delete' } },
    'tables.a.match.suffix',
  ],
  [
    'a form where the reference leads through rows',
    {
      a: [
        own,
        {
          match: { column: 'k', form: 'uuid', through: { table: 'b', key: 'id' } },
          action: 'delete',
        },
      ],
      b: own,
    },
    'tables.a[1].match.form',
  ],
  [
    'a prefix before what is no text',
    { a: { match: { column: 'k', form: 'objectId', prefix: 'user-' }, action: 'delete' } },
    'tables.a.match.prefix',
  ],
  [
    'an empty prefix',
    { a: { match: { column: 'k', prefix: '' }, action: 'delete' } },
    'tables.a.match.prefix',
  ],
  [
    'a form that does not exist',
    { a: { match: { array: 'k', form: 'binary' }, action: 'delete' } },
    'tables.a.match.form',
  ],
  [
    'an element of what is no array',
    { a: { match: { json: 'k', path: 'a', element: 'id' }, action: 'delete' } },
    'tables.a.match.element',
  ],
  [
    'an element with an empty key',
    { a: { match: { array: 'k', element: 'a..b' }, action: 'delete' } },
    'tables.a.match.element',
  ],
  [
    'a form of another field that is pulled',
    {
      a: {
        match: 'u',
        action: 'anonymize',
        reason: 'r',
        set: { members: { pull: { user: 'email' }, form: 'string' } },
      },
    },
    'tables.a.set.members.form',
  ],
  ['a match without a way', { a: { match: [], action: 'delete' } }, 'tables.a.match'],
  ['a way that is none', { a: { match: ['u', 7], action: 'delete' } }, 'tables.a.match[1]'],
  [
    'a field of the second way that the user does not have',
    { a: { match: ['u', { column: 'p', equals: { user: 'phone' } }], action: 'delete' } },
    'tables.a.match[1].equals.user',
  ],
  [
    'a second way by the address without a tenant',
    { a: { match: ['u', { column: 'e', equals: { user: 'email' } }], action: 'delete' } },
    'tables.a.tenant',
  ],
  [
    'a second way through a table that is not there',
    { a: { match: ['u', { column: 's', through: { table: 'b', key: 'id' } }], action: 'delete' } },
    'tables.a.match[1].through.table',
  ],
  [
    'a second way that leads back to the rule',
    {
      a: { match: ['u', { column: 's', through: { table: 'b', key: 'id' } }], action: 'delete' },
      b: { match: { column: 'a', through: { table: 'a', key: 'id' } }, action: 'delete' },
    },
    'tables.a.match[1].through',
  ],
  [
    'a second way within a text that is kept',
    {
      a: {
        match: ['u', { column: 't', inText: true, prefix: ',', suffix: ',' }],
        action: 'retain',
        reason: 'r',
      },
    },
    'tables.a.match[1].inText',
  ],
  [
    'an end at which rows of the second way are not found again',
    {
      a: {
        match: ['u', { column: 'e', equals: { user: 'email' } }],
        ...{ tenant: 't', action: 'retain', reason: 'r', for: 'P1Y', then: 'delete' },
      },
    },
    'tables.a.for',
  ],
  [
    'a reference that is cut in two ways at once',
    { a: { match: ['u', 'v'], action: 'detach' } },
    'tables.a.match',
  ],
  ['an empty list of values', { a: { ...own, where: { kind: [] } } }, 'tables.a.where.kind'],
]

describe('definePolicy', () => {
  for (const [name, tables, path] of REFUSED) {
    it(`refuses with the path to the mistake: ${name}`, () => {
      assert.throws(() => define(tables), { code: 'invalid_policy', details: { path } })
    })
  }

  it('names the circle', () => {
    const through = (table: string) => ({
      match: { column: 'x', through: { table, key: 'id' } },
      action: 'delete',
    })
    assert.throws(
      () => define({ a: through('b'), b: through('c'), c: through('a') }),
      /a -> b -> c/,
    )
  })

  it('checks a policy for a typed database at run time like any other', () => {
    const forDatabase = definePolicy<{ users: { id: string }; a: { user_id: string } }>()
    const input = {
      name: 'n',
      version: 1,
      user: { table: 'users', id: 'id' },
      tables: { a: own },
    } as const
    assert.deepEqual(forDatabase(input), definePolicy(input))
    assert.ok(Object.isFrozen(forDatabase(input).tables.a))
    const endless = { ...input, tables: { a: { ...own, action: 'retain', reason: ' ' } } } as const
    assert.throws(() => forDatabase(endless), { details: { path: 'tables.a.reason' } })
  })

  it('takes an argument that is undefined for a policy with a mistake', () => {
    assert.throws(() => definePolicy(undefined as unknown as PolicyInput), {
      code: 'invalid_policy',
    })
  })

  it('answers frozen plain data that survives JSON', () => {
    const policy = define({ a: own, b: 'unrelated' })
    assert.ok(Object.isFrozen(policy.tables['a']))
    assert.deepEqual(JSON.parse(JSON.stringify(policy)), policy)
  })

  it('refuses a type of id that does not exist, and a ghost that is not of the type', () => {
    const refused = (more: object, path: string): void =>
      assert.throws(() => define({}, { user: { ...user, ...more } }), {
        code: 'invalid_policy',
        details: { path },
      })
    refused({ idType: 'number' }, 'user.idType')
    refused({ idType: 'objectId', ghost: { id: 'ghost' } }, 'user.ghost.id')
    refused({ idType: 'objectId', ghost: { id: 'A'.repeat(24) } }, 'user.ghost.id')
  })

  it('refuses what is not plain data', () => {
    assert.throws(() => define({ a: { ...own, where: { x: () => 1 } } }), {
      code: 'invalid_policy',
    })
  })
})

describe('compilePolicy', () => {
  it('says how a reference writes the id, and nothing where it is as the user table holds it', () => {
    const target = (match: object) => {
      const [step] = compilePolicy(define({ a: { match, action: 'delete' } })).steps
      const target = step?.ways[0]?.target
      return target?.kind === 'user' ? target.form : undefined
    }
    assert.equal(target({ column: 'k' }), null)
    assert.deepEqual(target({ column: 'k', prefix: 'user-' }), { type: 'plain', prefix: 'user-' })
    assert.deepEqual(target({ column: 'k', form: 'string' }), { type: 'plain', prefix: '' })
    assert.deepEqual(target({ column: 'k', form: 'objectId' }), { type: 'object_id', prefix: '' })
    assert.deepEqual(target({ array: 'k', form: 'uuid' }), { type: 'uuid', prefix: '' })
  })

  it('makes one step of a rule, with a selector for each of its ways', () => {
    const match = ['u', { column: 'e', equals: { user: 'email' } }]
    const { steps } = compilePolicy(define({ a: { match, tenant: 't', action: 'delete' } }))
    const [step] = steps
    assert.equal(steps.length, 1)
    assert.deepEqual(
      step?.ways.map(({ locator, target, tenant }) => [
        locator.column,
        target.kind === 'user' ? [target.field, target.reach] : [],
        tenant,
      ]),
      [
        ['u', ['id', undefined], 't'],
        ['e', ['email', 'tenant'], 't'],
      ],
    )
  })

  it('says of kept rows that they name the user as long as one of the ways does', () => {
    const identityOf = (set: object) => {
      const rule = { match: ['u', 'v'], action: 'anonymize', reason: 'r', set }
      return compilePolicy(define({ a: rule })).steps[0]?.identity
    }
    assert.equal(identityOf({ u: null }), 'kept_id')
    assert.equal(identityOf({ u: null, v: { pseudonym: { user: 'id' } } }), 'keyed_hash')
    assert.equal(identityOf({ u: null, v: null }), 'removed')
  })

  it('takes the element that was matched out of an array', () => {
    const match = { array: 'doc', path: 'members', element: 'user.id', prefix: 'u:' }
    const [step] = compilePolicy(define({ a: { match, action: 'detach' } })).steps
    const place = { column: 'doc', path: ['members'], element: ['user', 'id'] }
    const form = { type: 'plain', prefix: 'u:' }
    assert.deepEqual(step?.ways[0]?.locator, { ...place, each: true })
    // Without a tenant's column, a user of another tenant may have the same id.
    assert.deepEqual(step?.set, [{ kind: 'pull', ...place, field: 'id', form, reach: 'all' }])
  })

  it("writes the ghost's id as the reference writes ids", () => {
    const ghostly = (match: unknown, more: object) => {
      const named = { ...user, ghost: { id: 7 }, ...more }
      const tables = { a: { match, action: 'detach', to: 'ghost' } }
      return compilePolicy(define(tables, { user: named })).steps[0]?.set
    }
    const column = 'k'
    const constant = { kind: 'constant', column }
    assert.deepEqual(ghostly(column, {}), [{ ...constant, value: 7 }])
    assert.deepEqual(ghostly({ column, prefix: 'u:' }, {}), [{ ...constant, value: 'u:7' }])
    assert.deepEqual(ghostly({ column, form: 'string' }, {}), [{ ...constant, value: '7' }])
    const hex = { idType: 'objectId', ghost: { id: '65f0c0ffee0000000000abcd' } }
    assert.deepEqual(ghostly(column, hex), [
      { ...constant, value: hex.ghost.id, idType: 'object_id' },
    ])
    assert.deepEqual(ghostly({ column, form: 'string' }, hex), [
      { ...constant, value: hex.ghost.id },
    ])
  })
})

function schemaOf(...tables: readonly (readonly [string, ...ForeignKey[]])[]): DatabaseSchema {
  return {
    foreignKeysEnforced: true,
    tables: tables.map(
      ([name, ...foreignKeys]): TableSchema => ({
        name,
        kind: 'table',
        columns: [
          { name: 'id', nullable: false, generated: false },
          { name: 'user_id', nullable: true, generated: false },
          { name: 'other', nullable: true, generated: false },
          { name: 'fixed', nullable: false, generated: false },
        ],
        primaryKey: ['id'],
        uniqueKeys: [],
        foreignKeys,
        triggers: [],
      }),
    ),
  }
}

function refers(column: string, table: string): ForeignKey {
  return { columns: [column], references: { table, columns: ['id'] }, onDelete: 'no_action' }
}

function order(tables: unknown, schema: DatabaseSchema | null = null): readonly string[] {
  return orderSteps(compilePolicy(define(tables)).steps, schema).map(({ id }) => id)
}

describe('lookupsOf', () => {
  it('lists each field by which rows are found once, and not the id of the users', () => {
    const member = {
      table: 'members',
      match: 'user_id',
      where: { role: 'owner' },
      within: 'org_id',
    }
    const sole = { ...member, effect: 'warn', remedy: 'Name another.' }
    const policy = define(
      {
        members: own,
        notes: [own, { ...own, where: { kind: 'draft' }, name: 'drafts' }],
        mails: { match: { json: 'data', path: 'user.id' }, action: 'delete' },
        rooms: { match: { array: 'seats', element: 'user' }, action: 'delete' },
        visits: {
          match: { column: 'member', through: { table: 'members', key: 'id' } },
          action: 'delete',
        },
        logs: {
          match: { column: 'line', inText: true, prefix: '(', suffix: ')' },
          action: 'delete',
        },
        users_of_other: { match: { column: 'id' }, action: 'delete' },
        countries: 'unrelated',
      },
      { checks: { sole } },
    )
    assert.deepEqual(
      lookupsOf(policy).map(({ table, column }) => `${table}.${column}`),
      [
        ...['members.user_id', 'notes.user_id', 'mails.data.user.id', 'rooms.seats.user'],
        ...['visits.member', 'users_of_other.id', 'members.org_id'],
      ],
    )
  })
})

describe('the order of steps', () => {
  it('puts rows reached through others ahead of them, three deep', () => {
    const through = (table: string) => ({
      match: { column: 'x', through: { table, key: 'id' } },
      action: 'delete',
    })
    assert.deepEqual(order({ a: own, b: through('a'), c: through('b'), d: through('c') }), [
      'd#0',
      'c#0',
      'b#0',
      'a#0',
    ])
  })

  it('cuts access first', () => {
    assert.deepEqual(order({ notes: own, sessions: { ...own, grantsAccess: true } }), [
      'sessions#0',
      'notes#0',
    ])
  })

  it('reads what a later step overwrites', () => {
    const scrub = { set: { meta: { scrub: ['email'] } }, action: 'anonymize', reason: 'r' }
    const byEmail = {
      match: { json: 'meta', path: 'email', equals: { user: 'email' } },
      tenant: 't',
      ...scrub,
    }
    assert.deepEqual(order({ log: [{ match: 'actor', ...scrub }, byEmail] }), ['log#1', 'log#0'])
  })

  it('empties children of enforced foreign keys ahead of their parents', () => {
    const schema = schemaOf(['a'], ['b', refers('other', 'a')])
    assert.deepEqual(order({ a: own, b: own }, schema), ['b#0', 'a#0'])
  })

  it('cuts a nullable reference that closes a cycle, or points into its own table', () => {
    const cycle = schemaOf(['a', refers('other', 'b')], ['b', refers('fixed', 'a')])
    assert.deepEqual(order({ a: own, b: own }, cycle), ['a#0/unlink:other', 'b#0', 'a#0'])
    assert.deepEqual(order({ a: own }, schemaOf(['a', refers('other', 'a')])), [
      'a#0/unlink:other',
      'a#0',
    ])
  })

  it('is refused, naming the cycle, when no reference can be cut', () => {
    const cycle = schemaOf(['a', refers('fixed', 'b')], ['b', refers('fixed', 'a')])
    assert.throws(() => order({ a: own, b: own }, cycle), /a#0 -> b#0 -> a#0|b#0 -> a#0 -> b#0/)
  })
})

describe('keys and blockers of an engine', () => {
  const policy = define({
    a: { match: 'u', action: 'anonymize', reason: 'r', set: { x: { pseudonym: { user: 'id' } } } },
  })

  it('are refused when a pseudonym has no key, or a short one', () => {
    const store = memoryStore()
    const open = (keys: object) => new UserDeletionEngine({ store, policy: policy as never, keys })
    assert.throws(() => open({}), { code: 'invalid_argument', details: { path: 'keys.pseudonym' } })
    assert.throws(() => open({ pseudonym: 'short' }), { details: { path: 'keys.pseudonym' } })
    open({ pseudonym: 'sixteen bytes or more' })
  })

  it('are refused when a declared blocker is incomplete', () => {
    const blockers = [{ name: 'x', table: 'a', match: 'u', within: 'g', effect: 'block' }] as never
    const keys = { pseudonym: 'sixteen bytes or more' }
    assert.throws(
      () =>
        new UserDeletionEngine({ store: memoryStore(), policy: policy as never, keys, blockers }),
      { details: { path: 'blockers[0].remedy' } },
    )
  })
})
