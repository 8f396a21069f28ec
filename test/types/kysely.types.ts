// biome-ignore-all format: an expected error has to stand on the line below its comment.
/** Compiled by `npm run typecheck`: a policy for a `Database` of Kysely, and each mistake that types must catch. */
import type { ColumnType, Generated, GeneratedAlways, JSONColumnType, Kysely } from 'kysely'
import { definePolicy, type SnakeCaseDatabase, type UserDeletionEngine } from '../../src/index.ts'

interface Database {
  tenants: { id: string; name: string }
  users: {
    id: string
    tenant_id: string
    email: string
    name: string | null
    status: Generated<'active' | 'disabled' | 'deleted'>
    disabled_at: ColumnType<Date, string | undefined, string> | null
    created_at: ColumnType<Date, string | undefined, never>
    logins: number
    full_text: GeneratedAlways<string>
    verified: boolean
  }
  sessions: { id: Generated<string>; user_id: string; tenant_id: string; attempts: number }
  session_hints: { id: Generated<number>; session_id: string; hint: string | null }
  posts: { id: number; author_id: string; editor_id: string | null; title: string }
  memberships: { org_id: string; user_id: string; tenant_id: string; role: 'owner' | 'member' }
  audit_log: {
    id: Generated<number>
    type: string
    actor_id: string | null
    resource_id: string | null
    metadata: JSONColumnType<{ email?: string; ids: string[] }>
    data: unknown
    at: ColumnType<Date, string, string>
    counted: bigint
    photo: Uint8Array | null
  }
  countries: { code: string }
  user_deletion_ledger: { seq: number }
}

const user = { table: 'users', id: 'id', tenant: 'tenant_id', fields: { email: 'email' } } as const
const head = { name: 'n', version: 1, user } as const
/** A rule for every table, so that each mistake below is the only one. */
const tables = {
  tenants: 'unrelated', sessions: { match: 'user_id', action: 'delete' }, session_hints: 'unrelated',
  posts: 'unrelated', memberships: 'unrelated', audit_log: 'unrelated', countries: 'unrelated',
} as const
const define = definePolicy<Database>()

const policy = define({
  name: 'acme',
  version: 1,
  user: {
    table: 'users', id: 'id', tenant: 'tenant_id', createdAt: 'created_at', fields: { email: 'email', id: 'id' },
    ghost: { id: 'usr_ghost' },
    status: { disabled: { status: 'disabled', disabled_at: '$at' }, active: { status: 'active', disabled_at: null, logins: '$atMs' } },
    action: 'anonymize', reason: 'foreign keys', set: { email: { pseudonym: { user: 'email' }, suffix: '@gone.invalid' }, name: null, verified: false, logins: 0 },
  },
  audit: { table: 'audit_log', entry: { type: '$action', actor_id: '$requestedBy', resource_id: null, at: '$at', metadata: '{}' } },
  tables: {
    tenants: 'unrelated',
    sessions: [
      { match: 'user_id', action: 'delete', grantsAccess: true, name: 'own' },
      { match: 'user_id', where: { attempts: [3, 4] }, action: 'retain', reason: 'r', for: 'P1D', then: 'delete', name: 'tried' },
    ],
    session_hints: { match: { column: 'session_id', through: { table: 'sessions', key: 'id', rule: 'own' } }, action: 'anonymize', reason: 'r', set: { hint: null } },
    posts: {
      rules: [{ match: 'author_id', action: 'detach', to: 'ghost' }, { match: 'editor_id', action: 'detach' }],
      precedence: ['block', 'retain', 'anonymize', 'detach', 'delete'],
    },
    memberships: { match: { column: 'user_id', equals: { user: 'email' }, ignoreCase: true }, tenant: 'tenant_id', where: { role: 'owner' }, action: 'delete' },
    audit_log: [
      { match: 'actor_id', where: { type: ['a', 'b'], at: '2026-01-01', counted: 1, data: true, resource_id: null }, action: 'anonymize', reason: 'r', set: { actor_id: { randomToken: true }, metadata: { scrub: ['email'] }, photo: null, data: 'any', counted: 1, at: '2026-01-01' } },
      { match: { json: 'metadata', path: 'any.path.at.all' }, action: 'anonymize', reason: 'r', set: { metadata: { pull: { user: 'id' }, path: 'ids' } } },
      { match: { array: 'data', element: 'user.id' }, action: 'delete' },
      { match: { json: 'type', path: 'text.may.be.json' }, action: 'detach' },
    ],
    countries: 'unrelated',
    users: { match: { column: 'name', equals: { user: 'email' } }, tenant: 'tenant_id', action: 'detach' },
  },
  tenant: {
    table: 'tenants', id: 'id',
    tables: { ...tables, sessions: { match: { column: 'user_id', through: { table: 'memberships', key: 'user_id' } }, action: 'delete' }, memberships: { match: 'tenant_id', action: 'delete' } },
  },
  checks: { sole: { table: 'memberships', match: 'user_id', within: 'org_id', where: { role: 'owner' }, effect: 'block', remedy: 'r' } },
})

