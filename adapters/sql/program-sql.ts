/**
 * A program as statements, built once for a program and a schema.
 *
 * @module
 */
import type { Program } from '../../src/program/program.ts'
import type { DatabaseSchema } from '../../src/program/schema.ts'
import type { SharedValue } from '../../src/program/shared-values.ts'
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
  /** Finds a value that users may hold together. */
  sharing(value: SharedValue): SharingSql
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
  return {
    program,
    schema,
    steps,
    groups: groupsSql(dialect, fitted, steps, facts),
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
  }
}

/** Each statement is made once. */
function remembering(make: (value: SharedValue) => SharingSql): (value: SharedValue) => SharingSql {
  const known = new Map<string, SharingSql>()
  return (value) => {
    const key = JSON.stringify(value)
    const sql = known.get(key) ?? make(value)
    known.set(key, sql)
    return sql
  }
}
