// biome-ignore-all format: an expected error has to stand on the line below its comment.
/** Compiled by `npm run typecheck`: tables and columns of types that no query builder wrote. */
import { definePolicy } from '../../src/index.ts'

type Id = string & { readonly brand: 'Id' }
declare enum Plan { Free = 'free', Paid = 'paid' }
type Database = {
  users: {
    _id: Id
    profile: { name: string; address?: { street: string }; tags: string[]; born: Date | null }
    plan: Plan
    level: 1 | 2
    legacy: ReturnType<typeof JSON.parse> // any
    nickname?: string
  }
  'odd name': { 'user id': Id; data: string }
}

const user = { table: 'users', id: '_id' } as const
const head = { name: 'n', version: 1, user } as const
const tables = { 'odd name': 'unrelated' } as const
const define = definePolicy<Database>()

define({
  ...head,
  user: {
    ...user, ghost: { id: 'plain text for a branded id' }, fields: { name: 'profile.name', street: 'profile.address.street' },
    status: { disabled: { plan: 'free', level: 1, legacy: true } },
    action: 'anonymize', reason: 'r', set: { nickname: null, 'profile.name': '', 'profile.born': null, legacy: null },
  },
  tables: {
    'odd name': [
      { match: 'user id', action: 'delete' },
      { match: { array: 'data', path: 'a', element: 'b.c', equals: { user: 'street' } }, acrossTenants: true, action: 'delete' },
    ],
    users: { match: { array: 'profile.tags' }, where: { plan: ['free', 'paid'] }, action: 'detach' },
  },
})
define({ ...head, user: { ...user, fields: { name: 'profile.name' }, reserve: { name: 'P1Y' } }, tables })
define({ ...head, user: { ...user, secret: ['legacy', 'profile.address.street'] }, tables: { 'odd name': { match: 'user id', action: 'delete', secret: ['data'] } } })
// @ts-expect-error no such column to keep secret
define({ ...head, user: { ...user, secret: ['pasword'] }, tables })
// @ts-expect-error no such column to keep secret
define({ ...head, tables: { 'odd name': { match: 'user id', action: 'delete', secret: ['dta'] } } })
// @ts-expect-error not one of the fields
define({ ...head, user: { ...user, fields: { name: 'profile.name' }, reserve: { nick: 'P1Y' } }, tables })
// @ts-expect-error no such nested field
define({ ...head, user: { ...user, fields: { name: 'profile.nick' } }, tables })
// @ts-expect-error text has no fields
define({ ...head, user: { ...user, fields: { name: 'profile.name.length' } }, tables })
// @ts-expect-error null for a nested field that cannot be null
define({ ...head, user: { ...user, action: 'anonymize', reason: 'r', set: { 'profile.name': null } }, tables })
// @ts-expect-error a word that is not in the enum
define({ ...head, user: { ...user, status: { disabled: { plan: 'gone' } } }, tables })
// @ts-expect-error a number that is not in the list
define({ ...head, user: { ...user, status: { disabled: { level: 3 } } }, tables })
// @ts-expect-error a name that is known only at run time
define({ ...head, tables: { 'odd name': { match: String('user id'), action: 'delete' } } })
// @ts-expect-error names from a variable whose type is wider
define({ ...head, user: { table: 'users' as string, id: '_id' }, tables })

// Without a list of tables every name is right, and rows still have their columns.
const loose = definePolicy<Record<string, { user_id: string }>>()
loose({ name: 'n', version: 1, user: { table: 'users', id: 'user_id' }, tables: { any: { match: 'user_id', action: 'delete' } } })
// @ts-expect-error no such column
loose({ name: 'n', version: 1, user: { table: 'users', id: 'user_id' }, tables: { any: { match: 'id', action: 'delete' } } })
