/** A small auth database on either store, for what spans several calls: erasure and the own account. */

import Database from 'better-sqlite3'
import { memoryStore } from '../../adapters/memory/index.ts'
import { sqliteStore } from '../../adapters/sqlite/index.ts'
import {
  type Clock,
  definePolicy,
  type EngineOptions,
  type OutboxEvent,
  UserDeletionEngine,
} from '../../src/index.ts'
import type { TableSchema } from '../../src/program/schema.ts'
import { listJobs } from '../../src/records/job-records.ts'
import { answerOf } from '../../src/store/inquiry.ts'
import type { Job } from '../../src/store/records.ts'
import type { Store } from '../../src/store/store.ts'
import { fill } from './sql/sqlite-schema.ts'

export type Row = Readonly<Record<string, unknown>>

export const erasurePolicy = definePolicy({
  name: 'erasure',
  version: 1,
  user: {
    table: 'users',
    id: 'id',
    tenant: 'tenant_id',
    fields: { email: 'email', name: 'name' },
    status: { disabled: { status: 'disabled' } },
  },
  audit: {
    table: 'audit_log',
    entry: {
      id: '$id',
      action: '$action',
      actor_id: '$requestedBy',
      resource_id: '$userId',
      tenant_id: '$tenantId',
      at: '$at',
      source: 'engine',
      score: 7,
      email: null,
    },
  },
  tables: {
    sessions: { match: 'user_id', action: 'delete', grantsAccess: true, event: 'session.revoked' },
    notes: { match: 'user_id', action: 'delete', event: 'notes.removed' },
    cases: { match: 'user_id', action: 'block', remedy: 'Close the case.' },
    audit_log: {
      match: 'actor_id',
      action: 'anonymize',
      reason: 'who did what, without the person',
      set: { email: null },
    },
  },
})

const table = (
  name: string,
  columns: readonly string[],
  primaryKey: readonly string[] = ['id'],
): TableSchema => ({
  name,
  kind: 'table',
  columns: columns.map((column) => ({
    name: column,
    nullable: !primaryKey.includes(column),
    generated: false,
  })),
  primaryKey,
  uniqueKeys: [],
  foreignKeys: [],
  triggers: [],
})

const SCHEMA = [
  table('users', ['id', 'tenant_id', 'email', 'name', 'status']),
  table('sessions', ['id', 'user_id']),
  table('notes', ['id', 'user_id', 'text']),
  table('cases', ['id', 'user_id']),
  table('audit_log', [
    ...['id', 'action', 'actor_id', 'resource_id', 'tenant_id', 'at', 'source', 'score', 'email'],
  ]),
]

/** Ann and Bob in tnt_a, another Ann with the same address in tnt_b; `notes` of Ann as many as wanted. */
function dataOf({ notes = 2, users = [] as readonly Row[] }): Record<string, readonly Row[]> {
  const people = [
    { id: 'usr_ann', tenant_id: 'tnt_a', email: 'ann@example.com', name: 'Ann', status: 'active' },
    { id: 'usr_bob', tenant_id: 'tnt_a', email: 'bob@example.com', name: 'Bob', status: 'active' },
    { id: 'usr_eve', tenant_id: 'tnt_b', email: 'ann@example.com', name: 'Ann', status: 'active' },
    ...users,
  ]
  const each = (make: (id: unknown, person: Row) => Row): Row[] =>
    people.map((person) => make(person.id, person))
  return {
    users: people,
    sessions: [
      ...each((id) => ({ id: `ses_${id}_1`, user_id: id })),
      ...each((id) => ({ id: `ses_${id}_2`, user_id: id })),
    ],
    notes: [
      ...Array.from({ length: notes }, (_, index) => ({
        id: `note_ann_${index}`,
        user_id: 'usr_ann',
        text: 'a note',
      })),
      { id: 'note_bob', user_id: 'usr_bob', text: 'a note' },
    ],
    cases: [],
    audit_log: each((id, { email, tenant_id }) => ({
      id: `aud_${id}`,
      action: 'signed_in',
      actor_id: id,
      resource_id: null,
      tenant_id,
      at: '2026-01-01T00:00:00.000Z',
      source: 'host',
      score: 0,
      email,
    })),
  }
}

