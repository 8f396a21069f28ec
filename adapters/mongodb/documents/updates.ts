/**
 * Assignments as update operators, and as a filter for documents that still lack them.
 *
 * @module
 */

import { derivedAs, isNobodys, writtenAs } from '../../../src/program/matching.ts'
import type { Assignment, Step, UserTable, Wanted } from '../../../src/program/program.ts'
import { isHeldByOthers } from '../../../src/program/shared-values.ts'
import type { SliceUser } from '../records/change.ts'
import type { Doc } from '../server/driver.ts'
import { elementHolding, named, pathOf } from '../server/paths.ts'
import type { Update } from '../server/scope.ts'
import { type BsonTypes, storedId } from '../server/values.ts'
import {
  type Leaf,
  leadsThroughArray,
  type Own,
  type OwnWay,
  type Steps,
  unwritten,
  written,
} from './deep-writes.ts'
import type { OwnedValue } from './match-rows.ts'

/** Who the documents of an update belong to. */
export interface UpdateOwner {
  readonly types: BsonTypes
  readonly table: UserTable
  readonly user: SliceUser
  /** By which elements of a document it is theirs; left out where the document as a whole is. */
  readonly own?: Own | null
  /** Whether what stands in the place of an array is nobody's concern. */
  readonly listsAlone?: boolean
}

/** Two ways of writing the same assignments. */
export interface Updates {
  /** For any document. */
  readonly each: Update
  /**
   * For documents that have a plain place for every value: with them most collections are full, and these are
   * written faster so. `null` where two of the values would get into each other's way, or for any document.
   */
  readonly complete: Update | null
}

export function updatesFor(
  set: readonly Assignment[],
  located: Located,
  filter: Doc,
  owner: UpdateOwner,
): Updates | null {
  const writes = set.flatMap((assignment) => writesOf(assignment, owner))
  if (writes.length === 0) return null
  const { update, conditions } = operatorsFor(writes, located)
  if (update !== null && conditions.length === 0) {
    return { each: { filter, update }, complete: null }
  }
  // What tells whose an element is goes last.
  const isLocator = ({ steps }: Write): boolean => located.paths.includes(named(steps).join('.'))
  const stages = [...writes.filter((one) => !isLocator(one)), ...writes.filter(isLocator)]
  return {
    each: { filter, update: stages.map((write) => stageFor(write, owner)) },
    complete: update === null ? null : { filter: { $and: [filter, ...conditions] }, update },
  }
}

/** One place that is written, and what is. */
interface Write {
  readonly steps: Steps
  readonly leaf: Leaf
  /** Where only what is of the user is overwritten, even in the place where rows are found otherwise. */
  readonly own?: Own
}

function writesOf(assignment: Assignment, owner: UpdateOwner): readonly Write[] {
  const steps = stepsOf(assignment)
  switch (assignment.kind) {
    case 'constant':
    case 'derived': {
      const value = valueFor(assignment, owner)
      return [{ steps, leaf: { kind: 'value', value, always: value !== null } }]
    }
    case 'json_value': {
      const leaf = { kind: 'value', value: valueFor(assignment, owner), always: false } as const
      const { holding } = assignment
      if (holding === undefined) return [{ steps, leaf }]
      const [{ values, form } = { values: fieldValues(holding, owner), form: holding.form }] =
        owner.own?.ways ?? []
      return [{ steps, leaf, own: { ways: [{ keys: named(steps), values, form }], isOnly: true } }]
    }
    case 'scrub': {
      const column = assignment.column.split('.')
      const gone = assignment.paths.map(
        (path): Write => ({
          steps: [...column, ...path],
          leaf: { kind: 'gone' },
        }),
      )
      return [{ steps: column, leaf: { kind: 'document' } }, ...gone]
    }
    case 'pull': {
      const values = fieldValues(assignment, owner)
      const element = named(assignment.element ?? [])
      const { form } = assignment
      const { listsAlone = false } = owner
      return values.length === 0
        ? []
        : [{ steps, leaf: { kind: 'without', element, values, form, listsAlone } }]
    }
  }
}

function stageFor({ steps, leaf, own }: Write, owner: UpdateOwner): Doc {
  // The server takes it out of every element by itself, and out of what stands in the place of a named array.
  if (leaf.kind === 'gone' && steps.every((step) => step?.startsWith('$') === false)) {
    return { $unset: steps.join('.') }
  }
  return { $set: { [steps[0] ?? '']: written(steps, leaf, own ?? owner.own ?? null) } }
}

