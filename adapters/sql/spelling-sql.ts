/**
 * How the user table and the ledger spell the ids and tenants of a call, as statements.
 *
 * @module
 */
import type { LooseColumns } from '../../src/store/spelling.ts'
import type { SqlDialect } from './dialect.ts'
import type { MarkedUserTable } from './marks.ts'
import type { RecordScene } from './own-tables/record-sql.ts'
import { inCollation } from './selectors/compare-sql.ts'

/** Rows of `[place in @forms, id, tenant]` whose columns say themselves that they hold the id and the tenant. */
export function spelledRowsSql(dialect: SqlDialect, user: MarkedUserTable): string {
  const id = `t0.${dialect.quote(user.id)}`
  const tenant = user.tenant === null ? 'NULL' : `t0.${dialect.quote(user.tenant)}`
  // An integer where nothing is declared; elsewhere the column makes one of both.
  const ofTenant = user.tenant === null ? '' : ` WHERE ${isEitherTenant(dialect, tenant)}`
  const asked = dialect.placed('@forms', user.types?.['id'], 'asked')
  return `SELECT ${asked.place}, ${id}, ${tenant} FROM ${asked.from} ${dialect.orderedJoin} ${dialect.table(user.table)} AS t0 ON ${id} = ${asked.value}${ofTenant}`
}

/** Deletions as `[place in @subjects, tenant]` of a tenant that may be spelled in another way, the newest first. */
export function deletedAsSql({ dialect, own }: RecordScene, loose: LooseColumns): string {
  const asked = dialect.placed('@subjects', undefined, 'asked')
  return `SELECT ${asked.place}, l.tenant_id FROM ${asked.from} ${dialect.orderedJoin} ${own.ledger} AS l ON l.subject = ${asked.value} WHERE ${isDeletion(dialect, loose)} ORDER BY l.seq DESC`
}

/** Deletions as `[subject, tenant]` under another spelling of an id in `@texts`, as the collation takes them for one. */
export function deletedAlikeSql(
  { dialect, own }: RecordScene,
  loose: LooseColumns,
  collation: string,
): string {
  const isAlike = `${inCollation(dialect, 'l.subject', collation)} IN (SELECT value FROM ${dialect.list('@texts')})`
  return `SELECT DISTINCT l.subject, l.tenant_id FROM ${own.ledger} AS l WHERE ${isDeletion(dialect, loose, isAlike)}`
}

/** Ask one after the other for the tenant as it is stored: the very text, one of another type, one in the ledger. */
export function tenantSpellingsSql(
  { dialect, own }: RecordScene,
  user: MarkedUserTable & { readonly tenant: string },
  loose: LooseColumns,
): { readonly inRows: readonly string[]; readonly inLedger: string } {
  const tenant = dialect.quote(user.tenant)
  const rows = `SELECT ${tenant} FROM ${dialect.table(user.table)} WHERE ${isEitherTenant(dialect, tenant)}`
  return {
    inRows: [
      `${rows} AND ${dialect.binary(tenant, user.tenantType)} = @tenantId LIMIT 1`,
      `${rows} LIMIT 1`,
    ],
    inLedger: `SELECT tenant_id FROM ${own.ledger} WHERE user_table = @userTable AND ${isTenant(dialect, 'tenant_id', loose)} AND tenant_id IS NOT NULL LIMIT 1`,
  }
}

function isEitherTenant({ inOtherType }: SqlDialect, tenant: string): string {
  return `${tenant} IN (@tenantId, ${inOtherType('@tenantId')})`
}

function isDeletion(dialect: SqlDialect, loose: LooseColumns, isMeant?: string): string {
  const parts = [
    'l.user_table = @userTable',
    ...(isMeant === undefined ? [] : [isMeant]),
    isTenant(dialect, 'l.tenant_id', loose),
    "l.kind = 'user.deleted'",
  ]
  return parts.join(' AND ')
}

function isTenant(dialect: SqlDialect, column: string, { tenant }: LooseColumns): string {
  const asked = tenant === null ? '@tenantId' : inCollation(dialect, '@tenantId', tenant)
  return dialect.same(column, asked)
}
