/**
 * Groups that would be left without a member.
 *
 * @module
 */
import type { HostQuestion } from '../../../src/store/questions.ts'
import type { GroupMember } from '../../../src/store/slice.ts'
import type { Doc } from '../server/driver.ts'
import { locatedValues, projectionOf, sideConditions, valueAt } from '../server/paths.ts'
import type { Reader } from '../server/scope.ts'
import { keyOf, storedId, wholeKeyOf } from '../server/values.ts'

/** Members among the users of groups in which nobody else satisfies the check. */
export async function findBereft(
  reader: Reader,
  { program: { user, checks }, check, users }: HostQuestion<'bereft'>,
): Promise<readonly GroupMember[]> {
  const asked = checks[check]
  if (asked === undefined) return []
  const { table, match, within, where } = asked
  const ids = users.map(({ fields }) => storedId(reader.types, user.idType, fields['id'], null))
  const positions = new Map(ids.map((id, position) => [keyOf(id), position]))
  if (ids.length === 0) return []
  const conditions = sideConditions({ where, tenant: null }, null)
  const projection = projectionOf([match, within])
  const mine = await reader.find(
    table,
    { $and: [{ [match]: { $in: ids } }, { [within]: { $ne: null } }, ...conditions] },
    { projection },
  )
  const groups = new Map(
    mine.flatMap((row) => valuesAt(row, within)).map((group) => [wholeKeyOf(group), group]),
  )
  if (groups.size === 0) return []
  const others = await reader.find(
    table,
    {
      $and: [
        { [within]: { $in: [...groups.values()] } },
        { $or: [{ [match]: { $nin: [...ids, null] } }, ...leadsThroughArray(match)] },
        ...conditions,
      ],
    },
    { projection },
  )
  const isOther = (value: unknown): boolean => value !== null && !positions.has(keyOf(value))
  const surviving = new Set(
    [...mine, ...others]
      .filter((row) => locatedValues(row, match.split('.')).some(isOther))
      .flatMap((row) => valuesAt(row, within).map(wholeKeyOf)),
  )
  return mine.flatMap((row) => {
    const members = locatedValues(row, match.split('.')).flatMap(
      (value) => positions.get(keyOf(value)) ?? [],
    )
    const bereft = valuesAt(row, within)
      .map(wholeKeyOf)
      .filter((group) => !surviving.has(group))
    return [...new Set(members)].flatMap((user) => bereft.map((group) => ({ user, group })))
  })
}

/** What names the groups of a row: a value of whatever kind, or those of an array. */
function valuesAt(row: Doc, path: string): readonly unknown[] {
  const whole = valueAt(row, path)
  const values =
    whole === undefined || Array.isArray(whole) ? locatedValues(row, path.split('.')) : [whole]
  return values.filter((value) => value !== null)
}

/** Of an array `$nin` tells that none of its elements is named, and there may be others beside one who is. */
function leadsThroughArray(path: string): readonly Doc[] {
  const keys = path.split('.')
  return keys.map((_, end) => ({ [`${keys.slice(0, end + 1).join('.')}.0`]: { $exists: true } }))
}