/** One update by operators, and what a document must have for it. */
function operatorsFor(
  writes: readonly Write[],
  located: Located,
): { readonly update: Doc | null; readonly conditions: readonly Doc[] } {
  let operators = new UpdateOperators()
  const conditions: Doc[] = []
  for (const { steps, leaf, own } of writes) {
    // Operators would write into what is no array.
    if (steps.includes(null)) return NO_OPERATORS
    const keys = named(steps)
    const path = keys.join('.')
    const isLocator = located.paths.includes(path)
    const isBeyondOperators =
      leaf.kind === 'without' &&
      (leaf.form?.ignoreCase === true || leaf.element.some((key) => key.startsWith('$')))
    if (isBeyondOperators || (leaf.kind !== 'document' && operators.touches(path)))
      return NO_OPERATORS
    const isEndMeant = leaf.kind === 'value' && (isLocator || own !== undefined)
    const arrays = leadsThroughArray(keys, isEndMeant)
    if (arrays.length > 0) conditions.push({ $nor: arrays })
    switch (leaf.kind) {
      case 'document':
        conditions.push({ $nor: [{ [path]: NO_DOCUMENT }] })
        break
      case 'gone':
        operators = operators.with('$unset', path, '')
        break
      case 'without': {
        const condition = leaf.values.length === 1 ? leaf.values[0] : { $in: leaf.values }
        const held = leaf.values.length === 1 ? { $eq: condition } : { $in: leaf.values }
        const isElement = leaf.element.length === 0
        operators = operators.with(
          '$pull',
          path,
          isElement ? condition : elementHolding(leaf.element, held),
        )
        conditions.push({ [path]: { $type: 'array' } })
        break
      }
      case 'filled':
      case 'no_text':
        break
      case 'value':
        operators = operators.with('$set', path, leaf.value)
        // The one located field is there, or the document would not have matched.
        if (!(isLocator && located.isOnly) && (keys.length > 1 || !leaf.always))
          conditions.push(...placeOf(keys, leaf))
        break
    }
  }
  return { update: operators.update(), conditions }
}

const NO_OPERATORS = { update: null, conditions: [] }

/** Where there is a place for the value. A field of the document itself can always be set. */
function placeOf(
  keys: readonly string[],
  { always }: Extract<Leaf, { readonly kind: 'value' }>,
): Doc[] {
  if (keys.length === 1) return []
  if (always) return [{ [keys.slice(0, -1).join('.')]: { $type: 'object' } }]
  return [{ [keys.join('.')]: { $exists: true } }]
}

/** Whether one of the updates before the last may change what the filter of all of them asks for. */
export function touchesOwnFilter(step: Step): boolean {
  const located = locatedBy(step)
  const asked = step.ways.flatMap(({ where, tenant }) => [
    ...where.map(({ column }) => column),
    tenant,
  ])
  // What stands in the place of a sub-document that a path leads into does not match in the first place.
  const written = step.set.flatMap((assignment) => {
    if (assignment.kind === 'scrub') return assignment.column
    return isGuarded(assignment, located) ? pathOfAssignment(assignment) : []
  })
  return written.some((place) =>
    asked.some((path) => path === place || path?.startsWith(`${place}.`)),
  )
}

/** Whether something is written where elements may be of others: in the field by which the documents are found. */
export function needsOwn({ ways, set }: Pick<Step, 'ways' | 'set'>): boolean {
  const roots = new Set(ways.map(({ locator }) => pathOf(locator).split('.')[0]))
  return set.some(
    (one) => one.kind !== 'scrub' && one.kind !== 'pull' && roots.has(String(stepsOf(one)[0])),
  )
}

/** By which elements documents are the users', with the values of each way. */
export function ownOf(
  { ways }: Step,
  values: readonly (readonly OwnedValue[])[] | null,
): Own | null {
  if (values === null) return null
  const own = ways.map(({ locator, target }, place): OwnWay => {
    const form = target.kind === 'user' ? target.form : null
    const held = (values[place] ?? []).map(({ value }) => value)
    return { keys: pathOf(locator).split('.'), values: held, form }
  })
  return { ways: own, isOnly: ways.length === 1 }
}

