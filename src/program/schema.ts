/**
 * The live schema of a database, and what may be asked of it. Types only.
 *
 * @module
 */
import type { Condition, JsonPath } from './program.ts'

/** What a policy needs to know of tables that promise no columns. */
export interface SchemaQuestion {
  /** The same list object asks the same question. */
  readonly paths: readonly AskedPath[]
  /** Places inside JSON; for stores whose columns hold it as text. */
  readonly json?: readonly AskedJson[]
  /** Fields by which rows are found. Where no index helps with one, a store that can says how many rows there are. */
  readonly lookups?: readonly LookupQuestion[]
  /** Tell of every table what a sample of it holds anywhere, and what its validator asks for. */
  readonly everything?: boolean
  /**
   * Whether values in a sample are those of users. A store that does not look leaves {@link TableSchema.sampledValues}
   * out.
   */
  readonly values?: AskedValues
  /** Look again now, whatever was seen earlier. */
  readonly fresh?: boolean
}

/** What values of users are looked for, and where. */
export interface AskedValues {
  /** Rows at each end of a table that are looked at, and half as many in between. */
  readonly rows: number
  readonly users: {
    readonly table: string
    readonly id: string
    /** Columns of fields by which a user is known, such as an address, by the name of the field. */
    readonly fields: Readonly<Record<string, string>>
  }
  readonly tables: readonly string[]
  /** Columns by which rows of a table go with the user whom they name: what else they hold of that user goes too. */
  readonly owners: Readonly<Record<string, readonly string[]>>
}

export interface LookupQuestion extends Pick<AskedPath, 'table' | 'path'> {
  /** It is looked for inside a text, which no index helps with. */
  readonly inText: boolean
  /** It is looked for in any case, which an index on the field itself does not help with. */
  readonly inAnyCase?: boolean
}

/** Where in the JSON that a column holds. */
export interface AskedJson {
  readonly table: string
  readonly column: string
  readonly steps: JsonPath
  /** What should stand there: anything that can be removed, a plain value, or an array. */
  readonly wants: 'anything' | 'value' | 'array'
  /** Only in rows that satisfy these conditions. */
  readonly where: readonly Condition[]
}

/** Where in the rows of a table, keys joined by dots; arrays on the way and at the end are opened. */
export interface AskedPath {
  readonly table: string
  readonly path: string
  /** Only in rows that satisfy these conditions. */
  readonly where: readonly Condition[]
}

/** The live schema. */
export interface DatabaseSchema {
  /**
   * Names this state of the schema. A store that gives one refuses every write of a program whose
   * {@link Program.schemaStamp} is another, with {@link schemaChanged}: inside the transaction where the database
   * can, else right before it.
   */
  readonly stamp?: string
  readonly tables: readonly TableSchema[]
  /** A table that is not there comes into being with its first row. Default: no. */
  readonly createsTables?: boolean
  /** Whether foreign keys are enforced on this connection. */
  readonly foreignKeysEnforced: boolean
  /**
   * Tables that the handle reaches beside the database (attached, temporary), by their name and as
   * `database.name`. The store never looks into them.
   */
  readonly outside?: readonly string[]
  /** Rows that one deletion may read one by one without holding others up. Default 100,000. */
  readonly maxScannedRows?: number
}

