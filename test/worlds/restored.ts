/** A database that is restored from a backup, on every store, and the ledger that it then imports. */
import { definePolicy, type EngineOptions, UserDeletionEngine } from '../../src/index.ts'
import { fixedClock } from './fixed-clock.ts'
import type { TablesGroup } from './hosts/each-tables.ts'
import type { TablesHost } from './hosts/tables-host.ts'

const tables = {
  sessions: { match: 'user_id', action: 'delete', grantsAccess: true, event: 'session.revoked' },
  invitations: {
    match: { column: 'email', equals: { user: 'email' } },
    tenant: 'tenant_id',
    action: 'delete',
  },
  holds: { match: 'user_id', action: 'block' },
} as const

const user = {
  table: 'users',
  id: 'id',
  tenant: 'tenant_id',
  createdAt: 'created_at',
  fields: { email: 'email' },
  status: { disabled: { status: 'disabled' } },
} as const

export const restoredPolicy = definePolicy({ name: 'restored', version: 1, user, tables })

/** The same, but a blank row stays. */
export const blankPolicy = definePolicy({
  name: 'restored-blank',
  version: 1,
  user: {
    ...user,
    action: 'anonymize',
    reason: 'kept rows need it',
    set: { email: null, status: 'x' },
  },
  tables,
})

type Options = Partial<EngineOptions<typeof restoredPolicy>>

/**
 * Tenants tnt_a and tnt_b with four users each; the first of both share an address. E-mails are not unique here, so
 * a later person can have the address of a deleted one who came back.
 */
const BACKUP = `
CREATE TABLE users (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, email TEXT, created_at, status TEXT);
CREATE TABLE sessions (id TEXT PRIMARY KEY, user_id TEXT NOT NULL);
CREATE TABLE invitations (id TEXT PRIMARY KEY, tenant_id TEXT NOT NULL, email TEXT);
CREATE TABLE holds (id TEXT PRIMARY KEY, user_id TEXT NOT NULL);
${['a', 'b'].flatMap((tenant) => [1, 2, 3, 4].map((number) => rowsOf(tenant, number))).join('')}`

function rowsOf(tenant: string, number: number): string {
  const id = `usr_${tenant}${number}`
  const email = `user${number}@example.com`
  return `
INSERT INTO users VALUES ('${id}', 'tnt_${tenant}', '${email}', '2026-01-01T00:00:00.000Z', 'active');
INSERT INTO sessions VALUES ('ses_${id}_1', '${id}'), ('ses_${id}_2', '${id}');
INSERT INTO invitations VALUES ('inv_${id}', 'tnt_${tenant}', '${email}');`
}

/** A user with two sessions. */
export async function addUser(
  host: TablesHost,
  id: string,
  tenant_id: string,
  email: string | null,
  created_at: unknown,
): Promise<void> {
  await host.insert('users', { id, tenant_id, email, created_at, status: 'active' })
  await host.insert('sessions', ...[1, 2].map((part) => ({ id: `ses_${id}_${part}`, user_id: id })))
}

/**
 * A database as it was before `work` deleted users from it; what the ledger held afterwards is given as the lines of
 * an export.
 */
export async function restoreBackup(
  open: TablesGroup['open'],
  options: Options,
  work: (engine: UserDeletionEngine<typeof restoredPolicy>) => Promise<unknown>,
) {
  const engineFor = ({ store }: TablesHost, more: Options = {}) =>
    new UserDeletionEngine({
      ...{ store, policy: restoredPolicy, clock: fixedClock(), logger: { warn: () => {} } },
      ...options,
      ...more,
    })
  const lost = engineFor(await open(BACKUP))
  await lost.migrate()
  await work(lost)
  const lines: string[] = []
  for await (const line of lost.ledger.export()) lines.push(line)
  const host = await open(BACKUP)
  const later = fixedClock('2026-04-01T00:00:00.000Z')
  const engine = engineFor(host, { clock: later })
  await engine.migrate()
  return {
    ...{ host, lines, engine },
    engineWith: (more: Options) => engineFor(host, { clock: later, ...more }),
    ids: async (table: string): Promise<readonly unknown[]> =>
      (await host.rows(table)).map(({ id }) => id),
  }
}
