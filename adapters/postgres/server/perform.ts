/**
 * Runs the statements of every SQL, one after the other.
 *
 * @module
 */
import type { AnswerWords, Flow, Request } from '../../sql/flow.ts'
import { readRows } from '../../sql/flow.ts'
import type { Session } from './session.ts'

/** What PostgreSQL answers otherwise than others. */
export function answerWords(schema: string, typed: AnswerWords['typed']): AnswerWords {
  return {
    noLimit: null,
    typed,
    bind: (value) => value,
    *hasTable(table) {
      const sql =
        'SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = @schema AND tablename = @table'
      return (yield* readRows(sql, { schema, table })).length > 0
    },
    // A column has one type.
    *idTypes(table, id) {
      const sql =
        'SELECT t.typcategory FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace JOIN pg_catalog.pg_type AS t ON t.oid = a.atttypid WHERE n.nspname = @schema AND c.relname = @table AND a.attname = @id'
      const [[category] = []] = yield* readRows(sql, { schema, table, id })
      return [category === 'N' ? 'integer' : 'text']
    },
  }
}

export async function perform<T>(session: Session, flow: Flow<T>): Promise<T> {
  let step = flow.next()
  while (step.done !== true) step = flow.next(await resultOf(session, step.value))
  return step.value
}

async function resultOf(session: Session, request: Request): Promise<unknown> {
  switch (request.kind) {
    case 'rows':
      return session.rows(request.sql, request.parameters)
    case 'each':
      for (const row of await session.rows(request.sql, request.parameters)) request.visit(row)
      return
    case 'records':
      return session.records(request.sql, request.parameters)
    case 'change':
      return session.change(request.sql, request.parameters)
    case 'change_each':
      return session.changeEach(request.sql, request.lists)
  }
}
