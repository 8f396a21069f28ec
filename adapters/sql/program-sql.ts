/**
 * A program as statements, built once for a program and a schema.
 *
 * @module
 */
import type { Program } from '../../src/program/program.ts'
import type { DatabaseSchema } from '../../src/program/schema.ts'
import { isUnique, type SharedValue } from '../../src/program/shared-values.ts'
import { blankRowsSql } from './blank-rows-sql.ts'
import { lastOfSql } from './check-sql.ts'
import type { SqlDialect } from './dialect.ts'
import { type HurdleSql, hurdlesSql } from './hurdle-sql.ts'
import type { MarkedProgram } from './marks.ts'
import type { UserValue } from './selectors/user-value.ts'
import { fieldsOf, valuesOf } from './selectors/users-sql.ts'
import { type SharingSql, sharingSql } from './sharing-sql.ts'
import { type GroupSql, groupsSql } from './steps/group-sql.ts'
import { type StepSql, stepSql } from './steps/step-sql.ts'
import { type ResiduesTogether, residuesTogether } from './steps/together-sql.ts'
import { factsOf } from './table-facts.ts'
import { findUsersSql, userResidueSql, userRowSql } from './user-rows-sql.ts'

export interface ProgramSql {
  readonly program: MarkedProgram
  readonly schema: DatabaseSchema
  /** By step of the program, each by itself; `null` for steps that no query can find. */
  readonly steps: readonly (StepSql | null)[]
  /** The steps in order, those together that are counted and written together. */
  readonly groups: readonly GroupSql[]
  readonly fields: readonly string[]
  /** In the order of `@users`. */
  readonly values: readonly UserValue[]
  readonly findRows: string
  readonly findFields: string
  readonly userRow: string
  readonly userResidue: string
  readonly blankRows: string
  /** By check of the program; `null` for checks that only warn in a plan. */
  readonly checks: readonly string[]
  /** By hurdle of the program. */
  readonly hurdles: readonly HurdleSql[]
  /** What all steps have left at the end. */
  readonly lateResidues: readonly ResiduesTogether[]
  /** Finds a value that users may hold together. */
  sharing(value: SharedValue): SharingSql
  /** Whether a unique key lets no two users within reach hold the value. */
  isSole(value: SharedValue): boolean
}

export function programSql(
  dialect: SqlDialect,
  given: Program,
  schema: DatabaseSchema,
): ProgramSql {
  const facts = factsOf(dialect, schema)
  const program = dialect.mark(given, schema)
  const { user } = program
  const fields = fieldsOf(program)
  const columns = fields.map((field) => user.fields[field] ?? user.id)
  const fitted = { ...program, steps: dialect.markIndexes(program.steps, schema) }
  const steps = fitted.steps.map((step) => stepSql(dialect, fitted, step, facts))
  const groups = groupsSql(dialect, fitted, steps, facts)
  return {
    program,
    schema,
    steps,
    groups,
    lateResidues: residuesTogether(groups, steps, dialect.askedTogether),
    fields,
    values: valuesOf(program),
    findRows: findUsersSql(dialect, user, 'all'),
    findFields: findUsersSql(dialect, user, columns),
    userRow: userRowSql(dialect, program, facts),
    userResidue: userResidueSql(dialect, program),
    blankRows: blankRowsSql(dialect, program),
    checks: program.checks.map((check) => lastOfSql(dialect, check, user)),
    hurdles: hurdlesSql(dialect, program, facts),
    sharing: remembering((value) => sharingSql(dialect, program, value)),
    isSole: remembering((value) => isSole(program, schema, value)),
  }
}

function isSole(
  { user }: Program,
  { tables }: DatabaseSchema,
  { field, reach, anyCase }: SharedValue,
): boolean {
  const form = anyCase ? ({ type: 'plain', prefix: '', ignoreCase: true } as const) : null
  const table = tables.find(({ name }) => name === user.table)
  return isUnique(table, user, { field, reach, form })
}

/** What is made for a value is made once. */
function remembering<T>(make: (value: SharedValue) => T): (value: SharedValue) => T {
  const known = new Map<string, { readonly made: T }>()
  return (value) => {
    const key = JSON.stringify(value)
    const found = known.get(key) ?? { made: make(value) }
    known.set(key, found)
    return found.made
  }
}
