/**
 * What a program writes into rows, and where.
 *
 * @module
 */

import { userWritesOf } from './columns/named-columns.ts'
import { dotted, placeOf } from './columns/references.ts'
import { placesOf } from './columns/touches.ts'
import type { Assignment, IdType, InstantWord, Program, Scalar, Step } from './program.ts'
import { wayInto } from './selectors.ts'

export interface Write {
  readonly table: string
  /** Where in the policy. */
  readonly path: string
  readonly assignment: Assignment
  /**
   * The column that holds the user, or the path to it; empty where there are several, of which a row may lack one;
   * `null` for the user's own row, of which there is one.
   */
  readonly locator: string | null
}

/** Every write into rows of users, those of the ends of retentions too. */
export function allWritesOf({ user, steps }: Program): readonly Write[] {
  return [
    ...steps
      .filter(({ action }) => action !== 'unlink')
      .flatMap((step) => assignmentsOf(step).map((assignment) => writeOf(step, assignment))),
    ...userWritesOf(user).map((assignment) => ({
      ...{ table: user.table, path: `user.set.${assignment.column}`, assignment, locator: null },
    })),
  ]
}

/** What comes to stand in one place of a document. */
export interface PlacedWrite {
  /** Keys joined by dots. */
  readonly place: string
  readonly written: Written
  /** The place is written where it is not there yet. */
  readonly creates: boolean
}

/**
 * `types`: what it may be, in the words of BSON. `value` where it is known. What is not there any more is
 * `unset`, and an array that has lost elements is `fewer`.
 */
export type Written =
  | { readonly kind: 'value'; readonly types: readonly string[]; readonly value?: Scalar }
  | { readonly kind: 'unset' }
  | { readonly kind: 'fewer' }

export function placedWrites({ table, assignment, locator }: Write): readonly PlacedWrite[] {
  return placesOf(table, assignment).map(({ column, path }) => {
    const place = dotted(column, path)
    const written = writtenBy(assignment)
    const isNull = written.kind === 'value' && written.value === null
    const isNested = place.includes('.')
    const isGuarded = assignment.kind === 'json_value' || (isNested && isNull)
    return { place, written, creates: !isGuarded && place !== locator }
  })
}

/** Of a value as it is written, in the words of BSON. */
export function typesOfValue(value: Scalar): readonly string[] {
  if (value === null) return ['null']
  if (typeof value === 'boolean') return ['bool']
  if (typeof value === 'string') return ['string']
  return [Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? 'int' : 'double']
}

/** Of a user's id. One that is as it is given may be a text or a number. */
export function typesOfId(type: IdType): readonly string[] {
  switch (type) {
    case 'object_id':
      return ['objectId']
    case 'uuid':
      return ['uuid']
    case 'plain':
      return ['string', 'int', 'double']
  }
}

/** What an assignment leaves in its place. */
export function writtenBy(assignment: Assignment): Written {
  switch (assignment.kind) {
    case 'scrub':
      return { kind: 'unset' }
    case 'pull':
      return { kind: 'fewer' }
    case 'derived': {
      const { instant } = assignment
      return { kind: 'value', types: instant === undefined ? ['string'] : typesOfInstant(instant) }
    }
    case 'constant':
    case 'json_value': {
      const { value, idType = 'plain' } = assignment
      if (value !== null && idType !== 'plain') return { kind: 'value', types: typesOfId(idType) }
      return { kind: 'value', types: typesOfValue(value), value }
    }
  }
}

/** Of an instant as it is written. */
export function typesOfInstant(word: InstantWord): readonly string[] {
  return [INSTANTS[word]]
}

const INSTANTS: Readonly<Record<InstantWord, string>> = {
  $at: 'string',
  $atDate: 'date',
  $atMs: 'double',
  $atSeconds: 'int',
}

function assignmentsOf({ set, retention }: Step): readonly Assignment[] {
  return [...set, ...(retention?.thenSet ?? [])]
}

function writeOf(step: Step, assignment: Assignment): Write {
  const path = `${placeOf(step)}.set.${assignment.column}`
  return { table: step.table, path, assignment, locator: locatorOf(step) }
}

function locatorOf({ ways: [way, ...others] }: Step): string {
  if (way === undefined || others.length > 0) return ''
  return dotted(way.locator.column, wayInto(way.locator))
}
