/**
 * What differs between SQL databases, as text. Beside this a database brings only its driver, its schema and its
 * errors. Types only.
 *
 * Every expression is total: a database may look at the parts of an AND in any order, so none of them may fail on
 * what another one would have kept from it.
 *
 * @module
 */
import type { JsonPath, Program, Scalar, Selector, Step } from '../../src/program/program.ts'
import type { ColumnSchema, DatabaseSchema, TableSchema } from '../../src/program/schema.ts'
import type { RecordFieldType } from '../../src/store/record-tables.ts'
import type { MarkedProgram } from './marks.ts'

/** How rows of a table are addressed: by these columns. */
export type RowKey = readonly string[]

/** Makes one expression or condition of another. */
export type Wrap = (sql: string) => string

export interface SqlDialect extends Names, Values, Lists, Comparisons, Words {
  readonly json: JsonDialect
  /** The same in columns of the type, where a mark says that they keep documents or lists in a form of their own. */
  jsonIn?(type: string): JsonDialect
  /** In columns of the type: what of users may stand in documents that cannot be read, wherever it stands there. */
  unreadIn?(type: string): JsonDialect
  readonly ids: IdDialect
  readonly layout: LayoutDialect
  /** How rows of a table are addressed. @throws UserDeletionError `schema_mismatch` where they cannot be told apart. */
  rowKey(table: TableSchema | undefined): RowKey
  /**
   * Whether a statement that waits for another transaction looks at a row again by its conditions on the row alone: then
   * they have to say all that is asked of it.
   */
  readonly rechecks: boolean
  /** How many questions are asked in one statement at most. */
  readonly askedTogether: number
  /** The type of a value that is of one of two types; left out where a value has its own. */
  readonly eitherType?: string
  /** The program with marks on comparisons that need more than the words of every SQL. */
  mark(program: Program, schema: DatabaseSchema): MarkedProgram
  /** The steps with marks on selectors whose rows are found by certain indexes. */
  markIndexes(steps: readonly Step[], schema: DatabaseSchema): readonly Step[]
}

interface Names {
  readonly name: string
  quote(name: string): string
  /** A table of the host's database, whatever else has its name. */
  table(name: string): string
  /** The same where a row is inserted into it. */
  target(name: string): string
  /** A text that is compared by a collation, as the schema tells it. */
  collated(value: string, collation: string): string
}

interface Values {
  literal(value: Scalar): string
  /** A text of digits as an integer. */
  integer(text: string): string
  /** A text as a value of a column of the type. */
  typed(text: string, type: string): string
  /** A value as the column keeps it and compares by it; left out: a column that is not known. */
  kept(value: string, column: ColumnSchema | undefined): string
}

/**
 * A list is a parameter that holds JSON text. A `type` is the declared type of the column that its values are
 * compared with, where one is known.
 */
interface Lists {
  /** The list as a relation of one column `value`. */
  list(parameter: string, type?: string, alias?: string): string
  /** The same with the place of each value, from 0. */
  placed(parameter: string, type: string | undefined, alias: string): PlacedList
  /** A list of lists as the text of a SELECT, one row each. `place`: the place comes first. */
  tuples(parameter: string, columns: readonly TupleColumn[], place?: 'placed'): string
}

interface WholeRows {
  /** What tells the rows of the table apart while they are read. @throws UserDeletionError where nothing does. */
  key?(table: TableSchema): RowKey
  /** A value with all that is in it, as the driver can hand it out; `column` is how SQL names it. */
  read?(column: string, schema: ColumnSchema): string
  /** Selects the document of bytes in `@bytes` as JSON, and no row where they are none. */
  readonly documentOf?: string
}

export interface PlacedList {
  readonly from: string
  readonly place: string
  readonly value: string
}

export interface TupleColumn {
  readonly name?: string
  readonly type?: string
}

