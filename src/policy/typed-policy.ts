/**
 * A policy held against the host's own types: every table has its rule, every name and constant fits.
 *
 * @module
 */

import type { ReadConstant } from './column-types.ts'
import type { Policy, PolicyInput, TableInput } from './policy.ts'
import type {
  CheckedColumn,
  CheckedColumns,
  CheckedSet,
  CheckedTable,
  CheckedValues,
  CheckedWhere,
  ColumnOf,
  Constant,
  InstantNumber,
  Mistake,
  Scope,
  TableName,
} from './typed-columns.ts'
import type { CheckedEntry } from './typed-rule.ts'

/** What `definePolicy<Database>()` answers. */
export type DefineTypedPolicy<Database extends object> = <const P extends PolicyInput>(
  input: CheckedPolicy<Database, P>,
) => Policy<P>

/** `P` as it is where it fits the database; otherwise with a message at each mistake. */
export type CheckedPolicy<Database extends object, P extends PolicyInput> = [Database] extends [
  never,
]
  ? Mistake<'Name the type of your database: definePolicy<Database>().'>
  : IsAnything<P> extends true
    ? P
    : Checked<OfUsers<Database, P>, OfTenant<Database, P>, P>

/** What the compiler falls back to where the policy has mistakes of its own, which it then prints. */
type IsAnything<P extends PolicyInput> = string extends keyof P['tables'] ? true : false

interface OfUsers<Database extends object, P extends PolicyInput> extends Scope {
  readonly database: Database
  readonly tables: P['tables']
  readonly fields: FieldName<P['user']>
}

/** Rules of the tenant part may lead through the users, who are in the way as long as there are any. */
interface OfTenant<Database extends object, P extends PolicyInput> extends Scope {
  readonly database: Database
  readonly tables: TenantTables<P['tenant']> &
    (P['user'] extends { readonly action: 'anonymize' }
      ? unknown
      : Readonly<Record<P['user']['table'], { readonly match: string; readonly action: 'block' }>>)
  readonly fields: 'id'
}

type FieldName<User> = User extends { readonly fields: infer Fields }
  ? 'id' | (keyof Fields & string)
  : 'id'

type TenantTables<Tenant> = Tenant extends { readonly tables: infer Tables extends object }
  ? Tables
  : Record<never, never>

type Checked<Users extends Scope, Tenants extends Scope, P extends PolicyInput> = {
  readonly [Key in keyof P]: Key extends 'user'
    ? CheckedUser<Users, P[Key], P['user']['table']>
    : Key extends 'tables'
      ? CheckedTables<Users, P[Key], OwnTable<Users, P['user']['table']>>
      : Key extends 'audit'
        ? CheckedAudit<Users, P[Key]>
        : Key extends 'checks'
          ? { readonly [Name in keyof P[Key]]: CheckedCheck<Users, P[Key][Name]> }
          : Key extends 'tenant'
            ? CheckedTenant<Tenants, P[Key], P['user']['table']>
            : P[Key]
}

/** The table of the users, or of the tenants, needs no rule of its own. */
type CheckedTables<S extends Scope, Tables, Own> = Tables extends object
  ? {
      readonly [Table in keyof Tables]: Table extends TableName<S>
        ? CheckedEntry<S, Table, Tables[Table]>
        : Mistake<`The database has no table \`${Table & string}\`.`>
    } & { readonly [Table in Exclude<TableName<S>, keyof Tables | Own>]: TableInput }
  : Tables

/** Where the users' table is misspelled, that is said once: not also that a table has no rule. */
type OwnTable<S extends Scope, Table> = Table extends TableName<S> ? Table : TableName<S>

type CheckedUser<S extends Scope, User, Table> = {
  readonly [Key in keyof User]: Key extends 'table'
    ? CheckedTable<S, User[Key]>
    : Table extends TableName<S>
      ? Key extends 'id' | 'tenant' | 'createdAt'
        ? CheckedColumn<S, Table, User[Key]>
        : Key extends 'fields'
          ? { readonly [Name in keyof User[Key]]: CheckedColumn<S, Table, User[Key][Name]> }
          : Key extends 'status'
            ? {
                readonly [State in keyof User[Key]]: CheckedValues<
                  S,
                  Table,
                  User[Key][State],
                  InstantNumber
                >
              }
            : Key extends 'set'
              ? CheckedSet<S, Table, User[Key]>
              : Key extends 'ghost'
                ? CheckedGhost<S, Table, User, User[Key]>
                : Key extends 'reserve'
                  ? CheckedReserve<S, User[Key]>
                  : Key extends 'secret'
                    ? CheckedColumns<S, Table, User[Key]>
                    : User[Key]
      : User[Key]
}

type CheckedReserve<S extends Scope, Reserve> = {
  readonly [Name in keyof Reserve]: Name extends Exclude<S['fields'], 'id'>
    ? Reserve[Name]
    : Mistake<`\`user.fields\` does not name \`${Name & string}\`.`>
}

type CheckedGhost<S extends Scope, Table, User, Ghost> = User extends { readonly id: infer Id }
  ? {
      readonly [Key in keyof Ghost]: Constant<
        Ghost[Key],
        ReadConstant<ColumnOf<S, Table, Id>>,
        false,
        `The id of \`${Table & string}\``
      >
    }
  : Ghost

type CheckedAudit<S extends Scope, Audit> = Audit extends { readonly table: infer Table }
  ? {
      readonly [Key in keyof Audit]: Key extends 'table'
        ? CheckedTable<S, Table>
        : Key extends 'entry'
          ? Table extends TableName<S>
            ? CheckedValues<
                S,
                Table,
                Audit[Key],
                '$userId' | '$tenantId' | '$requestedBy' | InstantNumber
              >
            : Audit[Key]
          : Audit[Key]
    }
  : Audit

type CheckedCheck<S extends Scope, Check> = Check extends { readonly table: infer Table }
  ? {
      readonly [Key in keyof Check]: Key extends 'table'
        ? CheckedTable<S, Table>
        : Table extends TableName<S>
          ? Key extends 'match' | 'within'
            ? CheckedColumn<S, Table, Check[Key]>
            : Key extends 'where'
              ? CheckedWhere<S, Table, Check[Key]>
              : Check[Key]
          : Check[Key]
    }
  : Check

type CheckedTenant<S extends Scope, Tenant, Users> = {
  readonly [Key in keyof Tenant]: Key extends 'table'
    ? CheckedTable<S, Tenant[Key]>
    : Key extends 'id'
      ? Tenant extends { readonly table: infer Table }
        ? Table extends TableName<S>
          ? CheckedColumn<S, Table, Tenant[Key]>
          : Tenant[Key]
        : Tenant[Key]
      : Key extends 'tables'
        ? CheckedTables<
            S,
            Tenant[Key],
            Users | (Tenant extends { readonly table: infer Table } ? Table : never)
          >
        : Tenant[Key]
}