/** A clock that never waits: sleeping writes the pause down and jumps ahead. */
export interface JumpingClock extends Clock {
  readonly slept: readonly number[]
  advance(ms: number): void
}

export function jumpingClock(start = '2026-03-01T12:00:00.000Z'): JumpingClock {
  let now = Date.parse(start)
  const slept: number[] = []
  return {
    slept,
    now: () => new Date(now),
    later: () => {},
    sleep: async (ms) => {
      slept.push(ms)
      now += ms
    },
    advance: (ms) => {
      now += ms
    },
  }
}

export type StoreName = 'memory' | 'sqlite'
export const STORES: readonly StoreName[] = ['memory', 'sqlite']

/** A store by its name, or how to open one that needs more than a name. */
export type ErasureStore =
  | StoreName
  | { open(data: Readonly<Record<string, readonly Row[]>>): Promise<ErasureHost> }

export interface ErasureHost {
  readonly store: Store
  /** Rows as they stand, past the engine. */
  rows(table: string): Promise<readonly Row[]>
  /** Job rows as they stand. */
  jobs(): Promise<readonly Pick<Job, 'kind' | 'state' | 'owner' | 'leaseUntil' | 'fence'>[]>
  /** Confirmation tokens as they stand. */
  tokens(): Promise<readonly Row[]>
  insert(table: string, row: Row): Promise<void>
}

function openHost(name: StoreName, data: Record<string, readonly Row[]>): ErasureHost {
  if (name === 'memory') {
    const store = memoryStore({ schema: SCHEMA, data: data as never })
    return {
      store,
      rows: async (of) => store.rows(of),
      tokens: async () => {
        const tokens = await answerOf(store, { kind: 'records', table: 'tokens' })
        return tokens.map(({ hash, userId, expiresAt }) => ({ hash, userId, expiresAt }))
      },
      jobs: () => listJobs(store, { limit: 100 }),
      insert: async (into, row) => store.insert(into, row as never),
    }
  }
  const db = new Database(':memory:')
  fill(db, SCHEMA, data)
  return {
    store: sqliteStore(db),
    rows: async (of) => db.prepare(`SELECT * FROM ${of} ORDER BY rowid`).all() as Row[],
    tokens: async () =>
      db
        .prepare(
          'SELECT hash, user_id AS userId, expires_at AS expiresAt FROM user_deletion_tokens',
        )
        .all() as Row[],
    jobs: async () =>
      db
        .prepare(
          'SELECT kind, state, owner, lease_until AS leaseUntil, fence FROM user_deletion_jobs',
        )
        .all() as Pick<Job, 'kind' | 'state' | 'owner' | 'leaseUntil' | 'fence'>[],
    insert: async (into, row) => {
      const columns = Object.keys(row)
      const places = columns.map(() => '?').join(', ')
      db.prepare(`INSERT INTO ${into} (${columns.join(', ')}) VALUES (${places})`).run(
        ...Object.values(row),
      )
    },
  }
}

export type ErasureOptions = Partial<EngineOptions<typeof erasurePolicy>>

export interface ErasureWorldOptions {
  readonly notes?: number
  readonly users?: readonly Row[]
  /** Stands between the engine and its store. */
  readonly wrap?: (store: Store) => Store
}

/** The world, its engine, and a way to build further engines (other workers) on the same store. */
export async function openErasure(
  name: ErasureStore,
  options: ErasureOptions = {},
  { wrap = (store) => store, ...of }: ErasureWorldOptions = {},
) {
  const data = dataOf(of)
  const host = typeof name === 'string' ? openHost(name, data) : await name.open(data)
  const clock = jumpingClock()
  const warnings: { readonly message: string; readonly details: Row }[] = []
  const build = (changes: ErasureOptions = {}) =>
    new UserDeletionEngine({
      store: wrap(host.store),
      policy: erasurePolicy,
      clock,
      logger: { warn: (message, details) => void warnings.push({ message, details }) },
      ...options,
      ...changes,
    })
  const engine = build()
  await engine.migrate()
  const events = async (): Promise<OutboxEvent[]> => {
    const found: OutboxEvent[] = []
    for await (const event of engine.outbox.pending()) found.push(event)
    return found
  }
  return { ...host, clock, warnings, build, engine, events }
}

export function idsOf(rows: readonly Row[], column = 'id'): readonly unknown[] {
  return rows.map((row) => row[column])
}
