/** Statements that are made for single calls, and not with those of a program. */
import type { SqlDialect } from '../../../adapters/sql/dialect.ts'
import { insertRowSql } from '../../../adapters/sql/insert-row-sql.ts'
import {
  deletedAlikeSql,
  deletedAsSql,
  spelledRowsSql,
  tenantSpellingsSql,
} from '../../../adapters/sql/spelling-sql.ts'
import { listUsersSql, selectUsersSql, setUserSql } from '../../../adapters/sql/user-rows-sql.ts'
import type { LooseColumns } from '../../../src/store/spelling.ts'
import type { Fitted } from './golden-policies.ts'
import { recordScene } from './record-statements.ts'
import type { NamedStatement } from './sql-statements.ts'

export function callStatements(
  dialect: SqlDialect,
  { program, schema }: Fitted,
): readonly NamedStatement[] {
  const { user } = dialect.mark(program, schema)
  const { tenant } = user
  const scene = recordScene(dialect)
  const spellings = (name: string, loose: LooseColumns): readonly NamedStatement[] => {
    const alike = loose.id === null ? [] : [deletedAlikeSql(scene, loose, loose.id)]
    const of = tenant === null ? null : tenantSpellingsSql(scene, { ...user, tenant }, loose)
    const tenants = of === null ? [] : [...of.inRows, of.inLedger]
    return [
      [`deletions of an id, ${name}`, deletedAsSql(scene, loose)],
      ...alike.map((sql): NamedStatement => [`deletions of a spelling, ${name}`, sql]),
      ...tenants.map((sql): NamedStatement => [`tenant, ${name}`, sql]),
    ]
  }
  return [
    ['list users', listUsersSql(dialect, user, false)],
    ['list users, later page', listUsersSql(dialect, user, true)],
    ['select users', selectUsersSql(dialect, user, '*')],
    ['set user', setUserSql(dialect, user, ['status', 'at'])],
    ['insert row', insertRowSql(dialect, 'audit_log', ['id', 'at'])],
    ['spellings in rows', spelledRowsSql(dialect, user)],
    ...spellings('byte by byte', { id: null, tenant: null }),
    ...spellings('by collations', { id: 'BY_IDS', tenant: 'BY_TENANTS' }),
  ]
}
