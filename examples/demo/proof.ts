/**
 * Checks a deletion from outside: plain queries over a connection of its own. Nothing of the engine is
 * used here.
 *
 * @module
 */
import type { SeededUser } from './seed.ts'

/** One thing that was checked. */
export interface Finding {
  readonly claim: string
  readonly observed: string
  readonly holds: boolean
}

/** The questions that the proof asks of a database. */
export interface Outside {
  /** How it asks, for the heading. */
  readonly manner: string
  /** Tables whose rows go with the user, and the column that names the user. */
  readonly owned: Readonly<Record<string, string>>
  rowsOf(table: string, column: string, ids: readonly string[]): Promise<number>
  invitationsFrom(ids: readonly string[]): Promise<number>
  /** Without those that the engine has written. */
  auditEntries(): Promise<number>
  webhookEvents(): Promise<number>
  /** Audit entries of these users that hold more of them than their id. */
  identifyingEntries(ids: readonly string[]): Promise<number>
  consentsWithAddress(ids: readonly string[]): Promise<number>
  /** Reads everything, the engine's own rows included. */
  valuesWith(emails: ReadonlySet<string>): Promise<number>
  /** Over the rows of all other tenants. */
  hashOfOthers(tenantId: string): Promise<string>
  /** A user who is the only owner of an organization. */
  onlyOwner(tenantId: string): Promise<string>
  close(): Promise<void>
}

/** What is compared with the state after. */
export interface Snapshot {
  readonly auditEntries: number
  readonly webhookEvents: number
  readonly others: string
}

export async function takeSnapshot(outside: Outside, tenantId: string): Promise<Snapshot> {
  return {
    auditEntries: await outside.auditEntries(),
    webhookEvents: await outside.webhookEvents(),
    others: await outside.hashOfOthers(tenantId),
  }
}

/** Compares the database with what it was before, given the users who are said to be gone. */
export async function findings(
  outside: Outside,
  tenantId: string,
  gone: readonly SeededUser[],
  before: Snapshot,
): Promise<readonly Finding[]> {
  const ids = gone.map(({ id }) => id)
  const emails = new Set(gone.map(({ email }) => email))
  const owned: Finding[] = []
  for (const [table, column] of Object.entries(outside.owned)) {
    const rows = await outside.rowsOf(table, column, ids)
    owned.push(finding(`rows left of deleted users in ${table}`, rows, 0))
  }
  const invitations = await outside.invitationsFrom(ids)
  const identifying = await outside.identifyingEntries(ids)
  const consents = await outside.consentsWithAddress(ids)
  const values = await outside.valuesWith(emails)
  const isSame = (await outside.hashOfOthers(tenantId)) === before.others
  return [
    ...owned,
    finding('invitations that still name them', invitations, 0),
    finding('audit entries kept', await outside.auditEntries(), before.auditEntries),
    finding('audit entries of theirs with personal data', identifying, 0),
    finding('webhook events kept', await outside.webhookEvents(), before.webhookEvents),
    finding('consents kept that hold an IP address', consents, 0),
    finding('values anywhere that hold one of their e-mail addresses', values, 0),
    {
      claim: 'rows of the other tenants, as a hash',
      observed: isSame ? 'unchanged' : 'CHANGED',
      holds: isSame,
    },
  ]
}

/** Whether a value is text that holds one of the addresses. */
export function holdsAddress(value: unknown, emails: ReadonlySet<string>): boolean {
  if (typeof value !== 'string' || !value.includes('@')) return false
  return (value.match(/[\w.]+@[\w.]+/g) ?? []).some((address) => emails.has(address))
}

function finding(claim: string, observed: number, expected: number): Finding {
  const text = observed.toLocaleString('en-US')
  const holds = observed === expected
  return { claim, observed: holds ? text : `${text}, expected ${expected}`, holds }
}
