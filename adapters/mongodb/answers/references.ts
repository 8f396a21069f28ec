/**
 * Which users documents hold.
 *
 * @module
 */
import { compareIds } from '../../../src/program/matching.ts'
import type { Program, Selector, UserId } from '../../../src/program/program.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import type { Doc } from '../server/driver.ts'
import { behindId, pathOf, sideConditions } from '../server/paths.ts'
import type { Reader } from '../server/scope.ts'
import { engineId, storedId } from '../server/values.ts'

/** Numbers stand before texts, and each page goes on behind the last value of the one before. */
export async function heldIds(
  reader: Reader,
  { program, step, after, limit }: HostQuestion<'references'>,
): Promise<readonly UserId[]> {
  const ends = (program.steps[step]?.ways ?? []).flatMap(endsOf)
  const ids: UserId[] = []
  for (const end of ends) ids.push(...(await idsAtEnd(reader, program, end, after, limit)))
  return [...new Set(ids)].sort(compareIds).slice(0, limit)
}

/** The selectors at the ends of the chains, which hold the user's id. */
function endsOf(selector: Selector): readonly Selector[] {
  const { target } = selector
  return target.kind === 'user' ? [selector] : target.parents.flatMap(endsOf)
}

async function idsAtEnd(
  reader: Reader,
  { user }: Program,
  { table, locator, target, where }: Selector,
  after: UserId | null,
  limit: number,
): Promise<readonly UserId[]> {
  const form = target.kind === 'user' ? target.form : null
  const last = after === null ? null : storedId(reader.types, user.idType, after, form)
  const prefix = form?.prefix ?? ''
  const path = pathOf(locator)
  const held = '$held'
  const groups = await reader.aggregate(table, [
    {
      $match: {
        $and: [{ [path]: { $ne: null } }, ...sideConditions({ where, tenant: null }, null)],
      },
    },
    ...heldStages(path.split('.'), held),
    { $group: { _id: held } },
    { $match: { $and: [ofIdType(prefix), behindId('_id', last)] } },
    { $sort: { _id: 1 } },
    { $limit: limit },
  ])
  return groups.flatMap(({ _id }) => engineId(_id, prefix) ?? [])
}

/** What documents hold at the path, one value each. Every array on the way opens once more. */
function heldStages(path: readonly string[], held: string): readonly Doc[] {
  // No expression names the parts of a reference (`$id`), so they are taken out of it one by one.
  const part = path.findIndex((key) => key.startsWith('$'))
  const plain = part === -1 ? path : path.slice(0, part)
  const unwind = { $unwind: held }
  return [
    { $project: { _id: 0, held: plain.length === 0 ? '$$ROOT' : `$${plain.join('.')}` } },
    ...plain.map(() => unwind),
    unwind,
    ...path
      .slice(plain.length)
      .flatMap((key) => [
        { $match: { held: { $type: 'object' } } },
        { $project: { held: { $getField: { field: { $literal: key }, input: held } } } },
        unwind,
      ]),
  ]
}

function ofIdType(prefix: string): Doc {
  if (prefix === '') return { _id: { $type: ['number', 'string', 'objectId', 'binData'] } }
  // No other text begins like this one and sorts before it.
  return { _id: { $gte: prefix, $lt: `${prefix}\u{10ffff}` } }
}
