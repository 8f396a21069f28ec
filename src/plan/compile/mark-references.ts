/**
 * Marks how a reference compares with the value that it refers to, as far as the schema says.
 *
 * *In either type*: the reference's column says nothing of types, and the user's own does. That one then knows of one
 * of the two alone, so that nobody else can be meant by the other: as the database itself compares the two columns.
 * Inside JSON no column says anything, and programs write integers as their digits there, and the other way round.
 *
 * *By a collation*: what is referred to is unique by a collation that takes several texts for one, and an enforced
 * foreign key compares by it, or the reference's column does. Another spelling then names the same row, and the
 * database would take it along.
 *
 * @module
 */

import { exceptionMapper } from '../../program/exceptions.ts'
import { once } from '../../program/once.ts'
import type {
  Assignment,
  Exception,
  LastOfCheck,
  Selector,
  SelectorTarget,
  Step,
  UserTable,
  Wanted,
} from '../../program/program.ts'
import type { DatabaseSchema, TableSchema } from '../../program/schema.ts'
import { type HeldType, heldFieldType } from '../../program/stored-id.ts'

/** The steps with marks on what they look for. Stores without columns declare nothing, and nothing is marked. */
export function markReferences(
  user: UserTable,
  steps: readonly Step[],
  schema: DatabaseSchema | null,
): readonly Step[] {
  const scene = sceneOf(user, schema)
  if (scene === null) return steps
  const selector = once((one: Selector) => markSelector(scene, one))
  const marks: Marks = { selector, except: exceptionMapper({ map: selector }) }
  return steps.map((step) => markStep(scene, marks, step))
}

/** The user's own row with marks on what is pulled out of it. */
export function markUser(user: UserTable, schema: DatabaseSchema | null): UserTable {
  const scene = sceneOf(user, schema)
  return scene === null ? user : { ...user, set: user.set.map((one) => markAssignment(scene, one)) }
}

/** The same for members of groups. */
export function markMembers(
  user: UserTable,
  checks: readonly LastOfCheck[],
  schema: DatabaseSchema | null,
): readonly LastOfCheck[] {
  const scene = sceneOf(user, schema)
  if (scene === null) return checks
  return checks.map((check) => {
    const {
      kind: _,
      field: __,
      form: ___,
      ...marks
    } = markUserTarget(scene, [check.table, check.match], { kind: 'user', field: 'id', form: null })
    return { ...check, ...marks }
  })
}

/** The collation by which no two rows hold the value; `null` where texts compare byte by byte, or may come again. */
export function uniqueCollation(table: TableSchema | undefined, column: string): string | null {
  const name = column.toLowerCase()
  const own = table?.columns?.find((one) => one.name.toLowerCase() === name)
  if (own?.collation === undefined) return null
  // Indexes are listed with the collation that they name. A store that lists no indexes lists keys.
  const indexes = table?.indexes?.filter(({ unique, partial }) => unique && !partial)
  const keys = indexes?.map((index) => index.keys) ?? [
    table?.primaryKey ?? [],
    ...(table?.uniqueKeys ?? []),
  ]
  const isAlone = keys.some(([key, ...more]) => more.length === 0 && key?.toLowerCase() === name)
  return isAlone ? own.collation : null
}

interface Scene {
  readonly user: UserTable
  readonly tables: ReadonlyMap<string, TableSchema>
  readonly hasKeys: boolean
}

function sceneOf(user: UserTable, schema: DatabaseSchema | null): Scene | null {
  if (schema === null || user.rowless || user.idType !== 'plain') return null
  const tables = new Map(schema.tables.map((table) => [table.name, table]))
  if ((tables.get(user.table)?.columns ?? null) === null) return null
  return { user, tables, hasKeys: schema.foreignKeysEnforced }
}

interface Marks {
  selector(selector: Selector): Selector
  except(except: readonly Exception[]): readonly Exception[]
}

