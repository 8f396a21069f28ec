/**
 * What a step writes into a row `t0`, and how a row shows that it has been written.
 *
 * @module
 */
import type { Assignment, JsonPath, Scalar, Step } from '../../../src/program/program.ts'
import {
  elementSql,
  elementsSql,
  inItsForm,
  isDocument,
  isJson,
  jsonValue,
  mayStandAt,
  standsAt,
  standsForList,
  withoutElements,
  withoutPaths,
  withValue,
} from './json-sql.ts'
import { literal, quoteName } from './literals.ts'
import type { UserValue } from './selector-sql.ts'

/** Tells whether an array element is a value of a user who goes. */
type Gone = (value: string, wanted: UserValue) => string

export interface AssignmentContext {
  readonly gone: Gone
  /** Whether the column may hold NULL: decides what replaces text that is no document. */
  nullable(column: string): boolean
  derived(index: number): string
}

/** A column, and the expression for what it is to hold. */
export interface ColumnSql {
  readonly column: string
  readonly value: string
  /** Whether the value is there without work on what the row holds. */
  readonly isConstant: boolean
}

export function columnsSql(
  set: readonly Assignment[],
  context: AssignmentContext,
): readonly ColumnSql[] {
  return set.map((assignment) => ({
    column: assignment.column,
    value: valueSql(assignment, context),
    isConstant: assignment.kind === 'constant',
  }))
}

export function assignmentsSql(columns: readonly ColumnSql[]): string {
  return columns.map(({ column, value }) => `${quoteName(column)} = ${value}`).join(', ')
}

/**
 * Whether the row `t0` holds anything else than what would be written, to the letter. A row that several steps
 * match has often lost already what a later one takes away, and writing it again would cost its page once more.
 */
export function differsSql(columns: readonly ColumnSql[]): string {
  // Constants first: they are compared sooner than JSON is written.
  return [...columns]
    .sort((a, b) => Number(b.isConstant) - Number(a.isConstant))
    .map(({ column, value }) => `t0.${quoteName(column)} COLLATE BINARY IS NOT (${value})`)
    .join(' OR ')
}

function valueSql(assignment: Assignment, context: AssignmentContext): string {
  const column = `t0.${quoteName(assignment.column)}`
  switch (assignment.kind) {
    case 'constant':
    case 'scrub':
      return plainValueSql(assignment, column, context.nullable(assignment.column))
    case 'derived':
      return derivedSql(assignment, context.derived(assignment.index))
    case 'json_value': {
      const { path, value, holding } = assignment
      const isMeant = holding === undefined ? null : (held: string) => context.gone(held, holding)
      const written = inItsForm(column, (document) =>
        withValue(document, path, jsonLiteral(value), isMeant),
      )
      return `CASE WHEN ${isJson(column)} THEN ${written} ELSE ${column} END`
    }
    case 'pull': {
      const { path, element } = assignment
      const isGone = (e: string): string => context.gone(elementSql(e, element), assignment)
      const rest = inItsForm(column, (document) => withoutElements(document, path, isGone))
      return `CASE WHEN ${isJson(column)} THEN ${rest} ELSE ${column} END`
    }
  }
}

/** Assignments that depend on nothing but what the column holds. */
export type PlainAssignment = Extract<Assignment, { kind: 'constant' | 'scrub' }>

/** What takes the place of the value `held`. */
export function plainValueSql(
  assignment: PlainAssignment,
  held: string,
  nullable: boolean,
): string {
  if (assignment.kind === 'constant') return literal(assignment.value)
  // What is no document cannot be scrubbed by path, so nothing of it may stay.
  const fallback = nullable ? 'NULL' : "'{}'"
  const rest = inItsForm(held, (document) => withoutPaths(document, assignment.paths))
  return `CASE WHEN ${isDocument(held)} THEN ${rest} ELSE ${fallback} END`
}

/** What of the slice is known when a row is looked at again. */
export interface KnownValues {
  readonly gone: Gone
  /** That the column holds none of the values derived; `null` where they are not known. */
  lacksDerived(column: string, assignment: Derived): string | null
}

type Derived = Extract<Assignment, { kind: 'derived' }>

/**
 * Whether the row `t0` still lacks one of the assignments, and what `outdone` allows in its place. Values that are
 * not known are passed over.
 */
export function pendingSql(
  { set, outdone = [] }: Pick<Step, 'set' | 'outdone'>,
  known: KnownValues,
): string {
  const parts = set.flatMap((assignment): readonly string[] => {
    const allowed = outdone.filter(({ column }) => column === assignment.column)
    const lacks = [assignment, ...allowed].map((one) => lackSql(one, known))
    if (lacks.includes(null)) return []
    return lacks.length === 1 ? lacks.flatMap((lack) => lack ?? []) : [`(${lacks.join(') AND (')})`]
  })
  return parts.length === 0 ? '0' : parts.join(' OR ')
}

function lackSql(assignment: Assignment, known: KnownValues): string | null {
  const column = `t0.${quoteName(assignment.column)}`
  switch (assignment.kind) {
    case 'constant':
      return `${column} COLLATE BINARY IS NOT ${literal(assignment.value)}`
    case 'derived':
      return known.lacksDerived(column, assignment)
    case 'scrub': {
      const { paths } = assignment
      const left = paths.map((path) => standsAt(column, path)).join(' OR ')
      // A condition behind WHEN is left as soon as it is decided; one behind THEN is gone through to its end.
      const found = `CASE WHEN ${mayStandAt(column, paths)} THEN (${left}) ELSE 0 END`
      return `CASE WHEN ${column} IS NULL THEN 0 WHEN ${isDocument(column)} THEN ${found} ELSE 1 END`
    }
    case 'json_value': {
      const { path, value, holding } = assignment
      if (holding === undefined) return `${jsonValue(column, path)} IS NOT ${literal(value)}`
      const last = path.lastIndexOf(null)
      const held = elementSql('e', path.slice(last + 1))
      return holdsElement(column, path.slice(0, last), known.gone(held, holding))
    }
    case 'pull': {
      const { path, element } = assignment
      return standsForList(column, {
        ...{ path, element, isGone: (value) => known.gone(value, assignment) },
        isNamedIn: (text) => known.gone(text, { ...assignment, isWord: true }),
      })
    }
  }
}

/** Of a value that is not known: some instant has to be there, whichever it is. */
export function lacksUnknown(column: string, { instant }: Derived): string | null {
  return instant === undefined ? null : `${column} IS NULL`
}

/** Derived values are text; of these the digits. */
export function derivedSql({ instant }: Derived, text: string): string {
  return instant === '$atMs' || instant === '$atSeconds' ? `CAST(${text} AS INTEGER)` : text
}

function holdsElement(column: string, path: JsonPath | null, condition: string): string {
  return `EXISTS (SELECT 1 FROM ${elementsSql(column, path, 'e').join(', ')} WHERE ${condition})`
}

function jsonLiteral(value: Scalar): string {
  return typeof value === 'boolean' ? `json('${value}')` : literal(value)
}
