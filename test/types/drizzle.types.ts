// biome-ignore-all format: an expected error has to stand on the line below its comment.
/** Compiled by `npm run typecheck`: a policy for the tables of a Drizzle schema. */
import { relations } from 'drizzle-orm'
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { type DrizzleDatabase, definePolicy, type SnakeCaseDatabase } from '../../src/index.ts'

const users = sqliteTable('users', {
  id: text().primaryKey(),
  email: text('email_address').notNull(),
  status: text({ enum: ['active', 'disabled'] }).notNull().default('active'),
  settings: text({ mode: 'json' }).$type<{ theme: string }>().notNull(),
  admin: integer({ mode: 'boolean' }).notNull(),
  createdAt: integer({ mode: 'timestamp' }).notNull(),
})
const posts = sqliteTable('blog_posts', {
  id: integer().primaryKey(),
  authorId: text('author_id').notNull().references(() => users.id),
  editorId: text('editor_id'),
})
const ofUsers = relations(users, ({ many }) => ({ posts: many(posts) }))
export const schema = { users, posts, ofUsers }

const define = definePolicy<DrizzleDatabase<typeof schema>>()
const user = { table: 'users', id: 'id' } as const
const head = { name: 'n', version: 1, user } as const

define({
  ...head,
  user: {
    ...user, createdAt: 'createdAt', fields: { email: 'email_address' },
    status: { disabled: { status: 'disabled' } },
    action: 'anonymize', reason: 'r', set: { email_address: { randomToken: true }, settings: { scrub: ['theme'] }, admin: false, createdAt: 0 },
  },
  tables: {
    users: { match: { json: 'settings', path: 'invited.by' }, action: 'detach' },
    blog_posts: [{ match: 'author_id', action: 'delete' }, { match: 'editor_id', action: 'detach' }],
  },
})
// @ts-expect-error a table without a rule
define({ ...head, tables: {} })
// @ts-expect-error the name of the table in the code
define({ ...head, tables: { blog_posts: 'unrelated', posts: 'unrelated' } })
// @ts-expect-error relations are no table
define({ ...head, tables: { blog_posts: 'unrelated', ofUsers: 'unrelated' } })
// @ts-expect-error the name of the column in the code
define({ ...head, tables: { blog_posts: { match: 'authorId', action: 'delete' } } })
// @ts-expect-error a reference that cannot be cut
define({ ...head, tables: { blog_posts: { match: 'author_id', action: 'detach' } } })
// @ts-expect-error null for a column that cannot be null
define({ ...head, user: { ...user, action: 'anonymize', reason: 'r', set: { email_address: null } }, tables: { blog_posts: 'unrelated' } })
// @ts-expect-error a word that the column does not know
define({ ...head, user: { ...user, status: { disabled: { status: 'gone' } } }, tables: { blog_posts: 'unrelated' } })
// @ts-expect-error a number for a boolean
define({ ...head, user: { ...user, status: { disabled: { admin: 2 } } }, tables: { blog_posts: 'unrelated' } })

// With `casing: 'snake_case'`.
definePolicy<SnakeCaseDatabase<DrizzleDatabase<typeof schema>>>()({ ...head, user: { ...user, createdAt: 'created_at' }, tables: { blog_posts: { match: 'author_id', action: 'delete' } } })