/** Types stay literal: calls need a tenant because this very policy names a tenant column. */
export async function calls(engine: UserDeletionEngine<typeof policy>, host: Kysely<Database>): Promise<void> {
  await host.selectFrom('users').selectAll().execute()
  await engine.delete('usr_1', { tenantId: 'tnt_1' })
  // @ts-expect-error the policy names a tenant column
  await engine.delete('usr_1', {})
}

// The type of the database.
// @ts-expect-error no type of a database
definePolicy()({ ...head, tables })
// @ts-expect-error not a type of a database
definePolicy<string>()

// Tables.
// @ts-expect-error a table without a rule
define({ ...head, tables: { tenants: 'unrelated', sessions: 'unrelated', session_hints: 'unrelated', posts: 'unrelated', memberships: 'unrelated', audit_log: 'unrelated' } })
// @ts-expect-error a rule for a table that is not there
define({ ...head, tables: { ...tables, contries: 'unrelated' } })
// @ts-expect-error a rule for a table of the engine
define({ ...head, tables: { ...tables, user_deletion_ledger: 'unrelated' } })
// A table of the host whose name only begins like theirs needs a rule as any other.
type WithRequests = Database & { user_deletion_requests: { id: string; user_id: string } }
definePolicy<WithRequests>()({ ...head, tables: { ...tables, user_deletion_requests: { match: 'user_id', action: 'delete' } } })
// @ts-expect-error a table without a rule
definePolicy<WithRequests>()({ ...head, tables })

// Columns of the user.
// @ts-expect-error no such table
define({ name: 'n', version: 1, user: { table: 'user', id: 'id' }, tables })
// @ts-expect-error no such column
define({ name: 'n', version: 1, user: { table: 'users', id: 'user_id' }, tables })
// @ts-expect-error no such column
define({ name: 'n', version: 1, user: { table: 'users', id: 'id', tenant: 'tenant' }, tables })
// @ts-expect-error no such column
define({ name: 'n', version: 1, user: { table: 'users', id: 'id', createdAt: 'created' }, tables })
// @ts-expect-error no such column
define({ name: 'n', version: 1, user: { table: 'users', id: 'id', fields: { email: 'mail' } }, tables })
// @ts-expect-error the ghost's id is a number where ids are text
define({ name: 'n', version: 1, user: { table: 'users', id: 'id', ghost: { id: 1 } }, tables })
// @ts-expect-error a status column that is not there
define({ name: 'n', version: 1, user: { table: 'users', id: 'id', status: { disabled: { state: 'disabled' } } }, tables })
// @ts-expect-error a status that the column does not know
define({ name: 'n', version: 1, user: { table: 'users', id: 'id', status: { disabled: { status: 'blocked' } } }, tables })
// @ts-expect-error a status that is null where the column cannot be
define({ name: 'n', version: 1, user: { table: 'users', id: 'id', status: { disabled: { status: 'disabled' }, active: { status: null } } }, tables })
// @ts-expect-error text for a column of numbers
define({ name: 'n', version: 1, user: { table: 'users', id: 'id', status: { disabled: { logins: '$at' } } }, tables })
// @ts-expect-error null for a user whose address cannot be null
define({ name: 'n', version: 1, user: { table: 'users', id: 'id', action: 'anonymize', reason: 'r', set: { email: null } }, tables })
// @ts-expect-error a column that only the database writes
define({ name: 'n', version: 1, user: { table: 'users', id: 'id', action: 'anonymize', reason: 'r', set: { full_text: 'gone' } }, tables })

