/** What a policy may reserve, and what it takes to do so. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { memoryStore } from '../../adapters/memory/index.ts'
import { definePolicy, type PolicyInput, UserDeletionEngine } from '../../src/index.ts'

const RESERVE = 'a reserve key for tests'

function policyWith(reserve: object) {
  return definePolicy({
    ...{ name: 'reserving', version: 1, tables: {} },
    user: {
      ...{ table: 'users', id: 'id', fields: { email: 'email', name: 'name' } },
      reserve: reserve as { readonly email: 'P1Y' },
    },
  })
}

function engineWith(keys: object, policy = policyWith({ email: 'P1Y' })) {
  const store = memoryStore({ data: { users: [{ id: 'ann', email: 'ann@example.com' }] } })
  return new UserDeletionEngine({ store, policy, keys, logger: { warn() {} } })
}

function refusedAt(reserve: object): unknown {
  try {
    return policyWith(reserve)
  } catch (error) {
    return (error as { readonly details: { readonly path: unknown } }).details.path
  }
}

describe('what a policy reserves', () => {
  it('is refused for what is no field, no term, or nothing', () => {
    assert.equal(refusedAt({ phone: 'P1Y' }), 'user.reserve.phone')
    assert.equal(refusedAt({ id: 'P1Y' }), 'user.reserve.id')
    assert.equal(refusedAt({ email: 'a year' }), 'user.reserve.email')
    assert.equal(refusedAt({ email: 'P0D' }), 'user.reserve.email')
    assert.equal(refusedAt({ email: 12 }), 'user.reserve.email')
    assert.equal(refusedAt({ email: { for: 'a year' } }), 'user.reserve.email.for')
    assert.equal(refusedAt({ email: { ignoreCase: true } }), 'user.reserve.email.for')
    assert.equal(
      refusedAt({ email: { for: 'P1Y', ignoreCase: false } }),
      'user.reserve.email.ignoreCase',
    )
    assert.equal(refusedAt({ email: { for: 'P1Y', until: 'P1Y' } }), 'user.reserve.email.until')
    assert.equal(refusedAt({}), 'user.reserve')
    assert.doesNotThrow(() => policyWith({ email: 'P1Y to end of year', name: { for: 'P30D' } }))
  })

  it('needs a key, and no engine is made without it', () => {
    const refusal = (keys: object): unknown => {
      try {
        return engineWith(keys) && null
      } catch (error) {
        return (error as { readonly details: { readonly path: unknown } }).details.path
      }
    }
    assert.equal(refusal({}), 'keys.reserve')
    assert.equal(refusal({ pseudonym: 'another key for tests' }), 'keys.reserve')
    assert.equal(refusal({ reserve: 'short' }), 'keys.reserve')
    assert.equal(refusal({ reserve: RESERVE, oldReserve: ['short'] }), 'keys.oldReserve[0]')
    assert.equal(refusal({ reserve: RESERVE, oldReserve: [null] }), 'keys.oldReserve[0]')
    assert.equal(refusal({ oldReserve: [RESERVE] }), 'keys.reserve')
    assert.equal(refusal({ reserve: RESERVE, oldReserve: RESERVE }), 'keys.oldReserve')
    assert.equal(refusal({ reserve: RESERVE, oldReserve: ['an older key for tests'] }), null)
  })

  it('is asked about by its fields alone', async () => {
    const engine = engineWith({ reserve: RESERVE })
    const refused = { code: 'invalid_argument', details: { path: 'values' } }
    const ask = (values: unknown): Promise<boolean> => engine.isReserved(values as never)
    for (const values of [{ name: 'Ann' }, { id: 'ann' }, {}, null, 'ann@example.com', []]) {
      await assert.rejects(ask(values), refused)
    }
    const none: PolicyInput = {
      name: 'n',
      version: 1,
      user: { table: 'users', id: 'id' },
      tables: {},
    }
    const policy = definePolicy(none)
    const plain = new UserDeletionEngine({
      store: memoryStore({ data: { users: [] } }),
      policy,
      logger: { warn() {} },
    })
    await assert.rejects(plain.isReserved({ email: 'ann@example.com' }), refused)
  })

  it('is one in the spellings of a tenant that the users’ column takes for one', async () => {
    const column = (name: string, more: object = {}) =>
      ({ name, nullable: true, generated: false, ...more }) as const
    const users = {
      ...{
        name: 'users',
        kind: 'table' as const,
        primaryKey: ['id'],
        uniqueKeys: [],
        foreignKeys: [],
      },
      columns: [
        column('id'),
        column('tenant', { type: 'TEXT', collation: 'NOCASE' }),
        column('email'),
      ],
      triggers: [],
    } as const
    const data = {
      users: [
        { id: 'ann', tenant: 'Red', email: 'a@b' },
        { id: 'bob', tenant: 'red', email: 'c@d' },
      ],
    }
    const policy = definePolicy({
      ...{ name: 'spelt', version: 1, tables: {} },
      user: {
        ...{ table: 'users', id: 'id', tenant: 'tenant', fields: { email: 'email' } },
        reserve: { email: 'P1Y' },
      },
    })
    const store = memoryStore({ schema: [users], data })
    const keys = { reserve: RESERVE }
    const engine = new UserDeletionEngine({ store, policy, keys, logger: { warn() {} } })
    await engine.delete('ann', { tenantId: 'Red' })
    for (const tenantId of ['Red', 'red', 'RED']) {
      assert.equal(await engine.isReserved({ email: 'a@b' }, { tenantId }), true)
    }
    assert.equal(await engine.isReserved({ email: 'a@b' }, { tenantId: 'blue' }), false)
  })
})
