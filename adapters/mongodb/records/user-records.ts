/**
 * What the engine keeps about a user who is still there: that it has disabled them, holds, and tokens.
 *
 * @module
 */

import type { Program, UserId } from '../../../src/program/program.ts'
import type {
  ConfirmationToken,
  DisabledUser,
  Hold,
  HoldQuery,
} from '../../../src/store/records.ts'
import type { Targets } from '../../../src/store/slice.ts'
import type { Doc } from '../server/driver.ts'
import { DISABLED, HOLDS, TOKENS } from '../server/engine-collections.ts'
import type { Question } from '../server/questions.ts'
import type { Reader, Writer } from '../server/scope.ts'
import { engineId } from '../server/values.ts'
import type { RecordWrite } from './change.ts'
import { isSameValue, textOrNull } from './ledger.ts'

/** Whether the engine has disabled any of the users, or holds tokens of theirs: by collection, if so. */
export function keepersOf(
  { user: { table: userTable } }: Program,
  { users, tenantId }: Targets,
): Question<readonly string[]> {
  const ofUsers = { userId: { $in: users.map(({ id }) => id) }, userTable, tenantId }
  return {
    pipelines: KEEPERS.map((collection) => ({
      collection,
      pipeline: [{ $match: ofUsers }, { $limit: 1 }, { $project: { _id: 1 } }],
    })),
    answer: (found) => KEEPERS.filter((_, place) => found[place]?.length !== 0),
  }
}

const KEEPERS = [DISABLED, TOKENS]

/** Removes what these collections keep about users who go; ended holds and schedules with it. */
export function forgetRecords(
  keepers: readonly string[],
  userTable: string,
  tenantId: string | null,
  ids: readonly unknown[],
): readonly RecordWrite[] {
  return keepers.map((collection) => ({
    kind: 'remove',
    collection,
    filter: { userId: { $in: ids }, userTable, tenantId },
  }))
}

/** The holds of a slice's users, in their order. */
export function holdsOf(
  { user }: Program,
  { users, tenantId }: Targets,
): Question<readonly (readonly Hold[])[]> {
  const ids = users.map(({ id }) => id)
  const ofUsers = { userId: { $in: ids }, ...binding(user.table), tenantId }
  return {
    pipelines: [{ collection: HOLDS, pipeline: [{ $match: ofUsers }, { $sort: { _id: 1 } }] }],
    answer([found = []]) {
      const holds = found.map(toHold)
      return users.map(({ id }) => holds.filter(({ userId }) => isSameValue(userId, id)))
    },
  }
}

export async function listHolds(
  reader: Reader,
  { limit, userTable, user, afterId }: HoldQuery,
): Promise<readonly Hold[]> {
  const ofTable = userTable === undefined ? {} : binding(userTable)
  const filter = { _id: { $gt: afterId ?? '' }, ...ofTable, ...user }
  return (await reader.find(HOLDS, filter, { sort: { _id: 1 }, limit })).map(toHold)
}

/** A hold of an earlier layout that does not say binds the users of every table. */
function binding(userTable: string): Doc {
  return { userTable: { $in: [userTable, null] } }
}

export function holdRecord({ id, ...hold }: Hold): RecordWrite {
  return { kind: 'put', collection: HOLDS, document: { _id: id, ...hold } }
}

export function releaseRecord(id: string): RecordWrite {
  return { kind: 'remove', collection: HOLDS, filter: { _id: id } }
}

export async function readDisabled(
  reader: Reader,
  userTable: string,
  tenantId: string | null,
  userId: UserId,
): Promise<DisabledUser | null> {
  const [record] = await reader.find(DISABLED, {
    _id: { userTable, tenantId, userId },
  })
  if (record === undefined) return null
  const before = record['before'] as readonly (readonly [string, never])[]
  return { since: String(record['since']), before: Object.fromEntries(before) }
}

/** In the place of an earlier one; `null` removes it. */
export function disabledRecord(
  userTable: string,
  tenantId: string | null,
  userId: UserId,
  record: DisabledUser | null,
): RecordWrite {
  const _id = { userTable, tenantId, userId }
  if (record === null) return { kind: 'remove', collection: DISABLED, filter: { _id } }
  const { since, before } = record
  // Columns may be paths, which are no names of fields.
  const user = { userTable, tenantId, userId }
  const document = { _id, ...user, since, before: Object.entries(before) }
  return { kind: 'put', collection: DISABLED, document }
}

/** A user has one token at a time. */
export async function saveToken(
  writer: Writer,
  { hash, ...token }: ConfirmationToken,
): Promise<void> {
  const { userTable, tenantId, userId } = token
  await writer.put(TOKENS, { _id: hash, ...token })
  await writer.deleteMany(TOKENS, { userId, userTable, tenantId, _id: { $ne: hash } })
}

export async function findToken(
  reader: Reader,
  userTable: string,
  hash: string,
): Promise<ConfirmationToken | null> {
  const [token] = await reader.find(TOKENS, { _id: hash, userTable })
  if (token === undefined) return null
  return {
    hash: String(token['_id']),
    userTable,
    tenantId: textOrNull(token['tenantId']),
    userId: engineId(token['userId']) as UserId,
    sessionId: String(token['sessionId']),
    expiresAt: String(token['expiresAt']),
  }
}

export function tokenRecord(hash: string): RecordWrite {
  return { kind: 'remove', collection: TOKENS, filter: { _id: hash } }
}

function toHold(hold: Doc): Hold {
  return {
    id: String(hold['_id']),
    userTable: textOrNull(hold['userTable']),
    tenantId: textOrNull(hold['tenantId']),
    userId: engineId(hold['userId']) as UserId,
    reason: String(hold['reason']),
    tables: (hold['tables'] ?? null) as Hold['tables'],
    placedAt: String(hold['placedAt']),
    until: textOrNull(hold['until']),
  }
}