// Columns of rules.
// @ts-expect-error no such column
define({ ...head, tables: { ...tables, posts: { match: 'user_id', action: 'delete' } } })
// @ts-expect-error no such column
define({ ...head, tables: { ...tables, posts: { match: { column: 'user_id' }, action: 'delete' } } })
// @ts-expect-error no such column, in one of several rules
define({ ...head, tables: { ...tables, posts: [{ match: 'author_id', action: 'delete' }, { match: 'user_id', action: 'delete' }] } })
// @ts-expect-error no such column, in rules with an order of their own
define({ ...head, tables: { ...tables, posts: { rules: [{ match: 'user_id', action: 'delete' }], precedence: ['delete'] } } })
// @ts-expect-error no such column
define({ ...head, tables: { ...tables, posts: { match: { json: 'meta', path: 'a' }, action: 'delete' } } })
// @ts-expect-error numbers are no JSON
define({ ...head, tables: { ...tables, posts: { match: { json: 'id', path: 'a' }, action: 'delete' } } })
// @ts-expect-error nor is one of two words
define({ ...head, tables: { ...tables, memberships: { match: { array: 'role' }, action: 'delete' } } })
// @ts-expect-error nor are bytes
define({ ...head, tables: { ...tables, audit_log: { match: { array: 'photo' }, action: 'delete' } } })
// @ts-expect-error a side condition on a column that is not there
define({ ...head, tables: { ...tables, posts: { match: 'author_id', where: { kind: 'x' }, action: 'delete' } } })
// @ts-expect-error a side condition of another type
define({ ...head, tables: { ...tables, posts: { match: 'author_id', where: { title: 1 }, action: 'delete' } } })
// @ts-expect-error one of several values of another type
define({ ...head, tables: { ...tables, memberships: { match: 'user_id', where: { role: ['owner', 'admin'] }, action: 'delete' } } })
// @ts-expect-error null in a column that is never null
define({ ...head, tables: { ...tables, posts: { match: 'author_id', where: { title: null }, action: 'delete' } } })
// @ts-expect-error no such tenant column
define({ ...head, tables: { ...tables, sessions: { match: 'user_id', tenant: 'tenant', action: 'delete' } } })
// @ts-expect-error no such field of the user
define({ ...head, tables: { ...tables, sessions: { match: { column: 'user_id', equals: { user: 'phone' } }, acrossTenants: true, action: 'delete' } } })

// What rules write.
// @ts-expect-error no such column
define({ ...head, tables: { ...tables, posts: { match: 'author_id', action: 'anonymize', reason: 'r', set: { name: 'gone' } } } })
// @ts-expect-error null for a column that cannot be null
define({ ...head, tables: { ...tables, posts: { match: 'author_id', action: 'anonymize', reason: 'r', set: { title: null } } } })
// @ts-expect-error a constant of another type
define({ ...head, tables: { ...tables, posts: { match: 'author_id', action: 'anonymize', reason: 'r', set: { title: 0 } } } })
// @ts-expect-error a word that the column does not know
define({ ...head, tables: { ...tables, memberships: { match: 'user_id', action: 'anonymize', reason: 'r', set: { role: 'gone' } } } })
// @ts-expect-error a column without JSON is not scrubbed
define({ ...head, tables: { ...tables, sessions: { match: 'user_id', action: 'anonymize', reason: 'r', set: { attempts: { scrub: ['a'] } } } } })
// @ts-expect-error nor is anything pulled out of it
define({ ...head, tables: { ...tables, sessions: { match: 'user_id', action: 'anonymize', reason: 'r', set: { attempts: { pull: { user: 'id' } } } } } })
// @ts-expect-error a pseudonym is text
define({ ...head, tables: { ...tables, sessions: { match: 'user_id', action: 'anonymize', reason: 'r', set: { attempts: { pseudonym: { user: 'id' } } } } } })
// @ts-expect-error so is a token
define({ ...head, tables: { ...tables, sessions: { match: 'user_id', action: 'anonymize', reason: 'r', set: { attempts: { randomToken: true } } } } })
// @ts-expect-error no such field of the user
define({ ...head, tables: { ...tables, sessions: { match: 'user_id', action: 'anonymize', reason: 'r', set: { user_id: { pseudonym: { user: 'phone' } } } } } })
// @ts-expect-error null written to what is kept
define({ ...head, tables: { ...tables, posts: { match: 'author_id', action: 'retain', reason: 'r', set: { title: null } } } })
// @ts-expect-error null written when the retention ends
define({ ...head, tables: { ...tables, posts: { match: 'author_id', action: 'retain', reason: 'r', for: 'P1D', then: 'anonymize', thenSet: { title: null } } } })
// @ts-expect-error a reference that cannot be cut
define({ ...head, tables: { ...tables, posts: { match: 'author_id', action: 'detach' } } })
// @ts-expect-error a reference that cannot be cut, described at length
define({ ...head, tables: { ...tables, posts: { match: { column: 'author_id', form: 'string' }, action: 'detach' } } })

