/**
 * The next rows of a step, by their keys.
 *
 * @module
 */

import { passOf } from '../../../src/program/steps.ts'
import type { Cursor } from '../../../src/store/chunk.ts'
import type { ContentRow, HostQuestion, StepRow } from '../../../src/store/questions.ts'
import { type Flow, readObjects, readRows } from '../flow.ts'
import { jsonText } from '../json-text.ts'
import type { ProgramSql } from '../program-sql.ts'
import type { Parameters } from '../statement.ts'
import type { ChunkSql } from '../steps/chunk-sql.ts'

/** In the order of their keys. `parameters`: of the one user. */
export function* stepRows(
  sql: ProgramSql,
  { step, after, limit }: HostQuestion<'step_rows'>,
  parameters: Parameters,
): Flow<readonly StepRow[]> {
  const chunk = sql.steps[step]?.chunk ?? null
  if (chunk === null) return []
  const keys = yield* nextKeys(chunk, parameters, after, limit)
  const pass = passOf(sql.program.steps, step)
  if (pass.length === 1) return keys.map((key) => ({ key: cursorAt(key), steps: [step] }))
  const among = { ...parameters, keys: jsonText(keys) }
  const found = new Map(keys.map((key) => [jsonText(key), [] as number[]]))
  for (const index of pass) {
    const own = sql.steps[index]?.pass ?? null
    if (own === null) continue
    for (const [, ...key] of yield* readRows(own.findAmong, among)) {
      found.get(jsonText(key))?.push(index)
    }
  }
  return keys.map((key) => ({ key: cursorAt(key), steps: found.get(jsonText(key)) ?? [] }))
}

/** Rows of one step with what they hold, in the order of their keys. */
export function* stepContents(
  sql: ProgramSql,
  { step, after, limit }: HostQuestion<'contents'>,
  parameters: Parameters,
): Flow<readonly ContentRow[]> {
  const content = sql.steps[step]?.content
  if (content === undefined) return []
  const keys = yield* nextKeys(content, parameters, after, limit)
  if (keys.length === 0) return []
  const rows = new Map<string, ContentRow['row']>()
  for (const record of yield* readObjects(content.named, { keys: jsonText(keys) })) {
    const columns = Object.entries(record)
    // Asked for behind the others, so that no column of the host stands in their place.
    const key = columns.splice(-content.width).map(([, value]) => value)
    rows.set(jsonText(key), Object.fromEntries(columns))
  }
  return keys.flatMap((key) => {
    const row = rows.get(jsonText(key))
    return row === undefined ? [] : [{ key: cursorAt(key), row }]
  })
}

/** Keys of the one user's rows in their order, from the start or behind the cursor. */
export function* nextKeys(
  { first, next }: Pick<ChunkSql, 'first' | 'next'>,
  parameters: Parameters,
  cursor: Cursor | null,
  limit: number | null,
): Flow<readonly Cursor[]> {
  return cursor === null
    ? yield* readRows(first, { ...parameters, limit })
    : yield* readRows(next, { ...parameters, ...behindCursor(cursor), limit })
}

/** The key that comes before those that are asked for. */
export function behindCursor(cursor: Cursor): Parameters {
  return Object.fromEntries(keyAt(cursor).map((value, index) => [`after${index}`, value]))
}

/** The key of a cursor as SQLite holds it. */
export function keyAt(cursor: Cursor): readonly unknown[] {
  return cursor.map((value) => {
    const isInteger = typeof value === 'object' && value !== null && 'integer' in value
    return isInteger ? BigInt(String(value.integer)) : value
  })
}

/** A key as a cursor that JSON can carry: integers that no number holds by their digits. */
export function cursorAt(key: readonly unknown[]): Cursor {
  return key.map((value) => (typeof value === 'bigint' ? { integer: value.toString() } : value))
}
