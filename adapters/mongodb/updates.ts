/**
 * Assignments as update operators, and as a filter for documents that still lack them.
 *
 * @module
 */
import {
  type Assignment,
  derivedAs,
  isNobodys,
  type JsonPath,
  type Step,
  type UserTable,
  writtenAs,
} from '../../src/store.ts'
import type { Doc } from './driver.ts'
import type { SliceUser } from './match-rows.ts'
import { elementHolding, pathOf } from './paths.ts'
import type { Update } from './scope.ts'
import { patternOf } from './text-patterns.ts'
import { type BsonTypes, storedId } from './values.ts'

/** Who the documents of an update belong to. */
export interface UpdateOwner {
  readonly types: BsonTypes
  readonly table: UserTable
  readonly user: SliceUser
}

/** Two ways of writing the same assignments. */
export interface Updates {
  /**
   * For any document, in order. What must not create a missing sub-document has an update of its own; the one
   * that may change what the filter asks for comes last.
   */
  readonly each: readonly Update[]
  /**
   * One update for documents that have a place for every value: with them most collections are full, and they
   * are met and written once. None where two of the values would get into each other's way.
   */
  readonly complete: readonly Update[]
}

export function updatesFor(
  set: readonly Assignment[],
  locatorPath: string,
  filter: Doc,
  owner: UpdateOwner,
): Updates {
  const writes = writesOf(set, locatorPath, owner)
  return { each: eachUpdate(writes, filter), complete: completeUpdate(writes, filter) }
}

function eachUpdate({ main, guarded, scrubbed, pulls }: Writes, filter: Doc): readonly Update[] {
  return [
    ...scrubbed.map((column) => ({
      filter: { $and: [filter, { [column]: NO_DOCUMENT }] },
      update: { $set: { [column]: null } },
    })),
    ...guarded.map(({ path, value, guard }) => ({
      filter: { $and: [filter, guard] },
      update: { $set: { [path]: value } },
    })),
    ...mainUpdates(main, pulls, filter),
  ]
}

function completeUpdate(
  { main, guarded, scrubbed, pulls }: Writes,
  filter: Doc,
): readonly Update[] {
  let operators = main
  for (const { path, value } of guarded) {
    if (operators.touches(path)) return []
    operators = operators.with('$set', path, value)
  }
  for (const { path, condition } of pulls) {
    if (operators.touches(path)) return []
    operators = operators.with('$pull', path, condition)
  }
  const update = operators.update()
  if (update === null) return []
  const conditions = [
    ...scrubbed.map((column) => ({ $nor: [{ [column]: NO_DOCUMENT }] })),
    ...guarded.map(({ guard }) => guard),
    ...pulls.map(({ path }) => isArrayAt(path)),
  ]
  return [{ filter: { $and: [filter, ...conditions] }, update }]
}

/** What assignments write, by what a document must have for it. */
interface Writes {
  /** To every document. */
  readonly main: UpdateOperators
  readonly guarded: readonly GuardedSet[]
  /** Columns that paths are scrubbed from, unless something else than a document is there. */
  readonly scrubbed: readonly string[]
  /** From arrays: the server refuses to pull from anything else. */
  readonly pulls: readonly Pull[]
}

interface GuardedSet {
  readonly path: string
  readonly value: unknown
  readonly guard: Doc
}

interface Pull {
  readonly path: string
  readonly condition: unknown
}

function writesOf(set: readonly Assignment[], locatorPath: string, owner: UpdateOwner): Writes {
  let main = new UpdateOperators()
  const guarded: GuardedSet[] = []
  const scrubbed: string[] = []
  const pulls: Pull[] = []
  for (const assignment of set) {
    const path = pathOfAssignment(assignment)
    switch (assignment.kind) {
      case 'constant':
      case 'derived':
      case 'json_value': {
        const value = valueFor(assignment, owner)
        if (isGuarded(assignment, locatorPath)) {
          guarded.push({ path, value, guard: guardOf(path, value, assignment) })
        } else main = main.with('$set', path, value)
        break
      }
      case 'scrub':
        scrubbed.push(assignment.column)
        for (const own of assignment.paths) {
          main = main.with('$unset', join(assignment.column, own), '')
        }
        break
      case 'pull': {
        const condition = pulled(assignment, owner)
        if (condition !== null) pulls.push({ path, condition })
        break
      }
    }
  }
  return { main, guarded, scrubbed, pulls }
}

