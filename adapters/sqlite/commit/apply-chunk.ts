/**
 * A bounded number of rows of one step, for users too large for one transaction.
 *
 * @module
 */

import { needsCursor, passOf } from '../../../src/program/steps.ts'
import type { Chunk, ChunkResult, Cursor } from '../../../src/store/chunk.ts'
import { residueLeft } from '../../../src/store/failures.ts'
import { withFence } from '../../../src/store/own-records.ts'
import type { Connection } from '../handle/connection.ts'
import { explainingRefusal } from '../handle/explain-refusal.ts'
import { writeRecords } from '../records/records.ts'
import { jsonText } from '../sql/literals.ts'
import type { ProgramSql } from '../sql/program-sql.ts'
import { sliceParameters } from '../sql/slice-parameters.ts'
import type { Parameters } from '../sql/statement.ts'
import type { ChunkSql } from '../sql/step-sql.ts'
import { type HeldParents, holdAmong, rowsUnder } from './gone-parents.ts'

/** Writes one chunk and saves the job, inside the transaction that the caller has opened. */
export function applyChunk(connection: Connection, sql: ProgramSql, chunk: Chunk): ChunkResult {
  const result = writeChunk(connection, sql, chunk)
  const where = withFence({ id: chunk.jobId, fence: chunk.fence })
  writeRecords(connection, [
    { kind: 'patch', table: 'jobs', where, set: chunk.save(result), orElse: 'lease_lost' },
  ])
  return result
}

/** Writes up to `limit` rows after the cursor and answers where it stopped. */
export function writeKeys(
  connection: Connection,
  sql: ChunkSql,
  parameters: Parameters,
  cursor: Cursor | null,
  limit: number,
): { readonly keys: readonly Cursor[]; readonly rows: number } {
  const keys = nextKeys(connection, sql, parameters, cursor, limit)
  if (keys.length === 0) return { keys, rows: 0 }
  return { keys, rows: connection.change(sql.apply, { ...parameters, keys: jsonText(keys) }) }
}

/** The key that comes before those that are asked for. */
export function behindCursor(cursor: Cursor): Parameters {
  return Object.fromEntries(cursor.map((value, index) => [`after${index}`, keyPart(value)]))
}

/** A key as a cursor that JSON can carry: integers that no number holds by their digits. */
function cursorAt(key: readonly unknown[] | undefined): Cursor | null {
  return (
    key?.map((value) => (typeof value === 'bigint' ? { integer: value.toString() } : value)) ?? null
  )
}

function keyPart(value: unknown): unknown {
  const isInteger = typeof value === 'object' && value !== null && 'integer' in value
  return isInteger ? BigInt(String(value.integer)) : value
}

function nextKeys(
  connection: Connection,
  { first, next }: ChunkSql,
  parameters: Parameters,
  cursor: Cursor | null,
  limit: number,
): readonly Cursor[] {
  return cursor === null
    ? connection.rows(first, { ...parameters, limit })
    : connection.rows(next, { ...parameters, ...behindCursor(cursor), limit })
}

function writeChunk(connection: Connection, sql: ProgramSql, chunk: Chunk): ChunkResult {
  const step = sql.program.steps[chunk.step]
  const { write = null, chunk: byKeys = null } = sql.steps[chunk.step] ?? {}
  if (step === undefined || write === null || byKeys === null) {
    return { rows: 0, cursor: chunk.cursor, done: true }
  }
  const parameters = {
    ...sliceParameters(sql.values, chunk.tenantId, [chunk], () => chunk.derived),
    ...Object.fromEntries(chunk.derived.map((value, index) => [`d${index}`, value])),
  }
  // Rows that a step removes or cuts loose do not match again: the next chunk starts from the front.
  const cursor = needsCursor(step) ? chunk.cursor : null
  if (step.foundWith !== undefined) {
    return writePass(connection, sql, byKeys, parameters, { ...chunk, cursor })
  }
  const written = { ...write, parameters }
  const next = () => nextKeys(connection, byKeys, parameters, cursor, chunk.limit)
  const held = step.action === 'delete' ? holdAmong(connection, sql, step.table, next) : NO_PARENTS
  const { keys, rows } = explainingRefusal(connection, sql.schema, written, () =>
    writeKeys(connection, byKeys, parameters, cursor, chunk.limit),
  )
  if (keys.length > 0 && rows === 0) throw residueLeft(step.table)
  for (const [index] of held) {
    if (rowsUnder(connection, sql, index, held, parameters) > 0) {
      throw residueLeft(sql.program.steps[index]?.table ?? '')
    }
  }
  return { rows, cursor: cursorAt(keys.at(-1)) ?? chunk.cursor, done: keys.length < chunk.limit }
}

const NO_PARENTS: HeldParents = new Map()

/** The next rows of steps that find theirs together: each step writes those of them that were its own. */
function writePass(
  connection: Connection,
  sql: ProgramSql,
  byKeys: ChunkSql,
  parameters: Parameters,
  { step: first, cursor, limit }: Pick<Chunk, 'step' | 'cursor' | 'limit'>,
): ChunkResult {
  const keys = nextKeys(connection, byKeys, parameters, cursor, limit)
  const among = { ...parameters, keys: jsonText(keys) }
  const pass = passOf(sql.program.steps, first).flatMap((step) => {
    const { write = null, pass: own = null } = sql.steps[step] ?? {}
    if (write === null || own === null) return []
    return [{ step, write, own, pairs: connection.rows(own.findAmong, among) }]
  })
  for (const { write, own, pairs } of pass) {
    if (pairs.length === 0) continue
    const known = { ...parameters, pairs: jsonText(pairs) }
    explainingRefusal(connection, sql.schema, { ...write, parameters }, () =>
      connection.change(own.write, known),
    )
  }
  const rowsOf = (wanted: number): number =>
    pass.find(({ step }) => step === wanted)?.pairs.length ?? 0
  return {
    rows: rowsOf(first),
    others: pass.flatMap(({ step }) => (step === first ? [] : [{ step, rows: rowsOf(step) }])),
    cursor: cursorAt(keys.at(-1)) ?? cursor,
    done: keys.length < limit,
  }
}