/** Where documents hold what they are found by. */
export interface Located {
  readonly paths: readonly string[]
  /** Each of them holds it there. */
  readonly isOnly: boolean
}

export function locatedBy({ ways }: Pick<Step, 'ways'>): Located {
  return { paths: ways.map(({ locator }) => pathOf(locator)), isOnly: ways.length === 1 }
}

/**
 * Documents on which an assignment has not done its work, nor what `outdone` allows in its place; `null` when nothing
 * can be asked. A document that is cut loose was found by its lists: what stands in the place of one is not asked for.
 */
export function lacking(
  { action, set, outdone = [] }: Pick<Step, 'set' | 'outdone'> & { readonly action: string },
  owner: UpdateOwner,
): Doc | null {
  const listsAlone = action === 'detach'
  const isLacking = set.flatMap((assignment): readonly unknown[] => {
    const own = lackingOne(assignment, { ...owner, listsAlone })
    const allowed = outdone
      .filter(({ column }) => column === assignment.column)
      .map((other) => lackingOne(other, owner))
    if (allowed.length === 0 || own.length === 0) return own
    if (allowed.some((other) => other.length === 0)) return []
    return [{ $and: [own, ...allowed].map(($or) => ({ $or })) }]
  })
  return isLacking.length === 0 ? null : { $expr: { $or: isLacking } }
}

/** Expressions, of which one holds where the work is not done. */
function lackingOne(assignment: Assignment, owner: UpdateOwner): readonly unknown[] {
  const isUnknown = assignment.kind === 'derived' && valueFor(assignment, owner) === null
  if (isUnknown && assignment.instant === undefined) return []
  // Some instant has to be there, whichever it is.
  if (isUnknown) return [unwritten(stepsOf(assignment), { kind: 'filled' }, owner.own ?? null)]
  const isPlaceMeant = assignment.kind === 'pull' && owner.listsAlone !== true
  const texts = isPlaceMeant ? textLacking(assignment, owner) : []
  const writes = writesOf(assignment, owner).map(({ steps, leaf, own }) =>
    unwritten(steps, leaf, own ?? owner.own ?? null),
  )
  return [...texts, ...writes]
}

/** A text in the place of the document in which the array was to be. */
function textLacking(pull: Extract<Assignment, { kind: 'pull' }>, owner: UpdateOwner): unknown[] {
  const values = fieldValues(pull, owner)
  if (pull.path === null || values.length === 0) return []
  const leaf = { kind: 'no_text', values, form: pull.form } as const
  return [unwritten(pull.column.split('.'), leaf, owner.own ?? null)]
}

/** Whether what is written depends on whose document it is. */
export function isWrittenByUser(set: readonly Assignment[]): boolean {
  return set.some(({ kind }) => kind === 'derived' || kind === 'pull')
}

/** Something else than a document in the place of one: it cannot be scrubbed by paths. */
const NO_DOCUMENT: Doc = { $exists: true, $not: { $type: ['object', 'array', 'null'] } }

type ValueAssignment = Extract<Assignment, { readonly kind: 'constant' | 'derived' | 'json_value' }>

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
 * be set, and the one located field is there, or the document would not have matched.
 */
function isGuarded(assignment: Assignment, located: Located): boolean {
  const path = pathOfAssignment(assignment)
  if (located.isOnly && located.paths.includes(path)) return false
  if (assignment.kind === 'json_value') return true
  return (assignment.kind === 'constant' || assignment.kind === 'derived') && path.includes('.')
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

/** What the field holds, as the form writes it; several values where the user row holds several. */
export function fieldValues(
  wanted: Wanted,
  { types, table, user }: Pick<UpdateOwner, 'types' | 'table' | 'user'>,
): readonly unknown[] {
  if (isHeldByOthers(user, wanted)) return []
  const { field, form } = wanted
  return [user.fields[field]].flat().flatMap((value) => {
    if (isNobodys(value)) return []
    return [field === 'id' ? storedId(types, table.idType, value, form) : writtenAs(value, form)]
  })
}

export function pathOfAssignment(assignment: Assignment): string {
  return named(stepsOf(assignment)).join('.')
}

function stepsOf(assignment: Assignment): Steps {
  const path = 'path' in assignment ? assignment.path : null
  return [...assignment.column.split('.'), ...(path ?? [])]
}