/** An update for each set of pulls that documents allow; a document meets one, before or after it is written. */
function mainUpdates(main: UpdateOperators, pulls: readonly Pull[], filter: Doc): Update[] {
  const [pull, ...rest] = pulls
  if (pull === undefined) {
    const update = main.update()
    return update === null ? [] : [{ filter, update }]
  }
  const { path, condition } = pull
  const array = isArrayAt(path)
  return [
    ...mainUpdates(main.with('$pull', path, condition), rest, { $and: [filter, array] }),
    ...mainUpdates(main, rest, { $and: [filter, { $nor: [array] }] }),
  ]
}

/** Reached through documents alone: the server cannot pull from the elements of another array. */
function isArrayAt(path: string): Doc {
  const keys = path.split('.')
  const around = keys.slice(1).map((_, end) => keys.slice(0, end + 1).join('.'))
  return {
    $and: [
      { [path]: { $type: 'array' } },
      ...around.map((outer) => ({ [outer]: { $not: { $type: 'array' } } })),
    ],
  }
}

/** Whether one of the updates before the last may change what the filter of all of them asks for. */
export function touchesOwnFilter({ selector, set }: Step): boolean {
  if (selector === null) return false
  const locatorPath = pathOf(selector.locator)
  const asked = [...selector.where.map(({ column }) => column), selector.tenant]
  // What stands in the place of a sub-document that a path leads into does not match in the first place.
  const written = set.flatMap((assignment) => {
    if (assignment.kind === 'scrub') return assignment.column
    return isGuarded(assignment, locatorPath) ? pathOfAssignment(assignment) : []
  })
  return written.some((place) =>
    asked.some((path) => path === place || path?.startsWith(`${place}.`)),
  )
}

/**
 * Documents on which an assignment has not done its work, nor what `outdone` allows in its place; `null` when nothing
 * can be asked.
 */
export function lacking(
  { set, outdone = [] }: Pick<Step, 'set' | 'outdone'>,
  owner: UpdateOwner,
): Doc | null {
  const conditions = set.flatMap((assignment): readonly Doc[] => {
    const own = lackingOne(assignment, owner)
    const allowed = outdone
      .filter(({ column }) => column === assignment.column)
      .map((other) => lackingOne(other, owner))
    if (allowed.length === 0 || own.length === 0) return own
    if (allowed.some((other) => other.length === 0)) return []
    return [{ $and: [own, ...allowed].map(($or) => ({ $or })) }]
  })
  return conditions.length === 0 ? null : { $or: conditions }
}

/** Whether what is written depends on whose document it is. */
export function isWrittenByUser(set: readonly Assignment[]): boolean {
  return set.some(({ kind }) => kind === 'derived' || kind === 'pull')
}

/** Something else than a document in the place of one: it cannot be scrubbed by paths. */
const NO_DOCUMENT: Doc = { $exists: true, $not: { $type: ['object', 'array', 'null'] } }

type PullAssignment = Extract<Assignment, { readonly kind: 'pull' }>
type ValueAssignment = Extract<Assignment, { readonly kind: 'constant' | 'derived' | 'json_value' }>

