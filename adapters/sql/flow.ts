/**
 * Statements as a generator that gets the result of each. A synchronous driver runs it in one turn of the event loop,
 * an asynchronous one waits for each statement.
 *
 * @module
 */
import type { UserTable } from '../../src/program/program.ts'
import type { DatabaseSchema, TableSchema } from '../../src/program/schema.ts'
import type { SqlDialect } from './dialect.ts'
import type { MarkedUserTable } from './marks.ts'
import type { RecordScene } from './own-tables/record-sql.ts'
import type { Parameters, RefusedStatement } from './statement.ts'

/** What statements are made of, and what a database answers otherwise than others. */
export interface SqlScene extends RecordScene {
  readonly dialect: SqlDialect
  readonly answers: AnswerWords
  /** Told where a step has changed fewer rows than were counted. */
  readonly onFewer?: () => void
}

export interface AnswerWords {
  /** What a parameter holds for "no limit". */
  readonly noLimit: number | null
  /** The user table with the types of its columns, where comparisons need them. */
  typed(user: UserTable): MarkedUserTable
  /** A value of a column of the host as the driver takes it. */
  bind(value: unknown): unknown
  /** Whether the database has a table of this name. */
  hasTable(table: string): Flow<boolean>
  /** A table of the host as it is described. */
  tableOf(table: string): TableSchema | undefined
  /** Which types the ids of a user table are of. */
  idTypes(table: string, id: string): Flow<readonly ('integer' | 'text')[]>
}

export type Request =
  | Statement
  /** In this order, and none needs what another one answers: they may go to the database at once. Answers a list. */
  | { readonly kind: 'together'; readonly statements: readonly Statement[] }

export type Statement =
  /** Rows as lists; integers that a number holds exactly are numbers, others are bigint. */
  | { readonly kind: 'rows'; readonly sql: string; readonly parameters: Parameters }
  /** The same, one row after the other; `visit` must not write, and answers `false` to be given no more. */
  | {
      readonly kind: 'each'
      readonly sql: string
      readonly parameters: Parameters
      visit(row: Row): unknown
    }
  /** Rows as objects. */
  | { readonly kind: 'records'; readonly sql: string; readonly parameters: Parameters }
  /** Answers how many rows the statement has changed. `about`: what its refusal is about. */
  | {
      readonly kind: 'change'
      readonly sql: string
      readonly parameters: Parameters
      readonly about?: Written
    }
  /** Once for each list, which stands in the place of question marks. */
  | {
      readonly kind: 'change_each'
      readonly sql: string
      readonly lists: Iterable<readonly unknown[]>
    }

export interface Written {
  readonly schema: DatabaseSchema
  readonly statement: Omit<RefusedStatement, 'parameters'>
}

export type Row = readonly unknown[]
export type Flow<T> = Generator<Request, T, unknown>

export function* readRows(sql: string, parameters: Parameters = {}): Flow<readonly Row[]> {
  return (yield { kind: 'rows', sql, parameters }) as readonly Row[]
}

export function* eachRow(
  sql: string,
  parameters: Parameters,
  visit: (row: Row) => unknown,
): Flow<void> {
  yield { kind: 'each', sql, parameters, visit }
}

export function* readObjects(
  sql: string,
  parameters: Parameters,
): Flow<readonly Readonly<Record<string, unknown>>[]> {
  return (yield { kind: 'records', sql, parameters }) as readonly Readonly<
    Record<string, unknown>
  >[]
}

export function* changeRows(sql: string, parameters: Parameters, about?: Written): Flow<number> {
  return (yield {
    ...{ kind: 'change', sql, parameters },
    ...(about === undefined ? {} : { about }),
  }) as number
}

/** A statement, and what becomes of its answer. */
export interface Asked {
  readonly statement: Statement
  take?(answer: unknown): void
}

/** One that visits its rows, one after the other; `visit` must not write. */
export function visiting(sql: string, parameters: Parameters, visit: (row: Row) => void): Asked {
  return { statement: { kind: 'each', sql, parameters, visit } }
}

/** One that writes; `take` gets the number of rows that it has changed. */
export function changing(
  sql: string,
  parameters: Parameters,
  about: Written | undefined,
  take: (changed: number) => void,
): Asked {
  return {
    statement: {
      ...{ kind: 'change', sql, parameters },
      ...(about === undefined ? {} : { about }),
    },
    take: (answer) => take(answer as number),
  }
}

/** Runs statements that do not need each other's answers, and takes the answers in their order. */
export function* inOrder(asked: readonly Asked[]): Flow<void> {
  if (asked.length === 0) return
  const statements = asked.map(({ statement }) => statement)
  const answers = (yield { kind: 'together', statements }) as readonly unknown[]
  for (const [place, { take }] of asked.entries()) take?.(answers[place])
}

/** What the refusal of one of a program's statements is about. */
export function about(
  { schema }: Pick<Written, 'schema'>,
  statement: Written['statement'],
): Written {
  return { schema, statement }
}
