/**
 * Where an identifier counts that proves nothing by itself: a rule looks for it there, a foreign key leads from there to
 * the users, or the name says so.
 *
 * @module
 */
import type { KnownColumn, KnownSchema, KnownTable } from '../../knowledge/known-table.ts'
import { personalKind } from '../../knowledge/personal-columns.ts'
import { isUserList, userReference } from '../../knowledge/user-references.ts'
import { overlaps } from '../../program/columns/touches.ts'
import { writtenAs } from '../../program/matching.ts'
import type { Program, Selector } from '../../program/program.ts'
import { wayInto } from '../../program/selectors.ts'
import { wordsOf } from '../../words/name-words.ts'
import type { FormFinder, Hit } from './find-forms.ts'
import type { Identifier } from './identifiers.ts'
import type { TracePath } from './places.ts'

/** What of a value counts at a place of the column, as a whole. */
export type WholeAt = (path: TracePath, text: string) => readonly Hit[]

export function namedPlaces(
  program: Program,
  schema: KnownSchema,
  identifiers: readonly Identifier[],
  finder: FormFinder,
): (table: string, column: string) => WholeAt {
  const weak = [...identifiers.entries()].filter(([, { isTelling }]) => !isTelling)
  if (weak.length === 0) return () => () => NOTHING
  return (table, column) => {
    const own = countingOf(program, schema, weak, table, [column])
    const below = new Map<string, Counting>()
    const countingAt = (path: TracePath): Counting => {
      if (path.length === 0) return own
      const key = path.join('\0')
      const known = below.get(key) ?? countingOf(program, schema, weak, table, [column, ...path])
      below.set(key, known)
      return known
    }
    return (path, text) => {
      const { identifiers: counted, written } = countingAt(path)
      if (counted.size === 0 && written.length === 0) return NOTHING
      const hits = finder.asWhole(text).filter(({ identifier }) => counted.has(identifier))
      const byRule = written
        .filter(({ isHeldIn }) => isHeldIn(text))
        .map(({ identifier }): Hit => ({ identifier, form: 'plain' }))
      return byRule.length === 0 ? hits : [...hits, ...byRule]
    }
  }
}

const NOTHING: readonly never[] = []

interface Counting {
  readonly identifiers: ReadonlySet<number>
  /** Behind a prefix or within a text, as a rule says. */
  readonly written: readonly {
    readonly identifier: number
    isHeldIn(text: string): boolean
  }[]
}

function countingOf(
  program: Program,
  schema: KnownSchema,
  weak: readonly (readonly [number, Identifier])[],
  table: string,
  path: TracePath,
): Counting {
  const column = path[0] ?? ''
  const place = { table, column, path: path.slice(1) }
  const rules = program.steps
    .flatMap(({ ways }) => ways)
    .filter((way) => way.table === table && overlaps(placeOf(way), place))
  const known = schema.tables.get(table)
  const at = known === undefined ? null : columnAt(known, path)
  const counted = weak.filter(([, identifier]) => {
    const isOwn = table === program.user.table && isOwnColumn(program, path, identifier)
    const isByRule = rules.some((selector) => isOf(selector, identifier))
    return (
      isOwn ||
      isByRule ||
      (known !== undefined && at !== null && says(schema, known, at, identifier))
    )
  })
  const written = weak.flatMap(([index, identifier]) =>
    rules.flatMap(({ target }) => {
      if (target.kind !== 'user' || target.field !== identifier.name) return []
      const { form } = target
      if (form === null || (form.prefix === '' && !form.suffix && !form.within)) return []
      const whole = String(writtenAs(identifier.text, form)).toLowerCase()
      const isHeldIn = (text: string): boolean =>
        form.within ? text.toLowerCase().includes(whole) : text.toLowerCase() === whole
      return [{ identifier: index, isHeldIn }]
    }),
  )
  return { identifiers: new Set(counted.map(([index]) => index)), written }
}

function placeOf({ table, locator }: Selector) {
  return { table, column: locator.column, path: wayInto(locator) }
}

function isOf({ target }: Selector, { name }: Identifier): boolean {
  return target.kind === 'user' && target.field === name
}

/** The very column of the user row that it is from. */
function isOwnColumn({ user }: Program, path: TracePath, { name }: Identifier): boolean {
  const place = path.filter((step) => step !== null).join('.')
  return place === (user.fields[name] ?? name)
}

function columnAt(table: KnownTable, path: TracePath): KnownColumn {
  const name = path.filter((step) => step !== null).join('.')
  return table.columns.find((one) => one.name === name) ?? { name, type: '', sampled: [] }
}

/** Names that leave open of what an id is say nothing here. */
function says(
  schema: KnownSchema,
  table: KnownTable,
  column: KnownColumn,
  { kind }: Identifier,
): boolean {
  if (kind === null) return false
  if (kind !== 'id') return personalKind(schema, table, column, true) === kind
  const by = userReference(schema, table, column)?.by
  if (by === 'key' || by === 'users' || by === 'name') return true
  return wordsOf(column.name).length > 0 && isUserList(column, schema.user.words)
}
