/**
 * Rows for which the tables would refuse a deletion.
 *
 * @module
 */
import type {
  Departure,
  Hurdle,
  Program,
  Step,
  TableReference,
} from '../../../src/program/program.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import { type Matches, matchStep } from '../rows/match-rows.ts'
import { type SliceUser, sliceUsers } from '../rows/slice-users.ts'
import { type Row, type Tables, tuple } from '../tables/rows.ts'
import { stored, tenantText } from '../tables/values.ts'

interface Ground {
  readonly tables: Tables
  readonly program: Program
  readonly tenantId: string | null
  readonly users: readonly SliceUser[]
}

/** By user, then by hurdle of the program. CHECK constraints are none of these tables'. */
export function rowsAtHurdles(
  tables: Tables,
  question: HostQuestion<'hurdles'>,
): readonly (readonly number[])[] {
  const { program, tenantId } = question
  const users = sliceUsers(question)
  const hurdles = program.hurdles ?? []
  const counts = users.map(() => hurdles.map(() => 0))
  for (const [index, hurdle] of hurdles.entries()) {
    for (const owners of rowsAt({ tables, program, tenantId, users }, hurdle).values()) {
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
  return userRows(ground)
}

function userRows({ tables, program: { user }, tenantId, users }: Ground): Matches {
  const places = new Map(users.map(({ fields }, place) => [stored(fields['id']), place]))
  const found = [...tables.rows(user.table)].flatMap(([key, row]) => {
    const isOfTenant = user.tenant === null || tenantText(row[user.tenant]) === tenantId
    const place = isOfTenant ? places.get(stored(row[user.id])) : undefined
    return place === undefined ? [] : [[key, new Set([place])] as const]
  })
  return new Map(found)
}

function referring(
  { tables }: Ground,
  { table, columns, references }: TableReference,
  parents: Matches,
): Matches {
  const owners = new Map<string, Set<number>>()
  for (const [key, users] of parents) {
    const value = tuple(tables.rows(references.table).get(key) ?? {}, references.columns)
    if (value === null) continue
    owners.set(value, new Set([...(owners.get(value) ?? []), ...users]))
  }
  const found = [...tables.rows(table)].flatMap(([key, row]) => {
    const users = owners.get(tuple(row, columns) ?? '')
    return users === undefined ? [] : [[key, users] as const]
  })
  return new Map(found)
}

/** Those rows, and the rows of the same table that refer to them, to the end. */
function onAndOn(ground: Ground, reference: TableReference, first: Matches): Matches {
  const size = (rows: Matches): number => [...rows.values()].reduce((sum, one) => sum + one.size, 0)
  for (let rows = first; ; ) {
    const more = united([rows, referring(ground, reference, rows)])
    if (size(more) === size(rows)) return rows
    rows = more
  }
}

function united(all: readonly Matches[]): Matches {
  const rows = new Map<number, ReadonlySet<number>>()
  for (const matches of all) {
    for (const [key, users] of matches) rows.set(key, new Set([...(rows.get(key) ?? []), ...users]))
  }
  return rows
}

/** Rows whose reference, as it is written, leads to no row. */
function lostRows(
  ground: Ground,
  { step, columns, references }: Extract<Hurdle, { kind: 'lost' }>,
): Matches {
  const { tables } = ground
  const there = new Set(
    [...tables.rows(references.table).values()].map((row) => tuple(row, references.columns)),
  )
  return writtenRows(ground, step, (row) => {
    const value = tuple(row, columns)
    return value !== null && !there.has(value)
  })
}

/** Rows whose key, as it is written, another row has. */
function takenRows(
  ground: Ground,
  { table, step, columns }: Extract<Hurdle, { kind: 'taken' }>,
): Matches {
  const others = new Map<string, number[]>()
  for (const [key, row] of ground.tables.rows(table)) {
    const value = tuple(row, columns)
    if (value !== null) others.set(value, [...(others.get(value) ?? []), key])
  }
  return writtenRows(ground, step, (row, key) => {
    const value = tuple(row, columns)
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
  const step = index === null ? { ...user, isUser: true as const } : steps[index]
  if (step === undefined) return new Map()
  const constants = step.set.flatMap((one) =>
    one.kind === 'constant' ? [[one.column, one.value] as const] : [],
  )
  const written = Object.fromEntries(constants)
  const rows = ground.tables.rows(step.table)
  const found = 'isUser' in step ? userRows(ground) : rowsOf(ground, step)
  return new Map([...found].filter(([key]) => isMet({ ...rows.get(key), ...written }, key)))
}

function rowsOf({ tables, tenantId, users }: Ground, step: Step | undefined): Matches {
  return step === undefined ? new Map() : matchStep(tables, step, tenantId, users)
}