function markStep(scene: Scene, marks: Marks, step: Step): Step {
  const { ways, except, set, outdone, retention } = step
  const mark = (one: Assignment): Assignment => markAssignment(scene, one)
  return {
    ...step,
    ways: ways.map(marks.selector),
    except: marks.except(except),
    set: set.map(mark),
    ...(outdone === undefined ? {} : { outdone: outdone.map(mark) }),
    retention: retention === null ? null : { ...retention, thenSet: retention.thenSet.map(mark) },
  }
}

/** Elements of an array are found by a value, as rows are. */
function markAssignment(scene: Scene, assignment: Assignment): Assignment {
  if (assignment.kind === 'pull') return inJson(scene, assignment)
  if (assignment.kind !== 'json_value' || assignment.holding === undefined) return assignment
  return { ...assignment, holding: inJson(scene, assignment.holding) }
}

function markSelector(scene: Scene, selector: Selector): Selector {
  const { table, locator, target } = selector
  const column = locator.path === null && !locator.each ? locator.column : null
  return { ...selector, target: markTarget(scene, table, column, target) }
}

/** `column`: `null` for what stands inside JSON. */
function markTarget(
  scene: Scene,
  table: string,
  column: string | null,
  target: SelectorTarget,
): SelectorTarget {
  if (target.kind === 'user') {
    if (column === null) return inJson(scene, target)
    return markUserTarget(scene, [table, column], target)
  }
  const parents = target.parents.map((parent) => markSelector(scene, parent))
  const found = target.parents.map((parent) =>
    column === null ? null : collationBetween(scene, [table, column], [parent.table, target.key]),
  )
  const [collation = null, ...others] = new Set(found)
  const marks = collation === null || others.length > 0 ? {} : { collation }
  return { ...target, parents, ...marks }
}

/** In a column of its own, as it is in the user row. */
function markUserTarget<W extends Wanted>(scene: Scene, [table, column]: Place, wanted: W): W {
  if (wanted.form !== null) return wanted
  const { user } = scene
  const own = user.fields[wanted.field] ?? user.id
  const collation = collationBetween(scene, [table, column], [user.table, own])
  return {
    ...wanted,
    ...(isEither(scene, table, column, wanted) ? { eitherType: true } : {}),
    ...(collation === null ? {} : { collation }),
  }
}

function inJson<W extends Wanted>(scene: Scene, wanted: W): W {
  // A number inside JSON is an id, and may be that of somebody else if the user's name is of the same digits.
  const types = wanted.field === 'id' ? ONE_OF_TWO : NUMBERS
  const isEitherThere = wanted.form === null && types.includes(typeOf(scene, wanted))
  return isEitherThere ? { ...wanted, eitherType: true } : wanted
}

function isEither(scene: Scene, table: string, column: string, wanted: Wanted): boolean {
  const isUnknown = heldFieldType(scene.tables.get(table), column) === 'unknown'
  return wanted.form === null && isUnknown && SURE.includes(typeOf(scene, wanted))
}

/** What the user's own column is declared to hold. */
function typeOf({ user, tables }: Scene, { field }: Wanted): HeldType {
  return heldFieldType(tables.get(user.table), user.fields[field] ?? user.id)
}

const NUMBERS: readonly HeldType[] = ['integer', 'number']
/** Columns that may hold integers, and make one type of all of them. */
const ONE_OF_TWO: readonly HeldType[] = [...NUMBERS, 'text']
const SURE: readonly HeldType[] = [...ONE_OF_TWO, 'uuid']

type Place = readonly [table: string, column: string]

function collationBetween(
  { tables, hasKeys }: Scene,
  [table, column]: Place,
  [other, key]: Place,
): string | null {
  const child = tables.get(table)
  const collation = uniqueCollation(tables.get(other), key)
  const own = child?.columns?.find(({ name }) => name === column)
  if (collation === null || own === undefined) return null
  if (own.collation === collation) return collation
  const isKey = (child?.foreignKeys ?? []).some(
    ({ columns, references }) =>
      references.table === other && references.columns[columns.indexOf(column)] === key,
  )
  return hasKeys && isKey ? collation : null
}
