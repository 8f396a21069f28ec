/**
 * What PostgreSQL answers otherwise than others.
 *
 * @module
 */
import type { TableSchema } from '../../../src/program/schema.ts'
import type { AnswerWords } from '../../sql/flow.ts'
import { withTypes } from './mark-types.ts'

/** `tables`: as they were last described. */
export function answerWords(tables: () => readonly TableSchema[]): AnswerWords {
  const tableOf = (name: string): TableSchema | undefined =>
    tables().find((table) => table.name === name)
  return {
    tableOf,
    noLimit: null,
    typed: (user) => withTypes(user, { tables: tables() }),
    bind: (value) => value,
    // biome-ignore lint/correctness/useYield: the schema is known already.
    *hasTable(name) {
      return tableOf(name) !== undefined
    },
    // A column has one type.
    *idTypes(table, id) {
      const { holds } = tableOf(table)?.columns?.find(({ name }) => name === id) ?? {}
      return [holds === 'integer' || holds === 'number' ? 'integer' : 'text']
    },
  }
}
