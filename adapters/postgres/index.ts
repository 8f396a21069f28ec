/**
 * PostgreSQL through the host's pool or client of pg, or through PGlite.
 *
 * @module
 */
import { UserDeletionError } from '../../src/errors.ts'
import { once } from '../../src/program/once.ts'
import type { Program } from '../../src/program/program.ts'
import type { SchemaQuestion } from '../../src/program/schema.ts'
import type { Decision, RecordWrite, Write } from '../../src/store/change.ts'
import { schemaChanged } from '../../src/store/failures.ts'
import type { Answer, Inquiry, Question } from '../../src/store/inquiry.ts'
import type { HostQuestion } from '../../src/store/questions.ts'
import { RECORD_TABLE_NAMES } from '../../src/store/record-tables.ts'
import { RolledBack, rehearsed } from '../../src/store/rehearsal.ts'
import { isQuestions, NO_ANSWERS, runAsync } from '../../src/store/run.ts'
import type { Store } from '../../src/store/store.ts'
import {
  assertTablePrefix,
  ENGINE_TABLE_PREFIX,
  storeOptions,
} from '../../src/store/store-options.ts'
import type { View } from '../../src/store/view.ts'
import { answering, usersAsParameters } from '../sql/answers/answer.ts'
import type { Flow, SqlScene, Statement } from '../sql/flow.ts'
import { jsonText } from '../sql/json-text.ts'
import { type ProgramSql, programSql } from '../sql/program-sql.ts'
import { writingTo } from '../sql/work/write.ts'
import { type Described, describeDatabase, schemaStamp } from './schema/describe.ts'
import { refuseHidden } from './schema/hidden-rows.ts'
import { migrateTables } from './schema/migrate.ts'
import { withValues } from './schema/sample-values.ts'
import { assertScrub, scrubTables } from './scrub/scrub-tables.ts'
import type { Apart } from './server/apart.ts'
import { hostOf, type PostgresHandle } from './server/handle.ts'
import { perform } from './server/perform.ts'
import { explainRefusal, missesOwn, sqlState, toStoreError } from './server/postgres-errors.ts'
import type { Session } from './server/session.ts'
import { transactionsOf } from './server/transactions.ts'
import { answerWords } from './sql/answer-words.ts'
import { postgresDialect } from './sql/dialect.ts'
import { locksFor } from './sql/locks.ts'
import { tableLocks } from './sql/table-locks.ts'

export type { DrizzleInstance, PostgresHandle } from './server/handle.ts'
export type { PostgresClient, PostgresPool, PostgresPoolClient } from './server/pg-host.ts'
export type { PgliteDatabase } from './server/pglite-host.ts'
export type { PostgresJs } from './server/postgres-js-host.ts'

export interface PostgresStoreOptions {
  /** The schema of the host's tables and of the engine's own. Default: `public`. */
  readonly schema?: string
  /** How long a transaction is begun again while others are in its way, in milliseconds. Default 5,000. */
  readonly busyTimeoutMs?: number
  /**
   * What the names of the engine's own tables begin with, for a database where one of them is taken. Letters, digits
   * and underscores. Default `user_deletion_`. All engines of one database need the same.
   */
  readonly tablePrefix?: string
  /**
   * What `scrubFile` does with the tables of the policy and those of the engine. `vacuum` (the default): `VACUUM` and
   * `ANALYZE`, beside which others read and write. `rewrite`: `VACUUM FULL` and `ANALYZE`; nobody reads or writes a table
   * while it is written anew, which needs as much room again.
   */
  readonly scrub?: 'vacuum' | 'rewrite'
}

