/**
 * What a deletion would find: the users, their rows by step, and the groups they are the last of.
 *
 * @module
 */

import { compareIds, foldedBy, inLowerCase, valueKey } from '../../../src/program/matching.ts'
import type { LastOfCheck, Program, Step, UserId, UserTable } from '../../../src/program/program.ts'
import { isFoundInAnyCase } from '../../../src/program/selectors.ts'
import { allWrittenFor } from '../../../src/program/shared-values.ts'
import { keepsItsRows } from '../../../src/program/steps.ts'
import type { Tombstone } from '../../../src/store/inspection.ts'
import {
  deletionsOf,
  holdsInOrder,
  holdsOf,
  jobsInOrder,
  jobsOf,
} from '../../../src/store/own-records.ts'
import type { LedgerEntry } from '../../../src/store/records.ts'
import type {
  FoundUser,
  GroupMember,
  JournalEnd,
  Survey,
  Target,
  Targets,
  UserPage,
  UserQuery,
  UserRow,
} from '../../../src/store/slice.ts'
import type { Records } from '../records/records.ts'
import type { Tables } from '../tables/rows.ts'
import { stored, tenantText } from '../tables/values.ts'
import { rowsAtHurdles } from './hurdles.ts'
import { holds, matchStep } from './match-rows.ts'
import { sharedOf, sharedRowsOf } from './shared-values.ts'
import { lacks } from './write-rows.ts'

export function takeSurvey(
  tables: Tables,
  records: Records,
  program: Program,
  targets: Targets,
  journal?: JournalEnd,
): Survey {
  const found = findRows(tables, records, program, targets).map((row) =>
    row === null ? null : foundUser(tables, program, targets, row),
  )
  const { shared, groups } = sharedOf(tables, program, targets.tenantId, found)
  const users = found.map((user, position) => {
    const own = shared[position] ?? []
    if (user === null || own.length === 0) return user
    const sharing = { ...user, shared: own, derived: [] }
    const sharedRows = sharedRowsOf(tables, program, targets.tenantId, sharing)
    return { fields: user.fields, shared: own, sharedRows }
  })
  const present = users.flatMap((user, position) => (user === null ? [] : [{ user, position }]))
  const slice = present.map(({ user }) => ({ ...user, derived: [] }))
  const counts = users.map(() => program.steps.map(() => 0))
  for (const [index, step] of program.steps.entries()) {
    // In the last transaction of a job exceptions may be overwritten: the chunks have had the last word.
    if (hasChunks(journal) && step.except.length > 0) continue
    const after = journal === undefined ? 0 : rowsWrittenUpTo(step, journal, index)
    for (const [key, owners] of matchStep(tables, step, targets.tenantId, slice)) {
      if (key <= after) continue
      for (const owner of owners) {
        const own = counts[present[owner]?.position ?? -1]
        if (own !== undefined) own[index] = (own[index] ?? 0) + 1
      }
    }
  }
  const bereft = program.checks.map((check) => findBereft(tables, check, users))
  const own = rowsAtHurdles(tables, program, targets.tenantId, slice)
  const hurdles = users.map((): readonly number[] => [])
  for (const [index, { position }] of present.entries()) hurdles[position] = own[index] ?? []
  const ids = targets.users.map(({ id }) => id)
  const named = { userTable: program.user.table, tenantId: targets.tenantId, ids }
  return {
    users,
    counts,
    bereft,
    hurdles,
    sharers: groups,
    jobs: jobsInOrder(ids, records.ask(jobsOf(named))),
    holds: holdsInOrder(ids, records.ask(holdsOf(named))),
  }
}

/** Whether chunks of the journalled way have written anything. */
function hasChunks(journal: JournalEnd | undefined): boolean {
  return journal !== undefined && journal.cursors !== null
}

/** The key up to which chunks have written the rows of a step that keeps its rows. */
export function rowsWrittenUpTo(step: Step, { cursors }: JournalEnd, index: number): number {
  return keepsItsRows(step) ? Number(cursors?.[index]?.[0] ?? 0) : 0
}

/** The user rows in the order asked for; only the very id in the very tenant counts. */
export function findRows(
  tables: Tables,
  records: Records,
  { user }: Program,
  { tenantId, users, restored = false }: Targets,
): readonly (UserRow | null)[] {
  if (user.rowless) return users.map(({ id }) => ({ [user.id]: stored(id) }))
  const rows = new Map<unknown, UserRow>()
  const wanted = new Set<unknown>(users.map(({ id }) => stored(id)))
  for (const row of tables.rows(user.table).values()) {
    const isOfTenant = user.tenant === null || tenantText(row[user.tenant]) === tenantId
    if (isOfTenant && wanted.has(stored(row[user.id]))) rows.set(stored(row[user.id]), row)
  }
  return users.map(({ id, subject }) => {
    const row = rows.get(stored(id))
    if (row === undefined) return null
    const isNamed = newestDeletion(records, user, tenantId, subject) !== undefined
    if (isNamed && isTombstone(user, row, restored)) return null
    return structuredClone(row)
  })
}

