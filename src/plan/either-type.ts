/**
 * Where a reference may hold a value in either type: its column says nothing of types, and the user's own does.
 *
 * The user's column then knows of one of the two alone, so that nobody else can be meant by the other: as the
 * database itself compares the two columns.
 *
 * @module
 */
import type { DatabaseSchema, TableSchema } from '../store.ts'
import { type HeldType, heldFieldType } from '../stored-id.ts'
import type { LastOfCheck, Selector, Step, UserTable, Wanted } from '../terms.ts'

/** The steps with marks on what they look for. Stores without columns declare nothing, and nothing is marked. */
export function markEitherType(
  user: UserTable,
  steps: readonly Step[],
  schema: DatabaseSchema | null,
): readonly Step[] {
  const scene = sceneOf(user, schema)
  return scene === null ? steps : steps.map((step) => markStep(scene, step))
}

/** The same for members of groups. */
export function markMembers(
  user: UserTable,
  checks: readonly LastOfCheck[],
  schema: DatabaseSchema | null,
): readonly LastOfCheck[] {
  const scene = sceneOf(user, schema)
  return scene === null
    ? checks
    : checks.map((check) =>
        isEither(scene, check.table, check.match, { field: 'id', form: null })
          ? { ...check, eitherType: true }
          : check,
      )
}

interface Scene {
  readonly user: UserTable
  readonly own: TableSchema
  readonly tables: ReadonlyMap<string, TableSchema>
}

function sceneOf(user: UserTable, schema: DatabaseSchema | null): Scene | null {
  const tables = new Map((schema?.tables ?? []).map((table) => [table.name, table]))
  const own = tables.get(user.table)
  if (user.rowless || user.idType !== 'plain' || own == null || own.columns === null) return null
  return { user, own, tables }
}

function markStep(scene: Scene, step: Step): Step {
  const { selector, except } = step
  return {
    ...step,
    selector: selector === null ? null : markSelector(scene, selector),
    except: except.map(({ unless, ...one }) => ({
      ...markSelector(scene, one),
      ...(unless === undefined ? {} : { unless: unless.map((own) => markSelector(scene, own)) }),
    })),
  }
}

function markSelector(scene: Scene, selector: Selector): Selector {
  const { table, locator, target } = selector
  if (target.kind === 'rows') {
    const parents = target.parents.map((parent) => markSelector(scene, parent))
    return { ...selector, target: { ...target, parents } }
  }
  const isColumn = locator.path === null && !locator.each
  // What stands inside JSON has the type that is written there.
  if (!isColumn || !isEither(scene, table, locator.column, target)) return selector
  return { ...selector, target: { ...target, eitherType: true } }
}

function isEither(
  { user, own, tables }: Scene,
  table: string,
  column: string,
  { field, form }: Wanted,
): boolean {
  if (form !== null || heldFieldType(tables.get(table), column) !== 'unknown') return false
  return SURE.includes(heldFieldType(own, user.fields[field] ?? user.id))
}

/** Columns that make one type of all integers. */
const SURE: readonly HeldType[] = ['integer', 'number', 'text', 'uuid']
