/** A careful host with two tenants, on either store, and a store that can be made to fail. */
import Database from 'better-sqlite3'
import { memoryStore } from '../../../adapters/memory/index.ts'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { definePolicy, type TableSchema } from '../../../src/index.ts'
import type { Decision } from '../../../src/store/change.ts'
import type { Inquiry, Question } from '../../../src/store/inquiry.ts'
import { isQuestions, NO_ANSWERS } from '../../../src/store/run.ts'
import type { CommitOptions, Store } from '../../../src/store/store.ts'

export type Row = Readonly<Record<string, unknown>>

/** How the user row shows that somebody is disabled; `engine`: not at all, the engine's own table says it. */
export type Mapping = 'status' | 'status_and_instant' | 'engine'

export const TENANTS = ['tnt_a', 'tnt_b'] as const
export const HOST_TABLES = ['users', 'sessions', 'posts', 'invitations', 'audit_log'] as const

const STATUS = {
  status: { disabled: { status: 'disabled' }, active: { status: 'active' } },
  status_and_instant: { disabled: { status: 'disabled', disabled_at: '$at' } },
} as const

export function policyOf(mapping: Mapping) {
  return definePolicy({
    name: 'life-cycle',
    version: 1,
    user: {
      table: 'users',
      id: 'id',
      tenant: 'tenant_id',
      fields: { email: 'email' },
      ...(mapping === 'engine' ? {} : { status: STATUS[mapping] }),
    },
    tables: {
      sessions: {
        match: 'user_id',
        action: 'delete',
        grantsAccess: true,
        event: 'session.revoked',
      },
      posts: { match: 'author_id', action: 'delete' },
      invitations: {
        match: { column: 'email', equals: { user: 'email' } },
        tenant: 'tenant_id',
        action: 'delete',
      },
      audit_log: {
        match: 'actor_id',
        action: 'anonymize',
        reason: 'who did what, without the person',
        set: { actor_email: null },
      },
    },
  })
}

/** The host's database. Rows are read past the adapter's methods. */
export interface Host {
  readonly store: Store
  /** A store of its own over the same database, where there can be several. */
  openStore?(): Store
  insert(table: HostTable, row: Row): void | Promise<void>
  rows(table: HostTable): readonly Row[] | Promise<readonly Row[]>
  /** Writes a session if the user's row is active, as one transaction; whether it did. */
  signIn(userId: string, session: string): boolean | Promise<boolean>
  /** The host's own write of one user's columns. */
  writeUser(id: string, set: Readonly<Record<string, string | null>>): Promise<void>
  /** The host takes a user away by itself, past the engine. */
  takeAway(id: string): Promise<void>
  close(): void | Promise<void>
}

export type HostTable = (typeof HOST_TABLES)[number]

const COLUMNS: Readonly<Record<HostTable, readonly string[]>> = {
  users: ['id', 'tenant_id', 'email', 'status', 'disabled_at'],
  sessions: ['id', 'user_id'],
  posts: ['id', 'author_id'],
  invitations: ['id', 'tenant_id', 'email'],
  audit_log: ['id', 'actor_id', 'actor_email'],
}

export function openMemoryHost(): Host {
  const store = memoryStore({ schema: HOST_TABLES.map(schemaOf) })
  const write = async (id: string, set: Readonly<Record<string, string | null>>): Promise<void> => {
    store.update('users', { id }, set)
  }
  return {
    store,
    insert: (table, row) => store.insert(table, row),
    rows: (table) => store.rows(table),
    signIn: (userId, session) =>
      signInTo(store.rows('users'), userId, () =>
        store.insert('sessions', { id: session, user_id: userId }),
      ),
    writeUser: write,
    takeAway: (id) => write(id, { tenant_id: 'tnt_elsewhere' }),
    close: () => {},
  }
}

export function openSqliteHost(): Host {
  return hostOf(new Database(':memory:'))
}