interface Comparisons {
  /** That a value is one of those that a SELECT answers, where an index finds rows by the value. */
  among(value: string, select: string): string
  /** That a condition holds; with NULL it does not. */
  isTrue: Wrap
  isNotTrue: Wrap
  isNotFalse: Wrap
  /** A condition by which no index is to be chosen. */
  unplanned: Wrap
  /** That two values are the same, NULL being a value like any other; that they differ. */
  same(one: string, other: string): string
  differs(one: string, other: string): string
  /** The same of a column and what it is to hold, text byte by byte. */
  differsInBytes(column: string, value: string): string
  /** Text that is compared byte by byte. `type`: of the column; what is no text is compared as it is. */
  binary(value: string, type?: string): string
  lower: Wrap
  /** Where `lower` may know more letters than those from A to Z: a comparison that knows no others. */
  readonly asciiCase: Wrap | null
  /** The very value, whatever a column makes of it. */
  asStored: Wrap
  /** A value as one of another type, for where a database compares nothing of two types; NULL where it is none. */
  recast(value: string, type: string): string
  /** An integer as its digits, and digits as the integer; anything else as it is. */
  inOtherType: Wrap
  /** That it is a text or a number. */
  isPlain: Wrap
  /** That a text is more than blanks. */
  leavesMark: Wrap
  /** That a value is a text that holds the other, in any place or as a word of its own. `fold`: how both are compared. */
  contains(value: string, part: string, fold: Wrap, as: 'part' | 'word'): string
}

interface Words {
  /** How rows are read whole, where it is otherwise than by their key and column by column. */
  readonly whole?: WholeRows
  /** How rows of the host are written, so that a conflict always refuses the statement. */
  readonly update: string
  readonly insert: string
  /** A join with a condition, in the order in which tables are named. */
  readonly orderedJoin: string
  /** What has the database do now what it has put off to the end of the transaction. */
  readonly settle: readonly string[]
  /** A SELECT in the place of a table. */
  subquery: Wrap
}

/** Ids that rows hold, as pages in order. `@after` is the last one of the page before. */
export interface IdDialect {
  /** That an id stands there. */
  isHeld(held: string, isLaterPage: boolean): string
  /** The same of ids behind a prefix. */
  isHeldBehind(held: string, prefix: string, isLaterPage: boolean): string
  /** What stands behind it. */
  behind(held: string, prefix: string): string
}

/** How the engine's own tables are created. */
export interface LayoutDialect {
  table(name: string): string
  /** Of an index, its name and the table that it is on. */
  index(name: string, table: string): string
  /** What stands behind a column's name, with a blank before it. */
  columnType(type: RecordFieldType): string
  /** The same of an integer that is the key. */
  readonly numberedKey: string
  /** A column that numbers the rows by itself. */
  readonly ownNumber: string
  /** What stands behind a table with any other key. */
  readonly keyed: string
  /** Ids are kept as JSON text, where a column has one type: 1 and "1" stay two. */
  readonly idsAreJson: boolean
}

/** JSON in columns, in whatever form a column keeps it. What is no JSON holds nothing. */
export interface JsonDialect {
  /** The document as it is compared with what would be written. */
  readonly whole?: Wrap
  /** What stands at a path of keys. */
  value(column: string, path: JsonPath): string
  /** What `compare` says of it, so that an index serves. `selector`: with its marks. */
  compared(column: string, path: JsonPath, selector: Selector, compare: Wrap): string
  /** The elements that a path to an array leads to, as relations to be joined; those of the last array are `alias`. */
  elements(column: string, path: JsonPath | null, alias: string): readonly string[]
  /** What one of these elements holds: itself, or what stands at the path inside it. */
  element(alias: string, path: JsonPath | null): string
  /** The document without what stands at the paths; `orElse` takes the place of what is no document. */
  without(column: string, paths: readonly JsonPath[], orElse: string): string
  /** The document with the value in the place of what stands at the path, where `isMeant` holds for that. */
  replace(column: string, path: JsonPath, value: Scalar, isMeant: Wrap | null): string
  /** The document without the elements for which `isGone` holds. */
  pull(column: string, path: JsonPath | null, element: JsonPath | null, isGone: Wrap): string
  /** Whether anything stands at one of the paths, or the column holds no document. */
  holdsAny(column: string, paths: readonly JsonPath[]): string
  /** That something else than the value stands at a path of keys. */
  differs(column: string, path: JsonPath, value: Scalar): string
  /** Whether what was to leave an array still stands there, in whatever is in its place. */
  stillNames(column: string, pulled: Pulled): string
  /** What an entry of the ledger about no user is about: a step, or how far storage was cleared. */
  fact(column: string): string
}

/** What an array was to lose, and how to tell it. */
export interface Pulled {
  readonly path: JsonPath | null
  readonly element: JsonPath | null
  /** That it is this value. */
  readonly isGone: Wrap
  /** That it stands in this text as a word. */
  readonly isNamedIn: Wrap
}
