// biome-ignore-all format: an expected error has to stand on the line below its comment.
/** Compiled by `npm run typecheck`: a policy for the models of a Prisma schema. */
import { definePolicy, type PrismaDatabase } from '../../src/index.ts'

type JsonValue = string | number | boolean | null | { [key: string]: JsonValue } | JsonValue[]
interface Decimal { toFixed(): string }
type Role = 'OWNER' | 'MEMBER'

/** The shape of what `prisma generate` writes. */
interface TypeMap {
  meta: { modelProps: 'user' | 'membership' | 'post' }
  model: {
    User: { payload: { name: 'User'; objects: { posts: object[] }; scalars: { id: string; email: string; name: string | null; createdAt: Date; disabled: boolean }; composites: object }; operations: object }
    Membership: { payload: { name: 'Membership'; objects: { user: object }; scalars: { orgId: string; userId: string; role: Role; fee: Decimal; seats: bigint }; composites: object }; operations: object }
    Post: { payload: { name: 'Post'; objects: { author: object }; scalars: { id: number; authorId: string | null; meta: JsonValue; title: string }; composites: object }; operations: object }
  }
}

const user = { table: 'users', id: 'id', fields: { email: 'email' } } as const
const head = { name: 'n', version: 1, user } as const
const tables = { Membership: { match: 'userId', action: 'delete' }, Post: { match: 'authorId', action: 'detach' } } as const
const define = definePolicy<PrismaDatabase<TypeMap, { User: 'users' }>>()

define({
  ...head,
  user: { ...user, createdAt: 'createdAt', status: { disabled: { disabled: true } } },
  tables: {
    Membership: { match: 'userId', where: { role: ['OWNER', 'MEMBER'], seats: 1, fee: '1.5' }, action: 'delete' },
    Post: [
      { match: { json: 'meta', path: 'a.b' }, action: 'anonymize', reason: 'r', set: { meta: { scrub: ['a.b'] }, title: '' } },
      { match: 'authorId', action: 'detach' },
    ],
  },
})
// @ts-expect-error a model without a rule
define({ ...head, tables: { Post: tables.Post } })
// @ts-expect-error the name of the model, not of its table
define({ ...head, user: { table: 'User', id: 'id' }, tables })
// @ts-expect-error a relation is no column
define({ ...head, tables: { ...tables, Post: { match: 'author', action: 'delete' } } })
// @ts-expect-error a reference that cannot be cut
define({ ...head, tables: { ...tables, Membership: { match: 'userId', action: 'detach' } } })
// @ts-expect-error a word that is not in the enum
define({ ...head, tables: { ...tables, Membership: { match: 'userId', where: { role: 'BOSS' }, action: 'delete' } } })
// @ts-expect-error null for a column that cannot be null
define({ ...head, tables: { ...tables, Post: { match: 'authorId', action: 'anonymize', reason: 'r', set: { title: null } } } })
// @ts-expect-error a table for a model that is not there
definePolicy<PrismaDatabase<TypeMap, { Users: 'users' }>>()

// The models one by one.
interface User { id: string; email: string }
interface Session { id: string; userId: string }
const defineForTwo = definePolicy<PrismaDatabase<{ users: User; sessions: Session }>>()
defineForTwo({ ...head, tables: { sessions: { match: 'userId', action: 'delete' } } })
// @ts-expect-error no such column
defineForTwo({ ...head, tables: { sessions: { match: 'user_id', action: 'delete' } } })
