/**
 * Ids of a run, and small facts that the engine remembers between calls.
 *
 * @module
 */

import type { UserId } from '../../../src/program/program.ts'
import type { Mark, RunsAside } from '../../../src/store/records.ts'
import { LEDGER_IMPORT, MARKS, SPOOL } from '../server/engine-collections.ts'
import type { Reader, Writer } from '../server/scope.ts'
import { engineId } from '../server/values.ts'

/** Where the next ids of a run go. */
export async function endOfSpool(reader: Reader, run: string): Promise<number> {
  const [last] = await reader.find(SPOOL, { run }, { sort: { from: -1 }, limit: 1 })
  return last === undefined ? 0 : Number(last['from']) + Number(last['count'])
}

/** One document a call, so that it is there as a whole or not at all. Safe to repeat. */
export async function spool(
  writer: Writer,
  run: string,
  from: number,
  ids: readonly UserId[],
): Promise<void> {
  if (ids.length === 0) return
  await writer.put(SPOOL, { _id: { run, from }, run, from, count: ids.length, ids })
}

export async function readSpool(
  reader: Reader,
  run: string,
  offset: number,
  limit: number,
): Promise<readonly UserId[]> {
  const [first] = await reader.find(
    SPOOL,
    { run, from: { $lte: offset } },
    { sort: { from: -1 }, limit: 1, projection: { from: 1 } },
  )
  if (first === undefined) return []
  const from = Number(first['from'])
  const ids: unknown[] = []
  for (let place = from; ids.length < offset - from + limit; ) {
    const [page] = await reader.find(SPOOL, { run, from: place })
    if (page === undefined) break
    ids.push(...(page['ids'] as readonly unknown[]))
    place += Number(page['count'])
  }
  // What is no id keeps its place, or those behind it would move up and the last page would look like the end.
  return ids.slice(offset - from, offset - from + limit).map((id) => engineId(id) as UserId)
}

export async function clearSpool(writer: Writer, run: string): Promise<void> {
  await writer.deleteMany(SPOOL, { run })
}

export async function readMark(reader: Reader, name: string): Promise<string | null> {
  const [mark] = await reader.find(MARKS, { _id: name })
  return mark === undefined ? null : String(mark['value'])
}

export async function writeMark(writer: Writer, name: string, value: string): Promise<void> {
  await writer.put(MARKS, { _id: name, value })
}

export async function runsAside(reader: Reader): Promise<RunsAside> {
  const runsIn = async (collection: string): Promise<readonly string[]> =>
    (await reader.aggregate(collection, [{ $group: { _id: '$run' } }])).map(({ _id }) =>
      String(_id),
    )
  return { spools: await runsIn(SPOOL), imports: await runsIn(LEDGER_IMPORT) }
}

export async function listMarks(reader: Reader, prefix: string): Promise<readonly Mark[]> {
  // Names behind the prefix that don't begin with it come after those that do.
  const marks = await reader.find(MARKS, { _id: { $gte: prefix } }, { sort: { _id: 1 } })
  return marks
    .map(({ _id, value }) => ({ name: String(_id), value: String(value) }))
    .filter(({ name }) => name.startsWith(prefix))
}

export async function removeMark(writer: Writer, name: string): Promise<void> {
  await writer.deleteMany(MARKS, { _id: name })
}
