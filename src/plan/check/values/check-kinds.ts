/**
 * May a reference stand for things of several kinds? Numbers are the ids of users and of other things alike, and a
 * rule that does not look at the kind beside them takes the rows of those.
 *
 * @module
 */

import { dotted, placeOf, sampledAt, sampledJsonAt } from '../../../program/columns/references.ts'
import type { Program, Selector, Step } from '../../../program/program.ts'
import type { SampledJson, TableSchema } from '../../../program/schema.ts'
import { wayInto } from '../../../program/selectors.ts'
import { wordsOf } from '../../../words/name-words.ts'
import type { SchemaFinding } from '../../schema-finding.ts'
import { storageOf } from './check-id-types.ts'

type Tables = ReadonlyMap<string, TableSchema>

/** Told by the names that stand side by side: `owner_type` and `owner_id`, or `kind` and `ref` in an object. */
export function checkKinds(program: Program, tables: Tables): readonly SchemaFinding[] {
  const ways = program.steps.flatMap((step) => step.ways.map((selector) => ({ step, selector })))
  return ways.flatMap(({ step, selector }): readonly SchemaFinding[] => {
    const elsewhere = referredElsewhere(program, step, selector, tables)
    if (elsewhere !== null) return [elsewhere]
    if (!isNumber(program, step, selector, tables)) return []
    const { name, beside } = neighboursOf(step, selector, tables)
    const asked = new Set(selector.where.map(({ column }) => column))
    const kind = beside.find((other) => !asked.has(other) && saysKindOf(other, name))
    return kind === undefined ? [] : [otherKind(step, selector, kind)]
  })
}

/** References of MongoDB's own kind name the collection beside the id. */
function referredElsewhere(
  { user }: Program,
  { table, ...step }: Step,
  { locator, where, target }: Selector,
  tables: Tables,
): SchemaFinding | null {
  const path = dotted(locator.column, wayInto(locator))
  const kind = path.replace(/\$id$/, '$ref')
  if (kind === path || where.some(({ column }) => column === kind)) return null
  const meant = target.kind === 'user' ? [user.table] : target.parents.map((one) => one.table)
  const named = sampledAt(tables, { table, path, where })?.refersTo ?? []
  const other = named.find((name) => !meant.includes(name))
  if (other === undefined) return null
  const message = `"${table}.${path}" is the id in a reference that names its collection, and some sampled rows refer to "${other}": the rule would take those for references to "${meant.join('", "')}". Say in \`where\` what "${kind}" is; where elements of an array have one, let the host remove such values, with a rule \`external\`.`
  return {
    ...{ code: 'other_kind', severity: 'warning', table, column: path },
    ...{ path: placeOf({ table, ...step }), message },
  }
}

/** Whether the values that are looked for may be numbers; a prefix before them says the kind. */
function isNumber({ user }: Program, step: Step, selector: Selector, tables: Tables): boolean {
  const { target } = selector
  const holds = (table: string, column: string): boolean =>
    storageOf(tables, table, column) === 'number' ||
    sampledAt(tables, { table, path: column, where: [] })?.types['number'] !== undefined
  if (target.kind === 'rows') {
    const isKey = target.parents.some(({ table }) => holds(table, target.key))
    return isKey || holdsNumbers(step, selector, tables)
  }
  if (target.field !== 'id' || target.form !== null) return false
  if (holds(user.table, user.id)) return true
  const isText = storageOf(tables, user.table, user.id) === 'text'
  return isText && holdsNumbers(step, selector, tables)
}

/** Numbers inside JSON are found where ids are texts, too. */
function holdsNumbers(step: Step, selector: Selector, tables: Tables): boolean {
  return sampledBehind(step, selector, tables)?.holdsNumbers === true
}

function sampledBehind(
  { table }: Step,
  { locator, where }: Selector,
  tables: Tables,
): SampledJson | null {
  const steps = wayInto(locator)
  if (steps === null) return null
  return sampledJsonAt(tables, { table, column: locator.column, steps, wants: 'value', where })
}

interface Neighbours {
  /** The last name on the way to the reference. */
  readonly name: string
  /** Names that stand in the same row, or in the same object. */
  readonly beside: readonly string[]
}

function neighboursOf(step: Step, selector: Selector, tables: Tables): Neighbours {
  const { table } = step
  const { locator } = selector
  const way = wayInto(locator)
  const found = tables.get(table)
  if (found === undefined) return { name: locator.column, beside: [] }
  if (found.columns === null) {
    const path = dotted(locator.column, way)
    const holder = path.slice(0, path.lastIndexOf('.') + 1)
    const beside = (found.sampledPaths ?? []).flatMap((one) =>
      one.path.startsWith(holder) && one.types.includes('string')
        ? [one.path.slice(holder.length)]
        : [],
    )
    return { name: path.slice(holder.length), beside }
  }
  if (way === null) {
    return { name: locator.column, beside: found.columns.map(({ name }) => name) }
  }
  const name = way.findLast((key) => key !== null) ?? locator.column
  return { name, beside: sampledBehind(step, selector, tables)?.beside ?? [] }
}

/** `owner_type` says it of `owner_id`; a name without a word of its own (`id`, `ref`) has any kind beside it. */
function saysKindOf(other: string, name: string): boolean {
  const own = wordsOf(name).filter((word) => !ID_WORDS.includes(word))
  const theirs = wordsOf(other)
  const said = theirs.slice(own.length).join(' ')
  return own.every((word, place) => theirs[place] === word) && KIND_WORDS.includes(said)
}

const ID_WORDS: readonly string[] = ['id', 'ref', 'key', 'pk', 'value', 'number', 'no']
const KIND_WORDS: readonly string[] = [
  ...['type', 'kind', 'class', 'model', 'collection', 'table', 'entity', 'entity type'],
  ...['object type', 'content type', 'relation', 'relation to'],
]

function otherKind(step: Step, selector: Selector, kind: string): SchemaFinding {
  const column = dotted(selector.locator.column, wayInto(selector.locator))
  const isPlain = wayInto(selector.locator) === null
  const remedy = isPlain
    ? `Say in \`where\` which \`${kind}\` is meant`
    : 'Let the host remove such values, with a rule `external`'
  const message = `"${step.table}.${column}" holds numbers, and "${kind}" beside it looks as if it said of what: things of another kind have the same numbers, and the rule would take theirs too. ${remedy}, or accept the finding where there is one kind.`
  const where = { table: step.table, column, path: placeOf(step) } as const
  return { code: 'other_kind', severity: 'warning', ...where, message }
}
