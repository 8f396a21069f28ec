/**
 * What a step writes into a row `t0`, and how a row shows that it has been written.
 *
 * @module
 */
import type { Assignment, Step } from '../../../src/program/program.ts'
import type { SqlDialect } from '../dialect.ts'
import { jsonOf } from '../json-of.ts'
import type { Kept, MarkedAssignment, MarkedDerived } from '../marks.ts'
import type { Compare } from '../selectors/compare-sql.ts'

export interface AssignmentContext {
  readonly dialect: SqlDialect
  /** Tells whether an array element is a value of a user who goes. */
  readonly gone: Compare
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
  /** As in {@link Kept}. */
  readonly keptIn?: string | undefined
}

export function columnsSql(
  set: readonly MarkedAssignment[],
  context: AssignmentContext,
): readonly ColumnSql[] {
  return set.map((assignment) => ({
    column: assignment.column,
    keptIn: assignment.keptIn,
    value: valueSql(assignment, context),
    isConstant: assignment.kind === 'constant',
  }))
}

export function assignmentsSql({ quote }: SqlDialect, columns: readonly ColumnSql[]): string {
  return columns.map(({ column, value }) => `${quote(column)} = ${value}`).join(', ')
}

/**
 * Whether the row `t0` holds anything else than what would be written, to the letter. A row that several steps
 * match has often lost already what a later one takes away, and writing it again would cost its page once more.
 */
export function differsSql(dialect: SqlDialect, columns: readonly ColumnSql[]): string {
  // Constants first: they are compared sooner than JSON is written.
  return [...columns]
    .sort((a, b) => Number(b.isConstant) - Number(a.isConstant))
    .map(({ column, value, keptIn }) =>
      differsAs(dialect, keptIn, `t0.${dialect.quote(column)}`, `(${value})`),
    )
    .join(' OR ')
}

function differsAs(
  dialect: SqlDialect,
  keptIn: string | undefined,
  column: string,
  value: string,
): string {
  const whole = keptIn === undefined ? undefined : jsonOf(dialect, { keptIn }).whole
  return whole === undefined
    ? dialect.differsInBytes(column, value)
    : dialect.differsInBytes(whole(column), whole(value))
}

function valueSql(assignment: MarkedAssignment, context: AssignmentContext): string {
  const { dialect, gone } = context
  const column = `t0.${dialect.quote(assignment.column)}`
  switch (assignment.kind) {
    case 'constant':
    case 'scrub':
      return plainValueSql(dialect, assignment, column, context.nullable(assignment.column))
    case 'derived':
      return derivedSql(dialect, assignment, context.derived(assignment.index))
    case 'json_value': {
      const { path, value, holding } = assignment
      const isMeant = holding === undefined ? null : (held: string) => gone(held, holding)
      return jsonOf(dialect, assignment).replace(column, path, value, isMeant)
    }
    case 'pull': {
      const { path, element } = assignment
      return jsonOf(dialect, assignment).pull(column, path, element, (held) =>
        gone(held, assignment),
      )
    }
  }
}

/** Assignments that depend on nothing but what the column holds. */
export type PlainAssignment = Extract<Assignment, { kind: 'constant' | 'scrub' }>

/** What takes the place of the value `held`. */
export function plainValueSql(
  dialect: SqlDialect,
  assignment: PlainAssignment & Kept,
  held: string,
  nullable: boolean,
): string {
  const { literal } = dialect
  if (assignment.kind === 'constant') return literal(assignment.value)
  // What is no document cannot be scrubbed by path, so nothing of it may stay.
  return jsonOf(dialect, assignment).without(
    held,
    assignment.paths,
    literal(nullable ? null : '{}'),
  )
}

/** What of the slice is known when a row is looked at again. */
export interface KnownValues {
  readonly gone: Compare
  /** That the column holds none of the values derived; `null` where they are not known. */
  lacksDerived(column: string, assignment: Derived): string | null
}

type Derived = Extract<Assignment, { kind: 'derived' }>

/**
 * Whether the row `t0` still lacks one of the assignments, and what `outdone` allows in its place. Values that are
 * not known are passed over.
 */
export function pendingSql(
  dialect: SqlDialect,
  { set, outdone = [] }: Pick<Step, 'set' | 'outdone'>,
  known: KnownValues,
): string {
  const parts = set.flatMap((assignment): readonly string[] => {
    const allowed = outdone.filter(({ column }) => column === assignment.column)
    const lacks = [assignment, ...allowed].map((one) => lackSql(dialect, one, known))
    if (lacks.includes(null)) return []
    return lacks.length === 1 ? lacks.flatMap((lack) => lack ?? []) : [`(${lacks.join(') AND (')})`]
  })
  return parts.length === 0 ? dialect.literal(false) : parts.join(' OR ')
}

function lackSql(
  dialect: SqlDialect,
  assignment: MarkedAssignment,
  known: KnownValues,
): string | null {
  const json = jsonOf(dialect, assignment)
  const column = `t0.${dialect.quote(assignment.column)}`
  switch (assignment.kind) {
    case 'constant':
      return differsAs(dialect, assignment.keptIn, column, dialect.literal(assignment.value))
    case 'derived':
      return known.lacksDerived(column, assignment)
    case 'scrub':
      return json.holdsAny(column, assignment.paths)
    case 'json_value': {
      const { path, value, holding } = assignment
      if (holding === undefined) return json.differs(column, path, value)
      const last = path.lastIndexOf(null)
      const held = json.element('e', path.slice(last + 1))
      const elements = json.elements(column, path.slice(0, last), 'e')
      return `EXISTS (SELECT 1 FROM ${elements.join(', ')} WHERE ${known.gone(held, holding)})`
    }
    case 'pull': {
      const { path, element } = assignment
      return json.stillNames(column, {
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
export function derivedSql(dialect: SqlDialect, derived: Derived, text: string): string {
  const { instant, type }: MarkedDerived = derived
  if (instant === '$atMs' || instant === '$atSeconds') return dialect.integer(text)
  return type === undefined ? text : dialect.typed(text, type)
}
