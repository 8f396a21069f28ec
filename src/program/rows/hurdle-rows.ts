/**
 * Rows for which the tables would refuse a deletion.
 *
 * @module
 */
import type { Departure, Hurdle, Step, TableReference } from '../program.ts'
import { matchStep } from './match-rows.ts'
import {
  type Match,
  type Matches,
  type Row,
  type RowSource,
  type SliceUser,
  sliceUsers,
  type UsersOfTenant,
} from './row.ts'
import { keyText } from './table-rules.ts'
import { idsOf, matchUserRows } from './user-rows.ts'

interface Ground extends Pick<UsersOfTenant, 'program' | 'tenantId'> {
  readonly source: RowSource
  readonly users: readonly SliceUser[]
}

/** By user, then by hurdle of the program. CHECK constraints are no rule of plain rows. */
export function hurdleRows(
  source: RowSource,
  question: UsersOfTenant,
): readonly (readonly number[])[] {
  const { program, tenantId } = question
  const users = sliceUsers(question)
  const hurdles = program.hurdles ?? []
  const counts = users.map(() => hurdles.map(() => 0))
  for (const [index, hurdle] of hurdles.entries()) {
    for (const { owners } of rowsAt({ source, program, tenantId, users }, hurdle).values()) {
      for (const owner of owners) {
        const own = counts[owner]
        if (own !== undefined) own[index] = (own[index] ?? 0) + 1
      }
    }
  }
  return counts
}

function rowsAt(ground: Ground, hurdle: Hurdle): Matches {
  switch (hurdle.kind) {
    case 'held':
      return heldRows(ground, hurdle)
    case 'lost':
      return lostRows(ground, hurdle)
    case 'taken':
      return takenRows(ground, hurdle)
    case 'check':
    case 'unread':
      return new Map()
  }
}

function heldRows(
  ground: Ground,
  { departure, freed, ...reference }: Extract<Hurdle, { kind: 'held' }>,
): Matches {
  const gone = departing(ground, departure)
  const free = freed.map((one) => departing(ground, one))
  const holding = referring(ground, reference, gone)
  return new Map([...holding].filter(([key]) => !free.some((rows) => rows.has(key))))
}

/** Rows that go, with the users whom they go with. */
function departing(ground: Ground, departure: Departure): Matches {
  const { program } = ground
  if (departure.kind === 'step') return rowsOf(ground, program.steps[departure.step])
  if (departure.kind === 'along') {
    const parents = departure.with.map((one) => departing(ground, one))
    const first = united(parents.map((rows) => referring(ground, departure, rows)))
    return departure.onAndOn ? onAndOn(ground, departure, first) : first
  }
  return rowsOfUsers(ground)
}

function rowsOfUsers({ source, program: { user }, tenantId, users }: Ground): Matches {
  return matchUserRows(source, user, tenantId, idsOf(users))
}

/** Rows that refer to one of these, each with the users of all that it refers to. */
function referring(
  { source }: Ground,
  { table, columns, references }: TableReference,
  parents: Matches,
): Matches {
  const owners = new Map<string, Set<number>>()
  for (const { row, owners: users } of parents.values()) {
    const value = keyText(row, references.columns)
    if (value === null) continue
    owners.set(value, new Set([...(owners.get(value) ?? []), ...users]))
  }
  const found = new Map<number, Match>()
  for (const [key, row] of source.rows(table)) {
    const users = owners.get(keyText(row, columns) ?? '')
    if (users !== undefined) found.set(key, { row, owners: users })
  }
  return found
}

/** Those rows, and the rows of the same table that refer to them, to the end. */
function onAndOn(ground: Ground, reference: TableReference, first: Matches): Matches {
  const size = (rows: Matches): number =>
    [...rows.values()].reduce((sum, { owners }) => sum + owners.size, 0)
  for (let rows = first; ; ) {
    const more = united([rows, referring(ground, reference, rows)])
    if (size(more) === size(rows)) return rows
    rows = more
  }
}

function united(all: readonly Matches[]): Matches {
  const rows = new Map<number, Match>()
  for (const matches of all) {
    for (const [key, { row, owners }] of matches) {
      rows.set(key, { row, owners: new Set([...(rows.get(key)?.owners ?? []), ...owners]) })
    }
  }
  return rows
}

/** Rows whose reference, as it is written, leads to no row. */
function lostRows(
  ground: Ground,
  { step, columns, references }: Extract<Hurdle, { kind: 'lost' }>,
): Matches {
  const there = new Set<string | null>()
  for (const [, row] of ground.source.rows(references.table)) {
    there.add(keyText(row, references.columns))
  }
  return writtenRows(ground, step, (row) => {
    const value = keyText(row, columns)
    return value !== null && !there.has(value)
  })
}

/** Rows whose key, as it is written, another row has. */
function takenRows(
  ground: Ground,
  { table, step, columns }: Extract<Hurdle, { kind: 'taken' }>,
): Matches {
  const others = new Map<string, number[]>()
  for (const [key, row] of ground.source.rows(table)) {
    const value = keyText(row, columns)
    if (value !== null) others.set(value, [...(others.get(value) ?? []), key])
  }
  return writtenRows(ground, step, (row, key) => {
    const value = keyText(row, columns)
    return value !== null && (others.get(value) ?? []).some((other) => other !== key)
  })
}

/** Rows of the step that, with its constants in place, fulfil a condition. */
function writtenRows(
  ground: Ground,
  index: number | null,
  isMet: (row: Row, key: number) => boolean,
): Matches {
  const { user, steps } = ground.program
  const set = index === null ? user.set : (steps[index]?.set ?? [])
  const constants = set.flatMap((one) =>
    one.kind === 'constant' ? [[one.column, one.value] as const] : [],
  )
  const written = Object.fromEntries(constants)
  const found = index === null ? rowsOfUsers(ground) : rowsOf(ground, steps[index])
  return new Map([...found].filter(([key, { row }]) => isMet({ ...row, ...written }, key)))
}

function rowsOf({ source, tenantId, users }: Ground, step: Step | undefined): Matches {
  return step === undefined ? new Map() : matchStep(source, step, tenantId, users)
}
