/**
 * A server with a clock that stands still, an external eraser that can be told to wait, and a client.
 *
 * @module
 */
import Database from 'better-sqlite3'
import type { ExternalEraser } from 'user-deletion-engine'
import { sha256 } from './accounts.ts'
import type { ApiKey, Scope } from './auth.ts'
import type { Mail } from './own-routes.ts'
import { startServer } from './start.ts'

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any
}

export interface RequestOptions {
  /** Default: the key of tnt_1 with every scope. `null` sends none. */
  readonly token?: string | null
  readonly tenant?: string | null
  /** Sent as JSON. */
  readonly body?: unknown
  readonly raw?: string
  readonly headers?: Readonly<Record<string, string>>
}

export const JSON_TYPE = { 'Content-Type': 'application/json' }

const ALL: readonly Scope[] = ['users:read', 'users:disable', 'users:delete', 'users:bulk_delete']
const FULL = 'sk_live_abc123'
const READ = 'sk_live_read'
const OTHER = 'sk_live_other'

export async function openServer({ db = new Database(':memory:'), clock = movableClock() } = {}) {
  const mails: Mail[] = []
  const warnings: { message: string; details: Readonly<Record<string, unknown>> }[] = []
  const crm = { isReady: true, erased: [] as unknown[] }
  const server = await startServer({
    db,
    clock,
    port: 0,
    keys: [
      keyOf('key_1', FULL, 'tnt_1', ALL),
      keyOf('key_2', READ, 'tnt_1', ['users:read']),
      keyOf('key_3', OTHER, 'tnt_2', ALL),
    ],
    sendMail: async (mail) => void mails.push(mail),
    logger: { warn: (message, details) => void warnings.push({ message, details }) },
    externalErasers: [eraserOf(crm)],
  })

  async function send(method: string, path: string, options: RequestOptions = {}): Promise<Answer> {
    const { token = FULL, tenant = 'tnt_1', body, raw } = options
    const headers = new Headers(body === undefined ? {} : JSON_TYPE)
    if (token !== null) headers.set('Authorization', `Bearer ${token}`)
    if (tenant !== null) headers.set('X-Tenant-ID', tenant)
    for (const [name, value] of Object.entries(options.headers ?? {})) headers.set(name, value)
    const content = raw ?? (body === undefined ? null : JSON.stringify(body))
    const response = await fetch(`${server.url}${path}`, { method, headers, body: content })
    const text = await response.text()
    return {
      status: response.status,
      headers: new Headers(response.headers),
      text,
      body: text === '' ? undefined : JSON.parse(text),
    }
  }

  function insert(table: string, row: Readonly<Record<string, unknown>>): void {
    const columns = Object.keys(row)
    const places = columns.map(() => '?').join(', ')
    db.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`).run(
      ...Object.values(row),
    )
  }

  let count = 0
  function addUser({ id = `usr_${++count}`, tenant = 'tnt_1', owns = '' } = {}): string {
    const created_at = clock.now().toISOString()
    insert('users', { id, tenant_id: tenant, email: `${id}@example.com`, created_at })
    if (owns === '') return id
    insert('organizations', { id: owns, tenant_id: tenant, name: owns })
    const membership = { organization_id: owns, user_id: id, tenant_id: tenant, role: 'owner' }
    insert('organization_memberships', membership)
    return id
  }

  /** The token of a session that somebody has who signed in a second ago. */
  function addSession(userId: string, tenant = 'tnt_1'): string {
    const token = `token_${++count}`
    const now = clock.now().getTime()
    insert('sessions', {
      id: `ses_${count}`,
      user_id: userId,
      tenant_id: tenant,
      refresh_token_hash: sha256(token),
      created_at: new Date(now - 1_000).toISOString(),
      expires_at: new Date(now + 3_600_000).toISOString(),
    })
    return token
  }

  return {
    db,
    clock,
    mails,
    warnings,
    crm,
    send,
    insert,
    addUser,
    addSession,
    engine: server.engine,
    keepUp: server.keepUp,
    readKey: READ,
    otherKey: OTHER,
    rows: (sql: string, ...values: unknown[]): unknown[] =>
      db
        .prepare(sql)
        .raw()
        .all(...values),
    /** The database stays open. */
    close: server.close,
  }
}

export function answersOf(answers: readonly Answer[]): (readonly [number, string | undefined])[] {
  return answers.map(({ status, body }) => [status, body?.error])
}

function keyOf(id: string, key: string, tenantId: string, scopes: readonly Scope[]): ApiKey {
  return { id, hash: sha256(key), tenantId, scopes }
}

function movableClock() {
  let now = Date.parse('2026-03-01T12:00:00.000Z')
  return {
    now: () => new Date(now),
    advance: (ms: number) => {
      now += ms
    },
  }
}

function eraserOf(crm: { readonly isReady: boolean; readonly erased: unknown[] }): ExternalEraser {
  return {
    name: 'crm',
    page: ({ identifiers }) => {
      if (!crm.isReady) return { removed: 0, comeBackAfterMs: 60_000 }
      crm.erased.push(identifiers['email'])
      return { removed: 1 }
    },
  }
}
