/**
 * Runs the statements of every SQL on the host's handle, all in one turn of the event loop.
 *
 * @module
 */
import type { AnswerWords, Flow, Request, SqlScene, Statement } from '../../sql/flow.ts'
import { readRows } from '../../sql/flow.ts'
import { sqliteDialect } from '../sql/dialect.ts'
import { quoteName, quoteTable } from '../sql/literals.ts'
import type { Connection } from './connection.ts'
import { explainingRefusal } from './explain-refusal.ts'

/** SQLite's words, and the engine's own tables. */
export function sceneOf({ own }: Connection, tableOf: AnswerWords['tableOf']): SqlScene {
  return { dialect: sqliteDialect, own, answers: { ...ANSWERS, tableOf } }
}

const ANSWERS: Omit<AnswerWords, 'tableOf'> = {
  noLimit: -1,
  typed: (user) => user,
  bind: (value) => (typeof value === 'boolean' ? Number(value) : value),

  *hasTable(table) {
    const sql = `SELECT 1 FROM pragma_table_list WHERE schema = 'main' AND name = @table COLLATE NOCASE`
    return (yield* readRows(sql, { table })).length > 0
  },

  /** Numbers stand before texts in every index, so each question ends with the first row that answers it. */
  *idTypes(table, name) {
    const id = `t0.${quoteName(name)}`
    const where = (condition: string): string =>
      `SELECT 1 FROM ${quoteTable(table)} AS t0 WHERE ${condition} LIMIT 1`
    const integers = yield* readRows(where(`${id} < ''`))
    const texts = yield* readRows(where(`${id} >= '' AND ${id} < x''`))
    return [
      ...(integers.length > 0 ? ['integer' as const] : []),
      ...(texts.length > 0 ? ['text' as const] : []),
    ]
  },
}

export function perform<T>(connection: Connection, flow: Flow<T>): T {
  let step = flow.next()
  while (step.done !== true) step = flow.next(resultOf(connection, step.value))
  return step.value
}

function resultOf(connection: Connection, request: Request): unknown {
  return request.kind === 'together'
    ? request.statements.map((statement) => answerOf(connection, statement))
    : answerOf(connection, request)
}

function answerOf(connection: Connection, request: Statement): unknown {
  switch (request.kind) {
    case 'rows':
      return connection.rows(request.sql, request.parameters)
    case 'each':
      return connection.each(request.sql, request.parameters, request.visit)
    case 'records':
      return connection.records(request.sql, request.parameters)
    case 'change': {
      const { sql, parameters, about } = request
      if (about === undefined) return connection.change(sql, parameters)
      return explainingRefusal(connection, about.schema, { ...about.statement, parameters }, () =>
        connection.change(sql, parameters),
      )
    }
    case 'change_each':
      return connection.changeEach(request.sql, request.lists)
  }
}