export interface TableSchema {
  readonly name: string
  /**
   * Rows of a `time_series` can hardly be changed one by one, nor those of a `capped` collection in a transaction. Those
   * of a `foreign` table are kept by another server.
   */
  readonly kind: 'table' | 'view' | 'virtual' | 'time_series' | 'capped' | 'foreign'
  /** Of a view: it keeps a copy of the rows that it shows. */
  readonly keepsRows?: true
  /** What its texts compare by unless a column says otherwise, where that is not byte by byte. */
  readonly collation?: string
  /** `null` where the store knows no columns (a schemaless table). */
  readonly columns: readonly ColumnSchema[] | null
  readonly primaryKey: readonly string[]
  /** SQLite's WITHOUT ROWID: rows are addressed by the primary key alone. */
  readonly withoutRowId?: boolean
  /** SQLite's STRICT: a column takes values of its declared type alone. */
  readonly strict?: boolean
  /** Unique keys beside the primary key. */
  readonly uniqueKeys: readonly (readonly string[])[]
  /** Unique keys that take null but once. Default: none, as SQL has it. */
  readonly nullKeys?: readonly NullKey[]
  readonly foreignKeys: readonly ForeignKey[]
  readonly triggers: readonly TriggerSchema[]
  /**
   * Of a virtual table that keeps no rows of its own: the table whose rows it indexes, or `null` for one that
   * keeps nothing readable.
   */
  readonly contentTable?: string | null
  /** How many rows there are, about; left out where nobody has looked. */
  readonly rows?: number
  /** Left out where nobody has looked. */
  readonly indexes?: readonly IndexSchema[]
  /** A part of the sample could not be taken in time. */
  readonly sampledInPart?: true
  /** What a sample of the rows holds at the paths that were asked for. */
  readonly sampledTypes?: readonly SampledTypes[]
  /** What a sample of the rows holds at the places inside JSON that were asked for. */
  readonly sampledJson?: readonly SampledJson[]
  /** Where a sample of the rows holds values, and how many of them are those of users. */
  readonly sampledValues?: readonly SampledValues[]
  /** Where the rows of a table without columns hold a value, in a sample or by its validator. */
  readonly sampledPaths?: readonly SampledPath[]
  /** What the database asks of rows of a table without columns. */
  readonly validator?: ValidatorSchema
  /** CHECK constraints; left out where there are none, or the store does not tell. */
  readonly checks?: readonly CheckSchema[]
  /** Nothing tells its rows apart: no primary key, and no unique one without nulls. */
  readonly keyless?: true
  /** The database may hide rows from the role of the handle. */
  readonly hidesRows?: true
  /** What the role of the handle may not do to its rows. Left out where it may, or the store does not tell. */
  readonly refuses?: readonly ('delete' | 'lock')[]
  /** Of a table outside the schema that the store works on: the tables that it refers to or inherits from. */
  readonly elsewhere?: readonly string[]
}

/** What a role may do to a column. */
export type Privilege = 'select' | 'update' | 'insert'

/**
 * What a column holds, where the database keeps it to that: it compares with nothing else, and takes nothing else.
 * `instant`: a date or a point in time. `other`: what the store finds nothing in.
 */
export type ColumnKind =
  | 'text'
  | 'integer'
  | 'number'
  | 'uuid'
  | 'boolean'
  | 'json'
  | 'instant'
  | 'other'
  | { readonly oneOf: readonly string[] }
  | ListKind

/** A list of values that are no JSON. */
export interface ListKind {
  readonly listOf: Exclude<ColumnKind, object>
}

/** A CHECK constraint of a table. */
export interface CheckSchema {
  /** The condition that rows have to fulfil, as the database has it. */
  readonly condition: string
  /** The columns that it mentions. */
  readonly columns: readonly string[]
}

/** A unique key in which nulls are equal. */
export interface NullKey {
  readonly keys: readonly string[]
  /** A field that is not there counts as null. */
  readonly missing: boolean
}

/** A place that holds a value, and no sub-document only. */
export interface SampledPath {
  /** Keys joined by dots, arrays opened; `*` stands for keys that are data themselves. */
  readonly path: string
  /** Of the values: `string`, `number`, `objectId`, `date`, `null`, …; empty where none has been seen. */
  readonly types: readonly string[]
}

/** What rows have to be like when they are written. */
export interface ValidatorSchema {
  /** Rows that are not like it are refused; otherwise the database only makes a note of them. */
  readonly refuses: boolean
  readonly fields: readonly ValidatedField[]
  /** Fields that are mentioned in a way that the store does not read; keys joined by dots. */
  readonly unread: readonly string[]
}

export interface ValidatedField {
  /** Keys joined by dots, arrays opened; empty for the row itself. */
  readonly path: string
  /** It has to be there wherever what it is a part of is there. */
  readonly required: boolean
  /**
   * Types that it may have, as the database calls them: `string`, `bool`, `int`, `double`, `date`, `objectId`,
   * `uuid`, `null`, …; `null`: any.
   */
  readonly types: readonly string[] | null
  /** The only values it may have; `null`: any. */
  readonly values: readonly unknown[] | null
  /** Types of which the validator asks more than stands here; `any` is all of them. */
  readonly more: readonly string[]
  /** It takes no fields but those that stand here with their path. */
  readonly closed: boolean
}

