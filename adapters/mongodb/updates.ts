/**
 * Assignments as update operators, and as a filter for documents that still lack them.
 *
 * @module
 */
import {
  type Assignment,
  type JsonPath,
  type Step,
  type UserTable,
  writtenAs,
} from '../../src/store.ts'
import type { Isolation } from './change.ts'
import type { Doc } from './driver.ts'
import type { SliceUser } from './match-rows.ts'
import { elementHolding, pathOf } from './paths.ts'
import type { Update } from './scope.ts'
import { type BsonTypes, storedId } from './values.ts'

/** Who the documents of an update belong to. */
export interface UpdateOwner {
  readonly types: BsonTypes
  readonly table: UserTable
  readonly user: SliceUser
}

/** The documents of an update. */
export interface UpdateTarget {
  readonly filter: Doc
  readonly locatorPath: string
  readonly isolation: Isolation
}

/**
 * The updates that write the assignments, in order. What must not create a missing sub-document has an
 * update of its own; those that may change what `filter` asks for come last, and a document meets one of them.
 */
export function updatesFor(
  set: readonly Assignment[],
  { filter, locatorPath, isolation }: UpdateTarget,
  owner: UpdateOwner,
): readonly Update[] {
  let main = new UpdateOperators()
  const guarded: GuardedSet[] = []
  const scalars: Update[] = []
  const pulls: Branch[] = []
  for (const assignment of set) {
    const path = pathOfAssignment(assignment)
    switch (assignment.kind) {
      case 'constant':
      case 'derived':
      case 'json_value': {
        const value = valueFor(assignment, owner)
        if (isGuarded(assignment, locatorPath)) {
          guarded.push({ path, value, guard: guardOf(path, value, assignment) })
        } else main = main.set(path, value)
        break
      }
      case 'scrub':
        scalars.push({
          filter: { $and: [filter, { [assignment.column]: NO_DOCUMENT }] },
          update: { $set: { [assignment.column]: null } },
        })
        for (const scrubbed of assignment.paths) {
          main = main.unset(join(assignment.column, scrubbed))
        }
        break
      case 'pull': {
        const condition = pulled(assignment, owner)
        // The server refuses to pull from anything but an array.
        if (condition !== null) {
          pulls.push({
            applies: isArrayAt(path),
            add: (operators) => operators.pull(path, condition),
          })
        }
        break
      }
    }
  }
  const all = pulls.reduce((operators, { add }) => add(operators), main)
  const [joined, ...apart] = joinedFirst(guarded, all, isolation)
  return [
    ...scalars,
    ...apart.map(({ path, value, guard }) => ({
      filter: { $and: [filter, guard] },
      update: { $set: { [path]: value } },
    })),
    ...branchedUpdates(main, joined === null ? pulls : [branchOf(joined), ...pulls], filter),
  ]
}

interface GuardedSet {
  readonly path: string
  readonly value: unknown
  readonly guard: Doc
}

/** Operators for those documents only to which a condition applies. */
interface Branch {
  readonly applies: Doc
  readonly add: (operators: UpdateOperators) => UpdateOperators
}

/** One update for each set of branches that documents allow; a document meets one, before or after it is written. */
function branchedUpdates(
  operators: UpdateOperators,
  branches: readonly Branch[],
  filter: Doc,
): Update[] {
  const [branch, ...rest] = branches
  if (branch === undefined) {
    const update = operators.update()
    return update === null ? [] : [{ filter, update }]
  }
  const { applies, add } = branch
  return [
    ...branchedUpdates(add(operators), rest, { $and: [filter, applies] }),
    ...branchedUpdates(operators, rest, { $and: [filter, { $nor: [applies] }] }),
  ]
}

/**
 * Of the guarded values the one that goes with the main update, so that a document is written once. Without a
 * transaction none does: a document that comes to have the place in between would be left out.
 */
function joinedFirst(
  guarded: readonly GuardedSet[],
  others: UpdateOperators,
  isolation: Isolation,
): readonly [GuardedSet | null, ...GuardedSet[]] {
  const joined = guarded.find(({ path }) => isolation === 'transaction' && !others.touches(path))
  return [joined ?? null, ...guarded.filter((one) => one !== joined)]
}

function branchOf({ path, value, guard }: GuardedSet): Branch {
  return { applies: guard, add: (operators) => operators.set(path, value) }
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

/** Documents on which an assignment has not done its work; `null` when nothing can be asked. */
export function lacking(set: readonly Assignment[], owner: UpdateOwner): Doc | null {
  const conditions = set.flatMap((assignment) => lackingOne(assignment, owner))
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
      const value = owner.user.derived[assignment.index] ?? null
      return value === null ? [] : [{ [path]: { $ne: value } }]
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
      const value = pulledValue(assignment, owner)
      if (value === null) return []
      const { element } = assignment
      const holding = element === null ? { $eq: value } : elementHolding(element, { $eq: value })
      return [{ [path]: { $elemMatch: holding } }]
    }
  }
}

class UpdateOperators {
  readonly #set: Doc
  readonly #unset: Doc
  readonly #pull: Doc

  constructor(set: Doc = {}, unset: Doc = {}, pull: Doc = {}) {
    this.#set = set
    this.#unset = unset
    this.#pull = pull
  }

  set(path: string, value: unknown): UpdateOperators {
    return new UpdateOperators({ ...this.#set, [path]: value }, this.#unset, this.#pull)
  }

  unset(path: string): UpdateOperators {
    return new UpdateOperators(this.#set, { ...this.#unset, [path]: '' }, this.#pull)
  }

  pull(path: string, condition: unknown): UpdateOperators {
    return new UpdateOperators(this.#set, this.#unset, { ...this.#pull, [path]: condition })
  }

  /** Whether a path, one that leads to it, or one behind it is written: the server refuses both in one update. */
  touches(path: string): boolean {
    return [this.#set, this.#unset, this.#pull]
      .flatMap((operands) => Object.keys(operands))
      .some((own) => own === path || own.startsWith(`${path}.`) || path.startsWith(`${own}.`))
  }

  update(): Doc | null {
    const operators = { $set: this.#set, $unset: this.#unset, $pull: this.#pull }
    const used = Object.entries(operators).filter(([, of]) => Object.keys(of).length > 0)
    return used.length === 0 ? null : Object.fromEntries(used)
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
  if (assignment.kind === 'derived') return user.derived[assignment.index] ?? null
  return constantOf(assignment, types)
}

/** A ghost is written as the type that the reference holds. */
function constantOf(
  { value, idType = 'plain' }: Exclude<ValueAssignment, { readonly kind: 'derived' }>,
  types: BsonTypes,
): unknown {
  return value === null ? null : storedId(types, idType, value, null)
}

function pulled(assignment: PullAssignment, owner: UpdateOwner): unknown {
  const value = pulledValue(assignment, owner)
  if (value === null) return null
  const { element } = assignment
  return element === null ? value : elementHolding(element, { $eq: value })
}

function pulledValue(
  { field, form }: PullAssignment,
  { types, table, user }: UpdateOwner,
): unknown {
  const value = user.fields[field]
  if (value === null || value === undefined) return null
  return field === 'id' ? storedId(types, table.idType, value, form) : writtenAs(value, form)
}

function pathOfAssignment(assignment: Assignment): string {
  const path = 'path' in assignment ? assignment.path : null
  return join(assignment.column, path ?? [])
}

function join(column: string, path: JsonPath): string {
  return [column, ...path].join('.')
}
