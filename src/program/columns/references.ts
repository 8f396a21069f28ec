/**
 * Where a program reads rows: what has to be there for its steps to find anything.
 *
 * @module
 */

import type {
  Assignment,
  Condition,
  JsonPath,
  Program,
  Selector,
  SelectorTarget,
  Step,
} from '../program.ts'
import type { AskedJson, AskedPath, SampledJson, SampledTypes, TableSchema } from '../schema.ts'
import { isWithinText, wayInto, whereOf } from '../selectors.ts'

/** A field by which rows are found. */
export interface Reference extends AskedPath {
  /** Where in the policy. */
  readonly place: string
  /** `null` for a field that is only searched by values of its own table. */
  readonly target: SelectorTarget | null
  /** Other fields that the same look-up compares. */
  readonly beside: readonly string[]
  /** The column of the JSON value in which the path starts, where the rule says that there is one. */
  readonly json: string | null
  /** It stands in the elements of an array. */
  readonly each: boolean
}

/** Every field by which the program finds rows. A parent's selector is that of a step of its own. */
export function referencesOf({
  user,
  steps,
  checks,
}: Pick<Program, 'user' | 'steps' | 'checks'>): readonly Reference[] {
  const none = { where: [], beside: [], json: null, each: false }
  const isUserId = { kind: 'user', field: 'id', form: null } as const
  return [
    ...(user.rowless
      ? []
      : [{ ...none, table: user.table, path: user.id, place: 'user.id', target: isUserId }]),
    ...steps.flatMap((step) => step.ways.map((way) => referenceOf(step, way))),
    ...checks.flatMap(({ name, table, match, within, where }) => {
      const shared = { ...none, table, where, place: `checks.${name}` }
      return [
        { ...shared, path: match, target: isUserId },
        { ...shared, path: within, target: null },
      ]
    }),
  ]
}

/** Whether no index helps: the reference stands somewhere in a longer text. */
export function readsAll({ target }: Reference): boolean {
  return target !== null && isWithinText(target)
}

/** Whether the index that helps is one on the field in lower case. */
export function isInAnyCase({ target }: Reference): boolean {
  return target?.kind === 'user' && target.form?.ignoreCase === true
}

/** Fields that hold the tenant's id, which is text. */
export function tenantPathsOf({ user, steps }: Program): readonly (AskedPath & Placed)[] {
  return [
    ...(user.rowless || user.tenant === null
      ? []
      : [{ table: user.table, path: user.tenant, where: [], place: 'user.tenant' }]),
    ...steps.flatMap((step) => {
      const { table, ways } = step
      const tenant = ways[0]?.tenant ?? null
      return tenant === null ? [] : [{ table, path: tenant, where: [], place: placeOf(step) }]
    }),
  ]
}

/** Other fields that the program compares or overwrites, and that should therefore be somewhere. */
export function otherPathsOf({
  user,
  steps,
}: Program): readonly (AskedPath & Placed & { readonly wants?: 'array' })[] {
  const fields = Object.entries(user.fields).map(([field, path]) => ({
    ...{ table: user.table, path, where: [], place: `user.fields.${field}` },
  }))
  return [
    ...(user.rowless ? [] : fields.filter(({ path }) => path !== user.id)),
    ...steps.flatMap((step) => {
      const { table, set } = step
      const where = whereOf(step)
      const compared = where
        .filter(({ values }) => !values.includes(null))
        .map(({ column }) => ({ table, path: column, where: [], place: `${placeOf(step)}.where` }))
      const written = set.map((one) => ({
        ...{ table, where, place: `${placeOf(step)}.set` },
        ...(one.kind === 'pull'
          ? { path: dotted(one.column, one.path), wants: 'array' as const }
          : { path: one.column }),
      }))
      return [...compared, ...written]
    }),
  ]
}

