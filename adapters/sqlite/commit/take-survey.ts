/**
 * What a deletion would find: the users, their rows by step, and the groups they are the last of.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import { isFoundInAnyCase } from '../../../src/program/selectors.ts'
import { writtenFor } from '../../../src/program/shared-values.ts'
import { holdsInOrder, holdsOf, jobsInOrder, jobsOf } from '../../../src/store/own-records.ts'
import type { FoundUser, GroupMember, Survey, Target, Targets } from '../../../src/store/slice.ts'
import { type Connection, plainInteger } from '../handle/connection.ts'
import { answerRecords } from '../records/records.ts'
import { jsonText, quoteName, quoteTable } from '../sql/literals.ts'
import type { ProgramSql } from '../sql/program-sql.ts'
import { tenantSql, USER_ID, type UserValue, valueKey } from '../sql/selector-sql.ts'
import { sliceParameters } from '../sql/slice-parameters.ts'
import type { Parameters } from '../sql/statement.ts'
import { type CountSql, POSITION } from '../sql/step-sql.ts'
import { sharedOf } from './shared-values.ts'
import { findTombstones } from './tombstones.ts'

/** Checks that only warn are for plans; a deletion leaves them out. */
export function takeSurvey(
  connection: Connection,
  sql: ProgramSql,
  targets: Targets,
  checks: 'all' | 'blocking',
): Survey {
  const users = [...findFields(connection, sql, targets)]
  const places: number[] = []
  const found: FoundUser[] = []
  for (const [position, user] of users.entries()) {
    if (user === null) continue
    places.push(position)
    found.push(user)
  }
  const sharers = markShared(connection, sql, targets.tenantId, found)
  if (sql.sharing.length > 0) {
    for (const [place, user] of found.entries()) users[places[place] ?? place] = user
  }
  const derived = sql.program.derived.map(() => null)
  const parameters = sliceParameters(sql.values, targets.tenantId, found, () => derived)
  // Those without rows share one list, and in a large slice they may be many.
  const none: number[] = sql.steps.map(() => 0)
  const counts = users.map(() => none)
  countSteps(connection, sql, parameters, found, (user) => {
    const place = places[user] ?? user
    const known = counts[place]
    if (known !== undefined && known !== none) return known
    const own = [...none]
    counts[place] = own
    return own
  })
  const bereft = sql.checks.map((check, index) =>
    checks === 'blocking' && sql.program.checks[index]?.effect === 'warn'
      ? []
      : membersOf(connection, check, parameters, found).map(({ user, group }) => ({
          user: places[user] ?? user,
          group,
        })),
  )
  const ids = targets.users.map(({ id }) => id)
  const named = { userTable: sql.program.user.table, tenantId: targets.tenantId, ids }
  return {
    users,
    counts,
    bereft,
    ...(sql.hurdles.length === 0 || found.length === 0
      ? {}
      : { hurdles: rowsAtHurdles(connection, sql, parameters, users, places) }),
    ...(sharers.length === 0
      ? {}
      : { sharers: sharers.map((group) => group.map((place) => places[place] ?? place)) }),
    jobs: jobsInOrder(ids, answerRecords(connection, jobsOf(named))),
    holds: holdsInOrder(ids, answerRecords(connection, holdsOf(named))),
  }
}

/** By user, then by hurdle. */
function rowsAtHurdles(
  connection: Connection,
  sql: ProgramSql,
  parameters: Parameters,
  users: readonly (FoundUser | null)[],
  places: readonly number[],
): readonly (readonly number[])[] {
  const hurdles = standingHurdles(connection, sql)
  const none: readonly number[] = []
  const found = new Array<readonly number[]>(users.length).fill(none)
  for (const [index, hurdle] of hurdles.entries()) {
    if (hurdle === null) continue
    connection.each(hurdle, parameters, ([position, rows]) => {
      const place = places[Number(position)] ?? -1
      const own = found[place] ?? none
      found[place] = hurdles.map((_, other) => (other === index ? Number(rows) : (own[other] ?? 0)))
    })
  }
  return found
}

const standing = new WeakMap<ProgramSql, readonly (string | null)[]>()

