/**
 * Names and values of a policy held against the types of the host's tables.
 *
 * Each `Checked…` type gives back what was written where it is right, and a {@link Mistake} where it is wrong,
 * beside what would have been right: editors then offer that.
 *
 * @module
 */

import type { InstantWord } from '../program/program.ts'
import type {
  HoldsJson,
  HoldsNumbers,
  HoldsText,
  IsGenerated,
  IsNullable,
  NoColumn,
  ReadConstant,
  TypeOfColumn,
  WrittenConstant,
} from './column-types.ts'

declare const mistake: unique symbol

/** Stands where a policy goes wrong. Nothing is assignable to it, so the compiler prints its message. */
export interface Mistake<Message extends string> {
  readonly [mistake]: Message
}

/** What a part of a policy is held against. */
export interface Scope {
  readonly database: object
  /** The entries that a `through` may lead to. */
  readonly tables: object
  /** Names that `{ user: name }` may use. */
  readonly fields: string
}

/** The engine's own tables may stand among the host's types: they are never the policy's. */
export type TableName<S extends Scope> = TableOf<S['database']>

/** `TableOf<Database>` and `ColumnIn<"posts", Database>` are what the compiler prints in place of a long list. */
type TableOf<Database> = Exclude<keyof Database, EngineTable> & string

/** An exact list: what only begins like one of them is the host's. */
type EngineTable = `user_deletion_${OwnName}`
type OwnName =
  | 'ledger'
  | 'ledger_head'
  | 'ledger_import'
  | 'outbox'
  | 'jobs'
  | 'disabled'
  | 'holds'
  | 'tokens'
  | 'spool'
  | 'marks'
  | 'retentions'
  | 'reservations'

type ColumnIn<Table, Database> = keyof Database[Table & keyof Database] & string

/** The type of a column, or `NoColumn`. */
export type ColumnOf<S extends Scope, Table, Name> = TypeOfColumn<RowOf<S, Table>, Name>

export type CheckedTable<S extends Scope, Name> =
  Name extends TableName<S>
    ? Name
    : TableOf<S['database']> | Mistake<`The database has no table \`${Text<Name>}\`.`>

export type CheckedColumn<S extends Scope, Table, Name> =
  ColumnOf<S, Table, Name> extends NoColumn
    ? ColumnIn<Table, S['database']> | Mistake<NoSuchColumn<Table, Name>>
    : Name

export type CheckedColumns<S extends Scope, Table, Names> = {
  readonly [Index in keyof Names]: CheckedColumn<S, Table, Names[Index]>
}

export type CheckedJsonColumn<S extends Scope, Table, Name> =
  ColumnOf<S, Table, Name> extends NoColumn
    ? ColumnIn<Table, S['database']> | Mistake<NoSuchColumn<Table, Name>>
    : HoldsJson<ColumnOf<S, Table, Name>> extends true
      ? Name
      : Mistake<`${Place<Table, Name>} holds no JSON.`>

/** A reference that is cut by writing null. */
export type CheckedNullableColumn<S extends Scope, Table, Name> =
  ColumnOf<S, Table, Name> extends NoColumn
    ? ColumnIn<Table, S['database']> | Mistake<NoSuchColumn<Table, Name>>
    : IsNullable<ColumnOf<S, Table, Name>> extends true
      ? Name
      : Mistake<`${Place<Table, Name>} cannot be null: detach it with \`to: 'ghost'\`.`>

export type CheckedField<S extends Scope, Reference> = {
  readonly [Key in keyof Reference]: Reference[Key] extends S['fields']
    ? Reference[Key]
    : S['fields'] | Mistake<`\`user.fields\` does not name \`${Text<Reference[Key]>}\`.`>
}

export type CheckedWhere<S extends Scope, Table, Where> = {
  readonly [Name in keyof Where]: ColumnOf<S, Table, Name> extends NoColumn
    ? Mistake<NoSuchColumn<Table, Name>>
    : Compared<
        Where[Name],
        ReadConstant<ColumnOf<S, Table, Name>>,
        IsNullable<ColumnOf<S, Table, Name>>,
        Place<Table, Name>
      >
}