/** Everything that is to be looked for in samples, each once. */
export function askedPathsOf(programs: readonly Program[]): readonly AskedPath[] {
  const all = programs.flatMap((program): AskedPath[] => [
    ...referencesOf(program).flatMap(({ table, path, where, json, target }) => [
      { table, path, where },
      ...(json === null ? [] : [{ table, path: json, where }]),
      ...(target?.kind === 'rows'
        ? target.parents.map((parent) => ({ table: parent.table, path: target.key, where: [] }))
        : []),
    ]),
    ...[...tenantPathsOf(program), ...otherPathsOf(program)].map(({ table, path, where }) => ({
      ...{ table, path, where },
    })),
  ])
  return [...new Map(all.map((asked) => [JSON.stringify(asked), asked])).values()]
}

/** A path into JSON that the policy names. */
export interface NamedJson extends AskedJson {
  /** Where in the policy. */
  readonly place: string
}

/** Every path into JSON: by which rows are found, and at which something is to go. */
export function jsonPathsOf({ user, steps }: Program): readonly NamedJson[] {
  return [
    ...user.set.flatMap((one) => writtenInto(user.table, one, [], 'user.set')),
    ...steps.flatMap((step) => {
      const { table, ways, set, retention } = step
      const where = whereOf(step)
      const place = placeOf(step)
      return [
        ...ways.flatMap((way) => foundIn(way, place)),
        ...set.flatMap((one) => writtenInto(table, one, where, `${place}.set`)),
        ...(retention?.thenSet ?? []).flatMap((one) =>
          writtenInto(table, one, where, `${place}.thenSet`),
        ),
      ]
    }),
  ]
}

function foundIn({ table, locator, where }: Selector, place: string): readonly NamedJson[] {
  const steps = wayInto(locator)
  if (steps === null) return []
  return [{ table, column: locator.column, steps, wants: 'value', where, place }]
}

function writtenInto(
  table: string,
  assignment: Assignment,
  where: readonly Condition[],
  place: string,
): readonly NamedJson[] {
  const { column } = assignment
  const common = { table, column, where, place: `${place}.${column}` }
  if (assignment.kind === 'scrub') {
    return assignment.paths.map((steps) => ({ ...common, steps, wants: 'anything' }))
  }
  if (assignment.kind !== 'pull') return []
  const { path, element } = assignment
  if (element === null) return [{ ...common, steps: path ?? [], wants: 'array' }]
  return [{ ...common, steps: [...(path ?? []), null, ...element], wants: 'value' }]
}

/** The same for all programs, each once. */
export function askedJsonOf(programs: readonly Program[]): readonly AskedJson[] {
  const all = programs.flatMap(jsonPathsOf).map(({ place: _, ...asked }) => asked)
  return [...new Map(all.map((asked) => [JSON.stringify(asked), asked])).values()]
}

/** What the sample holds at a path; `null` where nobody has looked. */
export function sampledAt(
  tables: ReadonlyMap<string, TableSchema>,
  { table, path, where }: AskedPath,
): SampledTypes | null {
  const wanted = JSON.stringify(where)
  const sampled = tables.get(table)?.sampledTypes ?? []
  return sampled.find((one) => one.path === path && JSON.stringify(one.where) === wanted) ?? null
}

/** What the sample of a column's JSON holds at a path; `null` where nobody has looked. */
export function sampledJsonAt(
  tables: ReadonlyMap<string, TableSchema>,
  { table, column, steps, wants, where }: AskedJson,
): SampledJson | null {
  const wanted = JSON.stringify([column, steps, wants, where])
  return (
    tables
      .get(table)
      ?.sampledJson?.find(
        (one) => JSON.stringify([one.column, one.steps, one.wants, one.where]) === wanted,
      ) ?? null
  )
}

/** Keys joined by dots, as documents are asked for them: arrays on the way are not named. */
export function dotted(column: string, path: JsonPath | null): string {
  return [column, ...(path ?? []).filter((step) => step !== null)].join('.')
}

/** The place of a step's rule in the policy. */
export function placeOf({ table, rule }: Step): string {
  return `tables.${table}[${rule}]`
}

interface Placed {
  readonly place: string
}

function referenceOf(step: Step, { table, locator, where, tenant, target }: Selector): Reference {
  const { column, path } = locator
  return {
    table,
    path: dotted(column, wayInto(locator)),
    where,
    place: placeOf(step),
    target,
    beside: [...where.map((one) => one.column), ...(tenant === null ? [] : [tenant])],
    json: path === null ? null : column,
    each: locator.each,
  }
}
