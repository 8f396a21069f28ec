/**
 * What the type of a column says about the column: may it be null, does it hold JSON, which constants fit.
 *
 * A column is either the type of its values, or a type of three parts as Kysely writes it: what is read,
 * what an insert takes and what an update takes.
 *
 * @module
 */
import type { Scalar } from '../program/program.ts'

/** A column, or a nested field of documents by its keys joined with dots; otherwise {@link NoColumn}. */
export type TypeOfColumn<Row, Name> = Name extends keyof Row
  ? Row[Name]
  : Name extends `${infer First}.${infer Rest}`
    ? First extends keyof Row
      ? NestedType<Present<Row[First]>, Rest>
      : NoColumn
    : NoColumn

declare const noColumn: unique symbol

export type NoColumn = typeof noColumn

/** A column that need not be there in a row counts as one that may be null. */
export type IsNullable<Column> =
  null extends Read<Column> ? true : undefined extends Read<Column> ? true : false

/** Objects and text hold JSON; dates, bytes and texts from a closed list do not. */
export type HoldsJson<Column> = Holds<Column, 'json' | 'text'>

/** Text of any kind. */
export type HoldsText<Column> = Holds<Column, 'text'>

/** Numbers of any size. */
export type HoldsNumbers<Column> = Holds<Column, 'number'>

/** Nobody but the database writes it. */
export type IsGenerated<Column> = [Written<Column>] extends [never] ? true : false

/** The values, apart from null, that a policy may compare the column with. */
export type ReadConstant<Column> = ConstantOf<Read<Column> | Written<Column>>

/** The values, apart from null, that a policy may write into the column. */
export type WrittenConstant<Column> = ConstantOf<Written<Column>>

type Read<Column> = Column extends { readonly __select__: infer Value } ? Value : Column

/** An application that never updates a column says so of itself, not of the database: what is read counts. */
type Written<Column> = Column extends {
  readonly __insert__: infer Inserted
  readonly __update__: infer Updated
}
  ? [Updated] extends [never]
    ? [Inserted] extends [never]
      ? never
      : Read<Column>
    : Updated
  : Column

type Present<Column> = Exclude<Read<Column>, null | undefined>

type NestedType<Value, Name> = Value extends object ? TypeOfColumn<Value, Name> : NoColumn

type Holds<Column, Wanted extends Kind> =
  unknown extends Read<Column>
    ? true
    : [KindOf<Present<Column> | Exclude<Written<Column>, null | undefined>> & Wanted] extends [
          never,
        ]
      ? false
      : true

type Kind = 'json' | 'text' | 'number' | 'other'

type KindOf<Value> = Value extends string
  ? IsClosed<Value> extends true
    ? 'other'
    : 'text'
  : Value extends number | bigint
    ? 'number'
    : Value extends boolean | Date | Uint8Array
      ? 'other'
      : 'json'

/** Literals are keys that an empty object lacks; every string, also a branded one, is an index of any object. */
type IsClosed<Value extends string | number> =
  Record<never, never> extends Record<Value, unknown> ? false : true

type ConstantOf<Value> = unknown extends Value
  ? Exclude<Scalar, null>
  : ConstantOfEach<Exclude<Value, null | undefined>>

/** Dates are compared and written as the text or number that the database holds, objects as their text. */
type ConstantOfEach<Value> = Value extends string
  ? IsClosed<Value> extends true
    ? `${Value}`
    : string
  : Value extends number
    ? IsClosed<Value> extends true
      ? Value
      : number
    : Value extends bigint
      ? number
      : Value extends boolean
        ? Value
        : Value extends Date
          ? string | number
          : Value extends Uint8Array
            ? never
            : string
