/**
 * How the user table and the ledger spell the ids and tenants that a call has passed.
 *
 * @module
 */

import { foldedBy, isSameType } from '../../program/matching.ts'
import type { UserId } from '../../program/program.ts'
import type { RowSource } from '../../program/rows/row.ts'
import { storedValue, tenantText } from '../../program/rows/values.ts'
import type { HostQuestion } from '../questions.ts'
import type { LedgerEntry } from '../records.ts'
import type { FoundSpellings, LooseColumns, Spelling } from '../spelling.ts'

/** All entries of the ledger; called where they are needed. */
type Ledger = () => readonly LedgerEntry[]

export function findSpellings(
  source: RowSource,
  ledger: Ledger,
  {
    program: { user },
    query: { tenantId, users, loose, subjectOf },
  }: Omit<HostQuestion<'spellings'>, 'kind'>,
): FoundSpellings {
  const fold = foldsOf(loose)
  const rows = Array.from(
    source.rows(user.table),
    ([, row]): Spelling => ({
      id: storedValue(row[user.id]) as UserId,
      tenantId: user.tenant === null ? null : tenantText(row[user.tenant]),
    }),
  )
  const deletions = ledger().filter(
    ({ kind, userTable }) => kind === 'user.deleted' && userTable === user.table,
  )
  const isOfTenant = ({ tenantId: other }: Pick<Spelling, 'tenantId'>): boolean =>
    fold.tenant(other) === fold.tenant(tenantId)
  const ofTenant = rows.filter(isOfTenant)
  return {
    users: users.map((forms) => {
      const wanted = new Set(forms.map(fold.id))
      const own = ofTenant.filter(({ id }) => wanted.has(fold.id(id)))
      const [passed] = forms
      if (passed === undefined || own.some(({ id }) => isSameType(id, passed))) {
        return { rows: unique(own), deleted: [] }
      }
      const named = deletions.filter(isOfTenant).flatMap(({ tenantId, subject }): Spelling[] => {
        const form = forms.find((one) => subjectOf(one) === subject)
        if (form !== undefined) return [{ id: form, tenantId }]
        return subject !== null && wanted.has(fold.id(subject)) ? [{ id: subject, tenantId }] : []
      })
      return { rows: unique(own), deleted: unique(named.reverse()) }
    }),
    types: [
      ...(rows.some(({ id }) => typeof id === 'number' || typeof id === 'bigint')
        ? ['integer' as const]
        : []),
      ...(rows.some(({ id }) => typeof id === 'string') ? ['text' as const] : []),
    ],
  }
}

export function findTenant(
  source: RowSource,
  ledger: Ledger,
  { program: { user }, query: { tenantId, loose } }: Omit<HostQuestion<'tenant_spelling'>, 'kind'>,
): string | null {
  const fold = foldsOf(loose)
  const { tenant } = user
  const rows = tenant === null ? [] : source.rows(user.table)
  const held = Array.from(rows, ([, row]) => tenantText(row[tenant ?? '']))
  if (held.includes(tenantId)) return tenantId
  const named = ledger()
    .filter(({ userTable }) => userTable === user.table)
    .map((entry) => entry.tenantId)
  return [...held, ...named].find((one) => fold.tenant(one) === fold.tenant(tenantId)) ?? null
}

interface Folds {
  id(id: UserId): UserId
  tenant(tenantId: string | null): string | null
}

function foldsOf({ id, tenant }: LooseColumns): Folds {
  const [foldId, foldTenant] = [foldedBy(id), foldedBy(tenant)]
  return {
    id: (one) => (typeof one === 'string' ? (foldId?.(one) ?? one) : one),
    tenant: (one) => (one === null ? null : (foldTenant?.(one) ?? one)),
  }
}

function unique(spellings: readonly Spelling[]): readonly Spelling[] {
  const keyOf = ({ id, tenantId }: Spelling): string => `${typeof id} ${id}\0${tenantId}`
  return [...new Map(spellings.map((one) => [keyOf(one), one])).values()]
}