// Through other tables.
// @ts-expect-error no such table
define({ ...head, tables: { ...tables, session_hints: { match: { column: 'session_id', through: { table: 'session', key: 'id' } }, action: 'delete' } } })
// @ts-expect-error no such column of the other table
define({ ...head, tables: { ...tables, session_hints: { match: { column: 'session_id', through: { table: 'sessions', key: 'session_id' } }, action: 'delete' } } })
// @ts-expect-error a table that nothing ties to the user
define({ ...head, tables: { ...tables, session_hints: { match: { column: 'session_id', through: { table: 'countries', key: 'code' } }, action: 'delete' } } })
// @ts-expect-error the users' table, where it has no rule
define({ ...head, tables: { ...tables, session_hints: { match: { column: 'session_id', through: { table: 'users', key: 'id' } }, action: 'delete' } } })
// @ts-expect-error an external table without a match
define({ ...head, tables: { ...tables, posts: { action: 'external', reason: 'r' }, session_hints: { match: { column: 'session_id', through: { table: 'posts', key: 'title' } }, action: 'delete' } } })
// @ts-expect-error the rule itself
define({ ...head, tables: { ...tables, session_hints: { match: { column: 'session_id', through: { table: 'session_hints', key: 'hint' } }, action: 'delete' } } })
// @ts-expect-error no rule of that name
define({ ...head, tables: { ...tables, session_hints: { match: { column: 'session_id', through: { table: 'sessions', key: 'id', rule: 'own' } }, action: 'delete' } } })
// @ts-expect-error rules that treat rows differently, and none of them named
define({ ...head, tables: { ...tables, sessions: [{ match: 'user_id', action: 'delete', name: 'a' }, { match: 'user_id', action: 'block', name: 'b' }], session_hints: { match: { column: 'session_id', through: { table: 'sessions', key: 'id' } }, action: 'delete' } } })

// Audit entry and checks.
// @ts-expect-error no such table
define({ ...head, tables, audit: { table: 'audit', entry: { type: '$action' } } })
// @ts-expect-error no such column
define({ ...head, tables, audit: { table: 'audit_log', entry: { action: '$action' } } })
// @ts-expect-error null for a column that cannot be null
define({ ...head, tables, audit: { table: 'audit_log', entry: { type: null } } })
// @ts-expect-error a constant of another type
define({ ...head, tables, audit: { table: 'audit_log', entry: { type: 1 } } })
// @ts-expect-error no such table
define({ ...head, tables, checks: { sole: { table: 'members', match: 'user_id', within: 'org_id', effect: 'block', remedy: 'r' } } })
// @ts-expect-error no such column
define({ ...head, tables, checks: { sole: { table: 'memberships', match: 'member_id', within: 'org_id', effect: 'block', remedy: 'r' } } })
// @ts-expect-error no such column
define({ ...head, tables, checks: { sole: { table: 'memberships', match: 'user_id', within: 'org', effect: 'block', remedy: 'r' } } })
// @ts-expect-error a side condition that the column does not know
define({ ...head, tables, checks: { sole: { table: 'memberships', match: 'user_id', within: 'org_id', where: { role: 'boss' }, effect: 'block', remedy: 'r' } } })

// The tenant's own rows.
const { tenants: _tenants, countries, ...rest } = tables
define({ ...head, tables, tenant: { table: 'tenants', id: 'id', tables: { ...rest, countries, sessions: 'unrelated' } } })
// @ts-expect-error a table without a rule
define({ ...head, tables, tenant: { table: 'tenants', id: 'id', tables: { ...rest, sessions: 'unrelated' } } })
// @ts-expect-error no such table
define({ ...head, tables, tenant: { table: 'tenant', id: 'id', tables } })
// @ts-expect-error no such column
define({ ...head, tables, tenant: { table: 'tenants', id: 'tenant_id', tables } })
// @ts-expect-error no such column in a rule
define({ ...head, tables, tenant: { table: 'tenants', id: 'id', tables: { ...tables, posts: { match: 'tenant_id', action: 'delete' } } } })

// Mistakes that need no database are still found.
// @ts-expect-error anonymize without a reason
define({ ...head, tables: { ...tables, posts: { match: 'author_id', action: 'anonymize', set: { title: '' } } } })

// Names as the database spells them, where the host's types spell them otherwise.
interface CamelCase { appUsers: { userId: string; lastIP: string | null; sha256Hash: string } }
definePolicy<SnakeCaseDatabase<CamelCase>>()({ name: 'n', version: 1, user: { table: 'app_users', id: 'user_id', fields: { ip: 'last_ip', hash: 'sha256_hash' } }, tables: {} })
// @ts-expect-error the spelling of the types
definePolicy<SnakeCaseDatabase<CamelCase>>()({ name: 'n', version: 1, user: { table: 'app_users', id: 'userId' }, tables: {} })