/**
 * A store over a `Pool` or a connected `Client` of pg, over the function of postgres.js, over PGlite, or over an instance
 * of Drizzle that holds one of them. The handle stays the host's: it is never opened or ended here, and a transaction
 * that the host has open on the connection is `connection_busy` and left as it is.
 *
 * Rules work on the tables of one schema that have a primary key, or a unique one without nulls. A table of another
 * schema needs a rule, under its name `schema.table`, where a foreign key leads from it to one that has a rule, or where
 * it inherits from one; a rule never takes rows of a table that inherits. Ids are found in columns of text, `citext`,
 * `uuid`, integers and `numeric`, in domains and in lists of these; places inside JSON in columns of type `jsonb` and
 * `json`, and of text from PostgreSQL 16 on. Anything else is an error of `checkSchema`, and so are rows that the role of the handle may not see or change.
 *
 * Engines with the same schema and prefix delete different users at the same time, and come one after the other where
 * the ledger is sealed; where rows are those of two users, and in everything else that is written, one waits for the other.
 *
 * With a `Client` or PGlite, nothing else may send it statements while a call of the engine is under way: they would be part of
 * the engine's transaction. Where the host works at the same time, pass a `Pool`.
 *
 * @example
 * import { Pool } from 'pg'
 * const store = postgresStore(new Pool({ connectionString }))
 */