export type CheckedSet<S extends Scope, Table, Set> = {
  readonly [Name in keyof Set]: ColumnOf<S, Table, Name> extends NoColumn
    ? Mistake<NoSuchColumn<Table, Name>>
    : IsGenerated<ColumnOf<S, Table, Name>> extends true
      ? Mistake<`${Place<Table, Name>} is written by the database alone.`>
      : Written<S, Set[Name], ColumnOf<S, Table, Name>, Place<Table, Name>>
}

/** Constants by column. Of placeholders, a column of numbers takes these; elsewhere they are text like any other. */
export type CheckedValues<S extends Scope, Table, Values, Placeholder extends string> = {
  readonly [Name in keyof Values]: ColumnOf<S, Table, Name> extends NoColumn
    ? Mistake<NoSuchColumn<Table, Name>>
    : Constant<
        Values[Name],
        | WrittenConstant<ColumnOf<S, Table, Name>>
        | (HoldsNumbers<ColumnOf<S, Table, Name>> extends true ? Placeholder : never),
        IsNullable<ColumnOf<S, Table, Name>>,
        Place<Table, Name>
      >
}

/** One constant, not null unless the column may be. */
export type Constant<Value, Fitting, Nullable, Where extends string> = Value extends null
  ? Nullable extends true
    ? Value
    : Fitting | Mistake<`${Where} cannot be null.`>
  : Value extends Fitting
    ? Value
    : Fitting | Mistake<`${Where} holds no such value.`>

type RowOf<S extends Scope, Table> = Table extends keyof S['database']
  ? S['database'][Table]
  : Record<never, never>

type Compared<Value, Fitting, Nullable, Where extends string> = Value extends readonly unknown[]
  ? { readonly [Index in keyof Value]: Constant<Value[Index], Fitting, Nullable, Where> }
  : Constant<Value, Fitting, Nullable, Where>

type Written<S extends Scope, Value, Column, Where extends string> = Value extends {
  readonly scrub: unknown
}
  ? Fitting<Value, HoldsJson<Column>, `${Where} holds no JSON.`>
  : Value extends { readonly pull: unknown }
    ? Fitting<WithField<S, Value, 'pull'>, HoldsJson<Column>, `${Where} holds no JSON.`>
    : Value extends { readonly pseudonym: unknown }
      ? Fitting<WithField<S, Value, 'pseudonym'>, HoldsText<Column>, `${Where} holds no text.`>
      : Value extends { readonly randomToken: unknown }
        ? Fitting<Value, HoldsText<Column>, `${Where} holds no text.`>
        : Value extends `$${string}`
          ? Value extends InstantWord | `$$${string}`
            ? WrittenAs<Value, Column, Where>
            : Mistake<`\`${Value}\` is not a known placeholder.`>
          : WrittenAs<Value, Column, Where>

type WrittenAs<Value, Column, Where extends string> = Constant<
  Value,
  WrittenConstant<Column> | (HoldsNumbers<Column> extends true ? InstantNumber : never),
  IsNullable<Column>,
  Where
>

/** Instants that are written as numbers. */
export type InstantNumber = Extract<InstantWord, '$atMs' | '$atSeconds'>

type Fitting<Value, Fits, Message extends string> = Fits extends true ? Value : Mistake<Message>

type WithField<S extends Scope, Value, Key extends string> = {
  readonly [K in keyof Value]: K extends Key ? CheckedField<S, Value[K]> : Value[K]
}

type NoSuchColumn<Table, Name> = `\`${Text<Table>}\` has no column \`${Text<Name>}\`.`

type Place<Table, Name> = `\`${Text<Table>}.${Text<Name>}\``

type Text<Name> = Name extends string ? Name : Name extends number ? `${Name}` : '?'
