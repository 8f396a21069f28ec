/**
 * The users of a slice as a relation `u`. `@users` is a list with one list a user.
 *
 * @module
 */
import { once } from '../../../src/program/once.ts'
import type { Assignment, Program, Step } from '../../../src/program/program.ts'
import { selectorsOf } from '../../../src/program/selectors.ts'
import type { SqlDialect, TupleColumn } from '../dialect.ts'
import type { MarkedProgram } from '../marks.ts'
import { chainsOf, userValueOf } from './chains.ts'
import { userColumn } from './compare-sql.ts'
import { placeKey, USER_ID, type UserValue } from './user-value.ts'

/** Position, id, what else references hold, and derived values of each user; many statements of a program begin with it. */
export function relationOf(dialect: SqlDialect, program: Program): string {
  return relationsOf(dialect)(program)
}

const relationsOf = once((dialect: SqlDialect) =>
  once((program: Program): string => usersSql(dialect, program)),
)

function usersSql(dialect: SqlDialect, program: MarkedProgram): string {
  const wanted = valuesOf(program)
  const derived = [...program.derived.keys()]
  const names = [
    'pos',
    ...wanted.map((one) => userColumn(dialect, one)),
    ...derived.map((index) => `d${index}`),
  ]
  const types = wanted.map(({ field, form, eitherType }): TupleColumn => {
    const own = form === null ? program.user.types?.[field] : undefined
    const type = eitherType ? dialect.eitherType : own
    return type === undefined ? {} : { type }
  })
  const columns = [...types, ...derived.map(() => ({}))]
  return `u(${names.join(', ')}) AS MATERIALIZED (${dialect.tuples('@users', columns, 'placed')})`
}

/** All fields of the program, `id` first. */
export function fieldsOf(program: Program): readonly string[] {
  return ['id', ...Object.keys(program.user.fields).filter((field) => field !== 'id')]
}

/** What references can hold for a user, in the order of `@users`: the fields, and ids in other forms. */
export function valuesOf(program: Program): readonly UserValue[] {
  const fields = fieldsOf(program).map((field): UserValue => ({ field, form: null }))
  const seen = new Set<Step['except']>()
  const unseen = (except: Step['except']): Step['except'] => {
    if (seen.has(except)) return []
    seen.add(except)
    return except
  }
  const referred = program.steps.flatMap(({ ways, except, set, outdone = [] }) => [
    ...selectorsOf({ ways, except: unseen(except) })
      .flatMap(chainsOf)
      .map((chain) => userValueOf(chain)),
    ...[...set, ...outdone].flatMap(elementValues),
  ])
  const members = program.checks.map(({ eitherType }) => ({
    ...USER_ID,
    ...(eitherType ? { eitherType } : {}),
  }))
  const wanted = [...fields, ...referred, ...program.user.set.flatMap(elementValues), ...members]
  // What others within reach hold too is looked for as well, to be counted as shared.
  const all = wanted.flatMap(({ field, form, reach, eitherType }): readonly UserValue[] => {
    const own = [{ field, form }, ...(reach === undefined ? [] : [{ field, form, reach }])]
    return eitherType ? [...own, ...own.map((one) => ({ ...one, eitherType }))] : own
  })
  return [...new Map(all.map((value) => [placeKey(value), value])).values()]
}

/** The values by which elements of arrays are found. */
function elementValues(assignment: Assignment): readonly UserValue[] {
  if (assignment.kind === 'pull') return [assignment]
  return assignment.kind === 'json_value' && assignment.holding ? [assignment.holding] : []
}