export function postgresStore(handle: PostgresHandle, given: PostgresStoreOptions = {}): Store {
  const host = hostOf(handle)
  const options = storeOptions(given, ['schema', 'busyTimeoutMs', 'tablePrefix', 'scrub'])
  const { tablePrefix: prefix = ENGINE_TABLE_PREFIX, schema = 'public' } = options
  assertTablePrefix(prefix)
  assertSchema(schema)
  assertScrub(options.scrub)
  const own = RECORD_TABLE_NAMES.map((table) => `${prefix}${table}`)
  const place = { schema, own }
  let known: {
    readonly described: Described
    readonly built: WeakMap<Program, ProgramSql>
  } | null = null
  const dialect = postgresDialect(schema, (name) => known?.described.placeOf(name))
  const scene: SqlScene = {
    dialect,
    own: Object.fromEntries(
      RECORD_TABLE_NAMES.map((table) => [table, dialect.layout.table(`${prefix}${table}`)]),
    ) as SqlScene['own'],
    answers: answerWords(() => known?.described.schema.tables ?? []),
  }
  const { busyTimeoutMs = 5_000, scrub: way = 'vacuum' } = options
  const { read, write } = transactionsOf(host, {
    busyTimeoutMs,
    lockName: `user-deletion-engine ${schema}.${prefix}`,
    own,
    head: scene.own.ledger_head,
  })
  /** `locks`: run ahead of it. */
  async function present(
    session: Session,
    locks: readonly string[] = [],
  ): Promise<NonNullable<typeof known>> {
    for (const lock of locks) session.ahead(lock)
    const stamp = known === null && locks.length === 0 ? null : await schemaStamp(session, place)
    if (known === null || known.described.schema.stamp !== stamp) {
      known = { described: await describeDatabase(session, place), built: new WeakMap() }
    }
    return known
  }

  /** The schema as it is until the transaction ends: nobody changes a table of the program meanwhile. */
  async function lockedSchema(
    session: Session,
    program: Program,
  ): Promise<NonNullable<typeof known>> {
    // What was looked at a moment ago will do: whether it has changed is seen once the tables are locked.
    const isKnown = known !== null && program.schemaStamp === known.described.schema.stamp
    for (let seen = known !== null && isKnown ? known : await present(session); ; ) {
      const { tables } = seen.described.schema
      const isTable = (name: string): boolean =>
        tables.some((table) => table.name === name && table.kind === 'table')
      const now = await lockedBy(present(session, tableLocks(dialect, program, isTable)), own)
      if (now === seen) return now
      seen = now
    }
  }

  function statementsOf({ described, built }: NonNullable<typeof known>) {
    return (program: Program): ProgramSql => {
      refuseHidden(program, described)
      const sql = built.get(program) ?? programSql(dialect, program, described.schema)
      built.set(program, sql)
      return sql
    }
  }

  async function transact<T>(
    session: Session,
    inquiry: Inquiry<Decision<T>>,
    apart: Apart | null,
  ): Promise<T> {
    let state: typeof known = null
    const statements = once((program: Program): ProgramSql => {
      if (state === null || !locked.has(program)) {
        throw new Error('nothing has locked the tables of this program')
      }
      const { described } = state
      if (program.schemaStamp !== undefined && program.schemaStamp !== described.schema.stamp) {
        throw schemaChanged()
      }
      return statementsOf(state)(program)
    })
    const locked = new Set<Program>()
    const ready = async (about: Question | Write): Promise<void> => {
      if (!('program' in about)) return
      if (!('steps' in about.program)) {
        // Who is meant is told by the tables as they are.
        if (state === null) state = await present(session)
        return
      }
      if (locked.has(about.program)) return
      locked.add(about.program)
      state = await lockedSchema(session, about.program)
    }
    try {
      const answerOne = answering(scene, statements)
      const answerAll = async (questions: readonly Question[]): Promise<readonly Answer[]> => {
        for (const question of questions) await ready(question)
        const locks = questions.flatMap((question) => locksOf(statements, question))
        const answers = await perform(session, questions.map(answerOne), locks)
        for (const [place, question] of questions.entries()) {
          apart?.heard(question, answers[place] as Answer)
        }
        return answers
      }
      const answer = async (questions: readonly Question[]): Promise<readonly Answer[]> => {
        if (!questions.some(isLedger)) return answerAll(questions)
        // The ledger comes behind everything that others may have a part in.
        const [rows, records] = [
          questions.filter(isOfHost),
          questions.filter((one) => !isOfHost(one)),
        ]
        const answered = new Map<Question, Answer>()
        for (const part of [rows, records]) {
          if (part === records) apart?.takeLedger()
          const answers = await answerAll(part)
          for (const [place, one] of part.entries()) answered.set(one, answers[place] as Answer)
        }
        return questions.map((one) => answered.get(one) as Answer)
      }
      const decision = await runAsync(inquiry, answer)
      if (decision.change === null) return decision.result
      const writer = writingTo({ ...scene, onFewer: () => apart?.fewer() }, statements)
      const change = decision.change()
      /** Of records, which wait for what comes next, so that many go at once. */
      let waiting: RecordWrite[] = []
      const write = async (flow: Flow<void>): Promise<void> => void (await perform(session, [flow]))
      const written = async (): Promise<void> => {
        if (waiting.length === 0) return
        apart?.takeLedger()
        const all = waiting
        waiting = []
        await write(writer.writeRecords(all))
      }
      let step = change.next(NO_ANSWERS)
      while (step.done !== true) {
        const { value } = step
        let answers = NO_ANSWERS
        if (isQuestions(value)) {
          await written()
          answers = await answer(value)
        } else if (value.kind === 'work' || value.kind === 'insert_row') {
          await written()
          await ready(value)
          if (value.kind !== 'work') apart?.takeLedger()
          await write(writer.write(value))
        } else {
          waiting.push(value)
        }
        step = change.next(answers)
      }
      await written()
      if (decision.isRehearsal === true) {
        await session.change('SET CONSTRAINTS ALL IMMEDIATE')
        throw new RolledBack(step.value)
      }
      return step.value
    } catch (cause) {
      throw explainRefusal(cause, (table, constraint) =>
        known?.described.columnOf(table, constraint),
      )
    }
  }

  /** They lock what a question is about. */
  function locksOf(
    statements: (program: Program) => ProgramSql,
    question: Question,
  ): readonly Statement[] {
    switch (question.kind) {
      case 'users':
      case 'user_rows':
      case 'bereft':
      case 'counts': {
        const program = statements(question.program)
        const parameters =
          'users' in question
            ? usersAsParameters(program, question)
            : { ids: jsonText(question.ids), tenant: question.tenantId }
        const locks = locksFor(dialect, program, question)
        return locks.map((sql) => ({ kind: 'change', sql, parameters }))
      }
      default:
        return []
    }
  }

  function readOne<T>(inquiry: () => Inquiry<T>): Promise<T> {
    return read((session) => runAsync(inquiry(), answersIn(session)))
  }

  /** Answers lists of questions on one connection, by the schema as it is at the first one about rows. */
  function answersIn(session: Session) {
    let state: typeof known = null
    const statements = once((program: Program): ProgramSql => {
      if (state === null) throw new Error('nothing has looked at the schema')
      return statementsOf(state)(program)
    })
    const answerOne = answering(scene, statements)
    return async (questions: readonly Question[]): Promise<readonly Answer[]> => {
      if (state === null && questions.some(isOfHost)) state = await present(session)
      return perform(session, questions.map(answerOne))
    }
  }

  /** A transaction that stays open until the view is closed. */
  function openView(): Promise<View> {
    return new Promise((resolve, reject) => {
      let close = (): void => {}
      const isClosed = new Promise<void>((done) => {
        close = done
      })
      const ended = read(async (session) => {
        const ask = answersIn(session)
        resolve({
          isKept: true,
          read: (inquiry) =>
            runAsync(inquiry(), ask).catch((cause) => {
              throw toStoreError(cause)
            }),
          async close() {
            close()
            // What it has read was read.
            await ended.catch(() => {})
          },
        })
        await isClosed
      })
      ended.catch(reject)
    })
  }

  return {
    name: 'postgres',
    capabilities: {
      ...{ transactions: true, erasure: 'rows_removed', remote: true },
      ...{ limits: { users: 500, rows: 30_000 }, nativeTypes: ['uuid', 'date'] },
    },
    migrate: () => write((session) => migrateTables(session, dialect, { schema, prefix })),
    describe: ({ values } = NOTHING_ASKED) =>
      read(async (session) => {
        const { described } = await present(session)
        return values === undefined
          ? described.schema
          : withValues(session, dialect, described, values)
      }),
    read: readOne,
    openView: async () =>
      // One that is kept would keep the host from its only connection.
      host.isOneConnection === true
        ? { isKept: false, read: readOne, close: async () => {} }
        : openView(),
    async scrubFile(tables) {
      const { described } = await read((session) => present(session))
      const named = tables.map((name) => described.placeOf(name) ?? { schema, table: name })
      const ours = own.map((table) => ({ schema, table }))
      return scrubTables(host, { schema, tables: [...named, ...ours], way, busyTimeoutMs })
    },
    commit: (inquiry, { apart: isApart } = {}) =>
      rehearsed(() => write((session, apart) => transact(session, inquiry(), apart), isApart)),
  }
}

const NOTHING_ASKED: SchemaQuestion = { paths: [] }

/** @throws `invalid_argument`: of a longer name the server takes the beginning, which may name another schema. */
function assertSchema(schema: unknown): asserts schema is string {
  const length = typeof schema === 'string' ? Buffer.byteLength(schema) : 0
  if (length > 0 && length < 64 && !String(schema).includes('\0')) return
  throw new UserDeletionError('invalid_argument', '"schema" is not a name of 1 to 63 bytes.', {
    details: { path: 'schema' },
  })
}

/** @throws {@link schemaChanged} where a table has gone since the schema was read. */
async function lockedBy<T>(locking: Promise<T>, own: readonly string[]): Promise<T> {
  try {
    return await locking
  } catch (cause) {
    throw sqlState(cause) === '42P01' && !missesOwn(cause, own) ? schemaChanged() : cause
  }
}

function isOfHost(question: Question): question is HostQuestion {
  return question.kind !== 'records'
}

function isLedger(question: Question): boolean {
  return question.kind === 'records' && question.table === 'ledger_head'
}
