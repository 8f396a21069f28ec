/**
 * Claims the users of a change on a server without transactions, before its first step, and only if their rows are as
 * they were at the decision.
 *
 * @module
 */
import type { Program } from '../../../src/program/program.ts'
import type { Columns } from '../../../src/store/change.ts'
import type { FoundRow } from '../answers/seen.ts'
import type { DocumentWork, UserClaim } from '../records/change.ts'
import type { Doc } from '../server/driver.ts'
import { storeBusy } from '../server/mongo-errors.ts'
import { valueAt } from '../server/paths.ts'
import type { Update, Writer } from '../server/scope.ts'

/** The rows as they were read, by what decides about a user, and what shuts the user out. */
export function claimsOf(
  { user }: Program,
  set: Columns,
  found: readonly FoundRow[],
): readonly UserClaim[] {
  if (user.rowless) return []
  const columns = [
    user.id,
    ...(user.tenant === null ? [] : [user.tenant]),
    ...Object.keys({ ...user.disabled, ...user.active, ...set }),
  ]
  return found.map(({ row }) => ({
    seen: Object.fromEntries(
      ['_id', ...columns].map((column) => [column, row[column] ?? valueAt(row, column) ?? null]),
    ),
    set,
  }))
}

type Claiming = Pick<DocumentWork, 'program' | 'claims'>

/** @throws {@link UserDeletionError} `store_busy` when a row has changed since, with some claimed already. */
export async function claimUsers(writer: Writer, { program, claims }: Claiming): Promise<void> {
  if (claims.length === 0) return
  const { user } = program
  const updates = claims.map((claim) => claimUpdate(user.id, claim))
  if ((await writer.updateAll(user.table, updates)) < claims.length) throw storeBusy()
}

/**
 * The same after a crash. No step runs before all users are claimed. So if a user cannot be claimed any more, the
 * other users are given back and the change is dropped: the answer is `false`.
 */
export async function reclaimUsers(writer: Writer, work: readonly Claiming[]): Promise<boolean> {
  for (const { program, claims } of work) {
    const { id, table } = program.user
    for (const claim of claims) {
      const _id = claim.seen['_id']
      if ((await writer.updateMany(table, claimUpdate(id, claim))) > 0) continue
      const stands = [{ _id }, equals({ _id, ...claim.set })]
      const [present, claimed] = await Promise.all(
        stands.map((filter) => writer.find(table, filter, { projection: { _id: 1 } })),
      )
      // Gone already, or claimed already: the crash came later.
      if (present?.length === 0 || claimed?.length !== 0) continue
      await giveBack(writer, work)
      return false
    }
  }
  return true
}

function claimUpdate(id: string, { seen, set }: UserClaim): Update {
  const isEmpty = Object.keys(set).length === 0
  return { filter: equals(seen), update: { $set: isEmpty ? { [id]: seen[id] } : set } }
}

/** Values are compared as they are, whatever a document holds in their place. */
function equals(columns: Doc): Doc {
  return Object.fromEntries(
    Object.entries(columns).map(([column, value]) => [column, { $eq: value }]),
  )
}

async function giveBack(writer: Writer, work: readonly Claiming[]): Promise<void> {
  for (const { program, claims } of work) {
    for (const { seen, set } of claims) {
      const columns = Object.keys(set)
      if (columns.length === 0) continue
      const before: Doc = Object.fromEntries(
        columns.map((column) => [column, seen[column] ?? null]),
      )
      const filter = equals({ _id: seen['_id'], ...set })
      await writer.updateMany(program.user.table, { filter, update: { $set: before } })
    }
  }
}