/** The statements of the hurdles; `null` where no row can stand there. Found out once for a program and a schema. */
function standingHurdles(connection: Connection, sql: ProgramSql): readonly (string | null)[] {
  const known = standing.get(sql)
  if (known !== undefined) return known
  const found = sql.hurdles.map((hurdle) => {
    const isNever = hurdle.never !== null && connection.rows(hurdle.never)[0]?.[0] === 1
    return isNever ? null : hurdle.sql
  })
  standing.set(sql, found)
  return found
}

/** Marks in the list of users what of theirs others hold too, and answers who shares with nobody but each other. */
function markShared(
  connection: Connection,
  sql: ProgramSql,
  tenantId: string | null,
  users: FoundUser[],
): readonly (readonly number[])[] {
  const { shared, groups } = sharedOf(connection, sql, tenantId, users)
  const places = [...users.keys()].filter((place) => (shared[place] ?? []).length > 0)
  if (places.length === 0) return []
  const sharing = places.flatMap((place): readonly FoundUser[] => {
    const { fields } = users[place] ?? { fields: {} }
    return [{ fields, shared: shared[place] ?? [] }]
  })
  const derived = sql.program.derived.map(() => null)
  const parameters = sliceParameters(sql.values, tenantId, sharing, () => derived)
  const rows = sharing.map(() => sql.steps.map(() => 0))
  for (const [index, step] of sql.steps.entries()) {
    if (step?.shared == null) continue
    connection.each(step.shared, parameters, ([place, count]) => {
      const own = rows[Number(place)]
      if (own !== undefined) own[index] = Number(count)
    })
  }
  for (const [place, user] of sharing.entries()) {
    users[places[place] ?? place] = { ...user, sharedRows: rows[place] ?? [] }
  }
  return groups
}

/** Adds up the rows of each user by step, in the lists that `countsOf` gives for a position in `users`. */
export function countSteps(
  connection: Connection,
  sql: ProgramSql,
  parameters: Parameters,
  users: readonly FoundUser[],
  countsOf: (user: number) => number[],
): void {
  if (users.length === 0) return
  const holders = holdersOf(users)
  for (const { count, steps } of sql.groups) {
    countByUser(connection, count, parameters, holders, (user, rows) => {
      const own = countsOf(user)
      for (const [place, index] of steps.entries()) {
        own[index] = (own[index] ?? 0) + Number(rows[place])
      }
    })
  }
}

/** The user rows themselves, in the order asked for. */
export function findRows(
  connection: Connection,
  sql: ProgramSql,
  targets: Targets,
): readonly (Readonly<Record<string, unknown>> | null)[] {
  const { id } = sql.program.user
  const rows: (Readonly<Record<string, unknown>> | null)[] = targets.users.map(() => null)
  const targetOf = rowToTarget(connection, sql, targets)
  for (const record of connection.records(sql.findRows, lookUp(targets))) {
    const { [POSITION]: position, ...columns } = record
    if (targetOf(position, columns[id]) !== null) rows[Number(position)] = columns
  }
  return rows
}

function findFields(
  connection: Connection,
  sql: ProgramSql,
  targets: Targets,
): readonly (FoundUser | null)[] {
  const found: (FoundUser | null)[] = targets.users.map(() => null)
  const targetOf = rowToTarget(connection, sql, targets)
  connection.each(sql.findFields, lookUp(targets), ([position, id, ...values]) => {
    const target = targetOf(position, id)
    if (target === null) return
    // Text that is there already, so that a slice holds its ids once.
    const fields: Record<string, unknown> = { id: typeof id === 'string' ? target.id : id }
    for (const [index, value] of values.entries()) fields[sql.fields[index + 1] ?? ''] = value
    found[Number(position)] = { fields }
  })
  if (!targets.restored) return found
  return found.map((user) =>
    user === null
      ? null
      : { fields: withoutShared(connection, sql, targets.tenantId, user.fields) },
  )
}