function lackingOne(assignment: Assignment, owner: UpdateOwner): readonly Doc[] {
  const path = pathOfAssignment(assignment)
  switch (assignment.kind) {
    case 'constant':
      return [{ [path]: { $ne: constantOf(assignment, owner.types) } }]
    case 'derived': {
      const value = derivedAs(assignment, owner.user.derived[assignment.index])
      if (value !== null) return [{ [path]: { $ne: value } }]
      // Some instant has to be there, whichever it is.
      return assignment.instant === undefined ? [] : [{ [path]: null }]
    }
    case 'json_value':
      return [{ [path]: { $exists: true, $ne: constantOf(assignment, owner.types) } }]
    case 'scrub':
      return [
        { [assignment.column]: NO_DOCUMENT },
        ...assignment.paths.map((scrubbed) => ({
          [join(assignment.column, scrubbed)]: { $exists: true },
        })),
      ]
    case 'pull': {
      const holding = pulled(assignment, owner)
      return holding === null ? [] : [{ [path]: { $elemMatch: holding } }]
    }
  }
}

type Operator = '$set' | '$unset' | '$pull'

class UpdateOperators {
  readonly #operands: Readonly<Partial<Record<Operator, Doc>>>

  constructor(operands: Readonly<Partial<Record<Operator, Doc>>> = {}) {
    this.#operands = operands
  }

  with(operator: Operator, path: string, operand: unknown): UpdateOperators {
    const own = { ...this.#operands[operator], [path]: operand }
    return new UpdateOperators({ ...this.#operands, [operator]: own })
  }

  /** Whether the path, one that leads to it, or one behind it is written: the server refuses both in one update. */
  touches(path: string): boolean {
    return Object.values(this.#operands)
      .flatMap((operands) => Object.keys(operands))
      .some((own) => own === path || own.startsWith(`${path}.`) || path.startsWith(`${own}.`))
  }

  update(): Doc | null {
    return Object.keys(this.#operands).length === 0 ? null : this.#operands
  }
}

/**
 * Whether a value must only be written where there is a place for it. A field of the document itself can always
 * be set, and the located field is there, or the document would not have matched.
 */
function isGuarded(assignment: Assignment, locatorPath: string): boolean {
  const path = pathOfAssignment(assignment)
  if (path === locatorPath) return false
  if (assignment.kind === 'json_value') return true
  return (assignment.kind === 'constant' || assignment.kind === 'derived') && path.includes('.')
}

/** Where there is a place for the value. */
function guardOf(path: string, value: unknown, { kind }: ValueAssignment): Doc {
  const parent = path.slice(0, path.lastIndexOf('.'))
  return kind === 'json_value' || value === null
    ? { [path]: { $exists: true } }
    : { [parent]: { $type: 'object' } }
}

function valueFor(assignment: ValueAssignment, { user, types }: UpdateOwner): unknown {
  if (assignment.kind === 'derived') {
    return derivedAs(assignment, user.derived[assignment.index])
  }
  return constantOf(assignment, types)
}

/** A ghost is written as the type that the reference holds. */
function constantOf(
  { value, idType = 'plain' }: Exclude<ValueAssignment, { readonly kind: 'derived' }>,
  types: BsonTypes,
): unknown {
  return value === null ? null : storedId(types, idType, value, null)
}

/** What an element that goes is like; `null` where none does. */
function pulled(assignment: PullAssignment, owner: UpdateOwner): Doc | null {
  const value = pulledValue(assignment, owner)
  if (value === null) return null
  const { element, form } = assignment
  const condition = form?.ignoreCase ? { $regex: patternOf(String(value), form) } : { $eq: value }
  return element === null ? condition : elementHolding(element, condition)
}

function pulledValue(
  { field, form }: PullAssignment,
  { types, table, user }: UpdateOwner,
): unknown {
  const value = user.fields[field]
  if (isNobodys(value)) return null
  return field === 'id' ? storedId(types, table.idType, value, form) : writtenAs(value, form)
}

function pathOfAssignment(assignment: Assignment): string {
  const path = 'path' in assignment ? assignment.path : null
  return join(assignment.column, path ?? [])
}

function join(column: string, path: JsonPath): string {
  return [column, ...path].join('.')
}
