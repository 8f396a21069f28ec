// biome-ignore-all format: an expected error has to stand on the line below its comment.
/** Compiled by `npm run typecheck`: each expected error is a mistake that types must catch. */
import { Binary, ObjectId, UUID } from 'mongodb'
import { definePolicy, type UserDeletionEngine, undecided } from '../../src/index.ts'

const user = { table: 'users', id: 'id' } as const
const head = { name: 'n', version: 1, user } as const

// @ts-expect-error an action that does not exist
definePolicy({ ...head, tables: { a: { match: 'user_id', action: 'erase' } } })
// @ts-expect-error anonymize without a reason
definePolicy({ ...head, tables: { a: { match: 'user_id', action: 'anonymize', set: { b: null } } } })
// @ts-expect-error retain without a reason
definePolicy({ ...head, tables: { a: { match: 'user_id', action: 'retain' } } })
// @ts-expect-error external without a reason
definePolicy({ ...head, tables: { a: { action: 'external' } } })
// @ts-expect-error a retention with an end but nothing that follows
definePolicy({ ...head, tables: { a: { match: 'u', action: 'retain', reason: 'r', for: 'P1D' } } })
// @ts-expect-error a delete that also writes
definePolicy({ ...head, tables: { a: { match: 'u', action: 'delete', set: { b: null } } } })
// @ts-expect-error a match by a field and through a table at once
definePolicy({ ...head, tables: { a: { match: { column: 'c', equals: { user: 'id' }, through: { table: 'b', key: 'id' } }, action: 'delete' } } })
// @ts-expect-error ids are compared as they are
definePolicy({ ...head, tables: { a: { match: { column: 'c', ignoreCase: true }, action: 'delete' } } })
definePolicy({ ...head, tables: { a: { match: ['c', { column: 'd', prefix: 'u-' }], action: 'delete' } } })
// @ts-expect-error a second way that leads nowhere
definePolicy({ ...head, tables: { a: { match: ['c', { equals: { user: 'email' } }], action: 'delete' } } })
// @ts-expect-error each reference is cut by a rule of its own
definePolicy({ ...head, tables: { a: { match: ['c', 'd'], action: 'detach' } } })
// @ts-expect-error nobody has decided
definePolicy({ ...head, tables: { a: undecided('Do they go?', { match: 'c', action: 'delete' }) } })
// @ts-expect-error a word for "no user data" that does not exist
definePolicy({ ...head, tables: { a: 'ignore' } })
// @ts-expect-error access is granted by rows that go, not by rows that stay
definePolicy({ ...head, tables: { a: { match: 'u', action: 'retain', reason: 'r', grantsAccess: true } } })
// @ts-expect-error a tombstone without a reason
definePolicy({ ...head, user: { ...user, action: 'anonymize', set: { email: null } }, tables: {} })

// @ts-expect-error a type of id that does not exist
definePolicy({ ...head, user: { ...user, idType: 'integer' }, tables: {} })
// @ts-expect-error a form of what is no id
definePolicy({ ...head, tables: { a: { match: { column: 'c', form: 'string', equals: { user: 'email' } }, action: 'delete' } } })
definePolicy({ ...head, tables: { a: { match: { column: 'c', inText: true, prefix: '"', suffix: '"' }, action: 'delete' } } })
// @ts-expect-error a reference in a longer text without its end
definePolicy({ ...head, tables: { a: { match: { column: 'c', inText: true, prefix: '"' }, action: 'delete' } } })
// @ts-expect-error a reference in a longer text that leads through rows
definePolicy({ ...head, tables: { a: { match: { column: 'c', inText: true, prefix: '"', suffix: '"', through: { table: 'b', key: 'id' } }, action: 'delete' } } })
// @ts-expect-error a prefix where the reference leads through rows
definePolicy({ ...head, tables: { a: { match: { column: 'c', prefix: 'u-', through: { table: 'b', key: 'id' } }, action: 'delete' } } })
// @ts-expect-error a prefix before what is no text
definePolicy({ ...head, tables: { a: { match: { column: 'c', prefix: 'u-', form: 'objectId' }, action: 'delete' } } })
// @ts-expect-error an element of what is no array
definePolicy({ ...head, tables: { a: { match: { column: 'c', element: 'id' }, action: 'delete' } } })
// @ts-expect-error a form of another field that is pulled
definePolicy({ ...head, tables: { a: { match: 'u', action: 'anonymize', reason: 'r', set: { b: { pull: { user: 'email' }, form: 'string' } } } } })
definePolicy({
  ...head,
  user: { ...user, idType: 'objectId' },
  tables: {
    a: { match: { column: 'c', form: 'string', prefix: 'u-' }, action: 'delete' },
    b: { match: { json: 'c', path: 'p', form: 'uuid', equals: { user: 'id' } }, action: 'delete' },
    c: { match: { array: 'c', element: 'e', prefix: 'u-' }, action: 'anonymize', reason: 'r', set: { c: { pull: { user: 'id' }, element: 'e', prefix: 'u-' } } },
  },
})

// @ts-expect-error secrets are a list of columns
definePolicy({ ...head, user: { ...user, secret: 'password_hash' }, tables: {} })
definePolicy({ ...head, user: { ...user, secret: ['password_hash'] }, tables: { a: { match: 'u', action: 'delete', secret: ['token'] } } })
// @ts-expect-error a term that is no text
definePolicy({ ...head, user: { ...user, fields: { email: 'email' }, reserve: { email: 365 } }, tables: {} })
// @ts-expect-error a reservation without a term
definePolicy({ ...head, user: { ...user, fields: { email: 'email' }, reserve: { email: { ignoreCase: true } } }, tables: {} })
const withReserve = definePolicy({ ...head, user: { ...user, fields: { email: 'email', name: 'name' }, reserve: { email: { for: 'P1Y', ignoreCase: true } } }, tables: {} })
const withTenants = definePolicy({ ...head, user: { ...user, tenant: 'tenant_id' }, tables: {} })
const withoutTenants = definePolicy({ ...head, tables: {} })

export async function calls(
  tenanted: UserDeletionEngine<typeof withTenants>,
  plain: UserDeletionEngine<typeof withoutTenants>,
  reserving: UserDeletionEngine<typeof withReserve>,
): Promise<void> {
  await reserving.isReserved({ email: 'ann@example.com' })
  // @ts-expect-error the policy does not reserve names
  await reserving.isReserved({ name: 'Ann' })
  // @ts-expect-error the policy reserves nothing
  await plain.isReserved({ email: 'ann@example.com' })
  // @ts-expect-error an operator is no value
  await reserving.isReserved({ email: { $ne: null } })
  await tenanted.delete('usr_1', { tenantId: 'tnt_1' })
  // @ts-expect-error the policy names a tenant column
  await tenanted.delete('usr_1', {})
  await plain.delete('usr_1', {})
  // @ts-expect-error the policy names no tenant column
  await plain.delete('usr_1', { tenantId: 'tnt_1' })
  await plain.delete(new ObjectId(), {})
  await plain.deleteMany([new UUID(), new Binary(new Uint8Array(16), 4), 'text', 7n], {})
  await plain.deleteOwnAccount({ id: 'ses_1', userId: new ObjectId() }, { confirm: true })
  // @ts-expect-error not an id
  await plain.delete({ $ne: null }, {})
  // @ts-expect-error not a mode
  await plain.deleteMany(['usr_1'], { mode: 'fast' })
}