/** The fields without those whose value another user of the tenant holds. */
function withoutShared(
  connection: Connection,
  { program }: ProgramSql,
  tenantId: string | null,
  fields: FoundUser['fields'],
): FoundUser['fields'] {
  const { user } = program
  const id = quoteName(user.id)
  const tenant =
    user.tenant === null ? '' : ` AND ${tenantSql('t0', user.tenant, user.hasLooseTenant)}`
  const isShared = (field: string): boolean => {
    const column = quoteName(user.fields[field] ?? user.id)
    const isSame = isFoundInAnyCase(program, field)
      ? `lower(${column}) = lower(@value)`
      : `${column} = @value`
    const rows = connection.rows(
      `SELECT 1 FROM ${quoteTable(user.table)} AS t0 WHERE ${isSame} AND ${id} <> @id${tenant} LIMIT 1`,
      {
        value: fields[field],
        id: fields['id'],
        ...(user.tenant === null ? {} : { tenant: tenantId }),
      },
    )
    return rows.length > 0
  }
  return Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      field,
      field !== 'id' && isShared(field) ? null : value,
    ]),
  )
}

function lookUp({ users, tenantId }: Targets): Parameters {
  return { ids: jsonText(users.map(({ id }) => id)), tenant: tenantId }
}

/** Tells whose row was found for a position; `null` for one that only looks like the user's. */
function rowToTarget(
  connection: Connection,
  sql: ProgramSql,
  targets: Targets,
): (position: unknown, id: unknown) => Target | null {
  const gone = findTombstones(connection, sql, targets)
  return (position, id) => {
    const target = targets.users[Number(position)]
    // A column's affinity or collation may find '1' for 1 or 'A' for 'a'; only the very id counts.
    if (target === undefined || id !== plainInteger(target.id) || gone(target)) return null
    return target
  }
}

/** Tells `add` the rows of steps for each user, named by the position among those found. */
function countByUser(
  connection: Connection,
  { sql, by }: CountSql,
  parameters: Parameters,
  holders: (value: UserValue) => Holders,
  add: (user: number, rows: readonly unknown[]) => void,
): void {
  connection.each(sql, parameters, ([key, ...rows]) => {
    if (by.kind === 'position') return add(Number(key), rows)
    const known = holders(by.value)
    const held = known.get(key) ?? looselyEqual(known, key)
    if (typeof held === 'number') return add(held, rows)
    for (const user of held) add(user, rows)
  })
}

/** Positions of the users for whom references hold a value: nearly always one, who needs no list. */
type Holders = ReadonlyMap<unknown, number | readonly number[]>

/** Looked up once a field and form: many steps match by the same one. */
function holdersOf(users: readonly FoundUser[]): (wanted: UserValue) => Holders {
  const byKey = new Map<string, Holders>()
  return (wanted) => {
    const key = valueKey(wanted)
    const known = byKey.get(key)
    if (known !== undefined) return known
    const holders = new Map<unknown, number | number[]>()
    for (const [position, user] of users.entries()) {
      const value = writtenFor(user, wanted)
      const others = holders.get(value)
      if (others === undefined) holders.set(value, position)
      else if (typeof others === 'number') holders.set(value, [others, position])
      else others.push(position)
    }
    byKey.set(key, holders)
    return holders
  }
}

/** A column of another type holds the same id as other text ('7' for 7): the text decides. Anything looser is refused. */
function looselyEqual(holders: Holders, key: unknown): number | readonly number[] {
  let texts = textsOf.get(holders)
  if (texts === undefined) {
    texts = new Map([...holders].reverse().map(([value, users]) => [String(value), users]))
    textsOf.set(holders, texts)
  }
  const found = texts.get(String(key))
  if (found === undefined) {
    throw new UserDeletionError(
      'schema_mismatch',
      'A column compares ids loosely (by a collation, perhaps) and would match rows of somebody else.',
    )
  }
  return found
}

/** By the texts of the values; made where a column has another type. */
const textsOf = new WeakMap<Holders, Holders>()

function membersOf(
  connection: Connection,
  check: string,
  parameters: Parameters,
  users: readonly FoundUser[],
): readonly GroupMember[] {
  if (users.length === 0) return []
  const holders = holdersOf(users)(USER_ID)
  return connection.rows(check, parameters).flatMap(([id, group]) => {
    const held = holders.get(id) ?? looselyEqual(holders, id)
    return [held].flat().map((user) => ({ user, group }))
  })
}