function hostOf(db: Database.Database): Host {
  for (const table of HOST_TABLES) {
    const columns = COLUMNS[table].map((name) => (name === 'id' ? 'id TEXT PRIMARY KEY' : name))
    const unique = table === 'users' ? ', UNIQUE (tenant_id, email)' : ''
    db.exec(`CREATE TABLE ${table} (${columns.join(', ')}${unique}) WITHOUT ROWID`)
  }
  const insert = statements(
    (table) =>
      `INSERT INTO ${table} VALUES (${COLUMNS[table].map((column) => `@${column}`).join(', ')})`,
  )
  const select = statements((table) => `SELECT * FROM ${table} ORDER BY id`)

  function statements(sql: (table: (typeof HOST_TABLES)[number]) => string) {
    const prepared = new Map<string, Database.Statement>(
      HOST_TABLES.map((table) => [table, db.prepare(sql(table))]),
    )
    return (table: string): Database.Statement => {
      const statement = prepared.get(table)
      if (statement === undefined) throw new Error(`no table ${table}`)
      return statement
    }
  }

  return {
    store: sqliteStore(db),
    insert: (table, row) => void insert(table).run(row),
    rows: (table) => select(table).all() as readonly Row[],
    signIn: (userId, session) =>
      signInTo(select('users').all() as readonly Row[], userId, () =>
        insert('sessions').run({ id: session, user_id: userId }),
      ),
    async writeUser(id, set) {
      for (const [column, value] of Object.entries(set))
        db.prepare(`UPDATE users SET ${column} = ? WHERE id = ?`).run(value, id)
    },
    async takeAway(id) {
      db.prepare('DELETE FROM users WHERE id = ?').run(id)
    },
    close: () => void db.close(),
  }
}

function signInTo(users: readonly Row[], userId: string, insert: () => unknown): boolean {
  const user = users.find(({ id }) => id === userId)
  if (user?.['status'] !== 'active') return false
  insert()
  return true
}

/**
 * The same database again for each host that is opened, emptied of every row: its statements stay prepared,
 * which costs more than a short test. One host at a time.
 */
export function reusedSqliteHost(): () => Host {
  const db = new Database(':memory:')
  const host = hostOf(db)
  const tables = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'table'`).pluck()
  const empty = db.transaction(() => {
    for (const table of tables.all()) db.prepare(`DELETE FROM "${table}"`).run()
  })
  return () => {
    empty()
    return { ...host, close: () => {} }
  }
}

function schemaOf(name: (typeof HOST_TABLES)[number]): TableSchema {
  return {
    name,
    kind: 'table',
    columns: COLUMNS[name].map((column) => ({
      name: column,
      nullable: column !== 'id',
      generated: false,
    })),
    primaryKey: ['id'],
    uniqueKeys: name === 'users' ? [['tenant_id', 'email']] : [],
    foreignKeys: [],
    triggers: [],
  }
}

/** Where a store fails, once, or from then on as in a process that has died. */
export interface Crash {
  /** Which call from now on, counted from 1. */
  readonly at: number
  /** `before`: nothing of the call happens. `after`: all of it, and the answer is lost. */
  readonly mode: 'before' | 'after'
  readonly isLasting: boolean
}

export interface CrashableStore {
  readonly store: Store
  arm(crash: Crash): void
  disarm(): void
  /** Whether a call has failed since the last `arm`. */
  readonly hasCrashed: boolean
}

export function crashable(inner: Store): CrashableStore {
  let armed: Crash | null = null
  let calls = 0
  let hasCrashed = false

  async function run(work: () => Promise<unknown>): Promise<unknown> {
    calls += 1
    if (armed === null || calls < armed.at) return work()
    if (calls > armed.at && !armed.isLasting) return work()
    if (calls === armed.at && armed.mode === 'after') await work()
    hasCrashed = true
    throw new Error('the store has crashed')
  }

  return {
    store: wrapStore(inner, (work) => run(work)),
    arm(crash) {
      armed = crash
      calls = 0
      hasCrashed = false
    },
    disarm() {
      armed = null
    },
    get hasCrashed() {
      return hasCrashed
    },
  }
}

/** A store each of whose methods goes through `around`. */
export function wrapStore(
  inner: Store,
  around: (work: () => Promise<unknown>, method: string) => Promise<unknown>,
): Store {
  return new Proxy(inner, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...given: unknown[]) =>
        around(
          async () => Reflect.apply(member, target, given) as unknown,
          labelOf(String(name), given),
        )
    },
  })
}

/**
 * `chunk`, `deletion`: what is committed. `read jobs`, `commit jobs`, `write jobs`: which records a call is about first.
 * Other calls by their method.
 */
function labelOf(method: string, [inquiry, options]: readonly unknown[]): string {
  if (method !== 'read' && method !== 'commit') return method
  const { unit } = (options ?? {}) as CommitOptions
  if (unit !== undefined) return unit
  const { value, done } = (inquiry as () => Inquiry<Decision<unknown>>)().next()
  if (done !== true) return `${method} ${aboutOf(value[0])}`
  const first = value.change?.().next(NO_ANSWERS)
  if (first === undefined || first.done === true || isQuestions(first.value)) return method
  return 'table' in first.value ? `write ${first.value.table}` : method
}

function aboutOf(question: Question | undefined): string | undefined {
  return question?.kind === 'records' ? question.table : question?.kind
}