/** What a deletion has left of the user row, where the policy keeps a blank one. */
export function findTombstone(
  tables: Tables,
  records: Records,
  { user }: Program,
  tenantId: string | null,
  { id, subject }: Target,
  derived: readonly (string | null)[],
): Tombstone | null {
  if (
    user.action !== 'anonymize' ||
    newestDeletion(records, user, tenantId, subject) === undefined
  ) {
    return null
  }
  const row = [...tables.rows(user.table).values()].find(
    (one) =>
      stored(one[user.id]) === stored(id) &&
      (user.tenant === null || tenantText(one[user.tenant]) === tenantId),
  )
  if (row === undefined) return null
  return { row: structuredClone(row), isBlank: !lacks(row, user, { fields: { id }, derived }) }
}

/** Ids of the user table in SQLite's order: numbers before text, text byte by byte. */
export function listUsers(
  tables: Tables,
  records: Records,
  program: Program,
  query: UserQuery,
): UserPage {
  const { tenantId, afterId, limit, restored = false } = query
  const { user } = program
  const own = tables.table(user.table)?.columns?.find(({ name }) => name === user.tenant)
  // Where the column takes two spellings for one tenant, those of both are its users.
  const fold = foldedBy(own?.collation ?? null) ?? ((text) => text)
  const isOfTenant = (tenant: string | null): boolean =>
    tenant !== null && tenantId !== null && fold(tenant) === fold(tenantId)
  const rows = [...tables.rows(user.table).values()]
    .filter((row) => user.tenant === null || isOfTenant(tenantText(row[user.tenant])))
    .filter((row) => stored(row[user.id]) !== null)
    .map((row) => ({ id: stored(row[user.id]) as UserId, row }))
    .filter(({ id }) => afterId === null || compareIds(id, stored(afterId) as UserId) > 0)
    .sort((a, b) => compareIds(a.id, b.id))
    .slice(0, limit)
  const live = rows.filter(
    ({ id, row }) =>
      newestDeletion(records, user, tenantId, query.subjectOf(id)) === undefined ||
      !isTombstone(user, row, restored),
  )
  return {
    ids: live.map(({ id }) => id),
    next: rows.length < limit ? null : (rows.at(-1)?.id ?? null),
  }
}

export function newestDeletion(
  records: Records,
  { table }: Pick<UserTable, 'table'>,
  tenantId: string | null,
  subject: UserId,
): LedgerEntry | undefined {
  return records.ask(deletionsOf(table, tenantId, [subject]))[0]
}

/** Whether the row of a user whom the ledger names as deleted is what the deletion has left. */
function isTombstone(user: UserTable, row: UserRow, restored: boolean): boolean {
  if (user.action !== 'anonymize') return false
  return !restored || !lacks(row, user, { fields: {}, derived: [] })
}

/** The user's fields; of restored users without those whose value another user of the tenant holds. */
function foundUser(
  tables: Tables,
  program: Program,
  { tenantId, restored = false }: Targets,
  row: UserRow,
): FoundUser {
  const { user } = program
  const others = restored
    ? [...tables.rows(user.table).values()].filter(
        (other) =>
          stored(other[user.id]) !== stored(row[user.id]) &&
          (user.tenant === null || tenantText(other[user.tenant]) === tenantId),
      )
    : []
  const fields = Object.entries(user.fields).map(([field, column]) => {
    const value = stored(row[column])
    const spelt = (one: unknown) =>
      typeof one === 'string' && isFoundInAnyCase(program, field) ? inLowerCase(one) : one
    const isShared = others.some((other) => spelt(stored(other[column])) === spelt(value))
    return [field, isShared && field !== 'id' ? null : value]
  })
  return { fields: Object.fromEntries(fields) as FoundUser['fields'] }
}

/** Members among the users of groups in which nobody else satisfies the check. */
function findBereft(
  tables: Tables,
  { table, match, within, where, eitherType, collation }: LastOfCheck,
  users: readonly (FoundUser | null)[],
): readonly GroupMember[] {
  const wanted = { field: 'id', form: null, ...(eitherType ? { eitherType } : {}) }
  const fold = foldedBy(collation ?? null)
  const spelt = (id: unknown): unknown => (typeof id === 'string' && fold !== null ? fold(id) : id)
  const positions = new Map(
    users.flatMap((user, position) =>
      user === null ? [] : allWrittenFor(user, wanted).map((id) => [spelt(id), position] as const),
    ),
  )
  const members: GroupMember[] = []
  const surviving = new Set<unknown>()
  for (const row of tables.rows(table).values()) {
    const group = stored(row[within])
    const id = stored(row[match])
    if (group === null || id === null || !where.every((condition) => holds(row, condition)))
      continue
    const user = positions.get(spelt(id))
    if (user === undefined) surviving.add(valueKey(group))
    else members.push({ user, group })
  }
  return members.filter(({ group }) => !surviving.has(valueKey(group)))
}