export interface IndexSchema {
  readonly name: string
  /** Fields by which the index finds equal values, the leading one first; `a.$**` is everything below `a`. */
  readonly keys: readonly string[]
  /** It leaves rows out, so that not every query may use it. */
  readonly partial: boolean
  /** The rows that it leaves out are those in which one of its keys is null, and no others. */
  readonly leavesOutNull?: true
  /** No two rows have the same keys. Default: they may. */
  readonly unique?: boolean
}

/** Something that the database does by itself whenever rows of the table change. */
export interface TriggerSchema {
  readonly name: string
  /** Default: a trigger. */
  readonly kind?: 'rule'
  readonly event: 'insert' | 'update' | 'delete'
  /** Only updates of these columns set it off; `null`: every one. */
  readonly columns: readonly string[] | null
}

export interface SampledJson extends Omit<AskedJson, 'table'> {
  /** Sampled rows that satisfy the conditions, and hold a document with something in it. */
  readonly rows: number
  /** In how many of them it stands there, or what would hold it is empty. */
  readonly found: number
  /** A way that the path does not take and that leads to it in some row: through an array, by a key with dots. */
  readonly instead: JsonPath | null
  /** A key of the path that stands twice in one object of some row, of which the database reads one. */
  readonly twice?: string
  /** Keys of texts that stand beside the last one of the path, where values are looked for. */
  readonly beside?: readonly string[]
  /** A number stands there in some row, where values are looked for. */
  readonly holdsNumbers?: true
}

export interface SampledTypes extends Omit<AskedPath, 'table'> {
  /** Sampled rows that satisfy the conditions. */
  readonly rows: number
  /** In how many of them a value of the type stands there: `string`, `number`, `objectId`, `uuid`, `null`, `array of arrays`, … */
  readonly types: Readonly<Record<string, number>>
  /** Some row holds several different values there, in arrays that are opened. */
  readonly several?: true
  /** The path of an array on the way, which holds in some row values that the path does not lead into. */
  readonly beside?: string
  /** Of the id in a reference of MongoDB's own kind (`$id`): the tables that the references name. */
  readonly refersTo?: readonly string[]
}

export interface SampledValues {
  /** The column; a place inside a document by its keys, joined by dots. */
  readonly path: string
  /** Sampled rows. */
  readonly rows: number
  /** In how many of them a text or an integer stands there. */
  readonly held: number
  /** In how many of them it is a user's: by the field, `id` for the id. */
  readonly holding: Readonly<Record<string, number>>
  /** Some of them are texts that are long enough to be nobody else's. */
  readonly provesItself: boolean
}

export interface ColumnSchema {
  readonly name: string
  /** The declared type as it is written, empty where there is none; left out where the store knows of no types. */
  readonly type?: string
  /** A text that looks like a number is kept as one: `'01'` and `'1.0'` become 1. Default: it stays a text. */
  readonly makesNumbers?: true
  /**
   * What its texts compare by, where that is not byte by byte: SQLite's `NOCASE` or `RTRIM` or any other name in upper
   * case, a collation of PostgreSQL with its schema, or its type `citext`. Left out for columns that compare byte by byte.
   */
  readonly collation?: string
  readonly nullable: boolean
  /** A row that names no value for it still has one. Default: no. */
  readonly hasDefault?: boolean
  /** Computed by the database; cannot be written. */
  readonly generated: boolean
  /** Of a generated column: the columns that its expression mentions; left out where the store does not tell. */
  readonly generatedFrom?: readonly string[]
  /** Left out where the database does not keep it to one kind, or the store does not tell. */
  readonly holds?: ColumnKind
  /** Of texts: what is JSON among them is read as such. */
  readonly readsJson?: true
  /** Documents may stand in it that the store cannot read. It tells whom they may name as hurdles of kind `unread`. */
  readonly mayBeUnread?: true
  /** How many characters a text has at most. */
  readonly longest?: number
  /** What the role of the handle may not do to it. */
  readonly refuses?: readonly Privilege[]
  /** The database numbers new rows by itself, and gives the number of a row that is gone to another one. */
  readonly comesAgain?: true
}

export interface ForeignKey {
  readonly columns: readonly string[]
  readonly references: { readonly table: string; readonly columns: readonly string[] }
  readonly onDelete: ForeignKeyAction
  /** What becomes of the reference when the key is overwritten. Default: the database refuses that. */
  readonly onUpdate?: ForeignKeyAction
}

export type ForeignKeyAction = 'no_action' | 'restrict' | 'cascade' | 'set_null' | 'set_default'
