/**
 * Marks on what is compared: the types of both sides, so that a list has that of the column, and where a second
 * comparison decides.
 *
 * @module
 */
import { exceptionMapper } from '../../../src/program/exceptions.ts'
import { once } from '../../../src/program/once.ts'
import type {
  Assignment,
  Condition,
  Program,
  Selector,
  UserTable,
  Wanted,
} from '../../../src/program/program.ts'
import type { DatabaseSchema } from '../../../src/program/schema.ts'
import type {
  Kept,
  MarkedAssignment,
  MarkedCondition,
  MarkedDerived,
  MarkedProgram,
  MarkedSelector,
  MarkedUserTable,
} from '../../sql/marks.ts'
import type { UserValue } from '../../sql/selectors/user-value.ts'
import { indexedIn } from './indexed.ts'
import { elementType, isLooseType, JSON_VALUE, kindOf } from './types.ts'

export function markTypes(program: Program, { tables }: DatabaseSchema): MarkedProgram {
  const byName = new Map(tables.map((table) => [table.name, table]))
  const typeAt = (table: string, column: string): string =>
    byName.get(table)?.columns?.find(({ name }) => name === column)?.type || 'text'
  const isLooseAt = (table: string, column: string): boolean =>
    isLooseType(elementType(typeAt(table, column)) ?? typeAt(table, column)) ||
    byName.get(table)?.columns?.find(({ name }) => name === column)?.collation !== undefined
  const isIndexed = indexedIn(byName)
  const ofTenant = (table: string, tenant: string | null) =>
    tenant !== null && isLooseAt(table, tenant) ? ({ hasLooseTenant: true } as const) : {}
  const condition =
    (table: string) =>
    (one: Condition): MarkedCondition =>
      isLooseAt(table, one.column) ? { ...one, isLoose: true } : one
  const { user } = program
  const { types = {}, ...typed } = withTypes(user, { tables })
  /** Of what stands where the locator points. */
  const heldType = ({ table, locator }: Selector): string =>
    locator.path !== null || locator.each
      ? (elementType(typeAt(table, locator.column)) ?? JSON_VALUE)
      : typeAt(table, locator.column)
  const kept = (table: string, column: string): Kept => {
    const type = typeAt(table, column)
    return type === JSON_VALUE ? {} : { keptIn: type }
  }
  const comparedAs = ({ field, form, eitherType }: Wanted, type: string) => {
    // What a form writes is text.
    const own = form === null ? (types[field] ?? 'text') : 'text'
    const isSame = kindOf(own) === kindOf(type) && !eitherType
    return { type, ...(isSame ? {} : ({ isRecast: true } as const)) }
  }
  const inElement = (wanted: Wanted, table: string, column: string): UserValue => {
    const element = elementType(typeAt(table, column))
    const type = wanted.form?.ignoreCase ? 'text' : (element ?? JSON_VALUE)
    const isLoose = element !== null && isLooseAt(table, column)
    return { ...wanted, ...comparedAs(wanted, type), ...(isLoose ? { isLoose } : {}) }
  }
  // What is derived is a text, and no column of another type takes one by itself.
  const derive = (table: string, derived: MarkedDerived): MarkedDerived => {
    const type = typeAt(table, derived.column)
    return kindOf(type) === 'text' ? derived : { ...derived, type }
  }
  const assign =
    (table: string) =>
    (assignment: Assignment): MarkedAssignment => {
      const { kind, column } = assignment
      if (kind === 'derived') return derive(table, assignment)
      if (kind === 'constant') {
        // Two of this type cannot be compared.
        return typeAt(table, column) === 'json' ? { ...assignment, keptIn: 'json' } : assignment
      }
      const own = { ...assignment, ...kept(table, column) }
      if (own.kind === 'pull') return { ...own, ...inElement(own, table, column) }
      if (own.kind !== 'json_value' || own.holding === undefined) return own
      return { ...own, holding: inElement(own.holding, table, column) }
    }
  const mark = once((selector: Selector): MarkedSelector => {
    const { target } = selector
    const type = heldType(selector)
    const { locator } = selector
    const isJson = locator.path !== null || locator.each
    const isPlain = !isJson || elementType(typeAt(selector.table, locator.column)) !== null
    const isLooseKey =
      target.kind === 'rows' && target.parents.some(({ table }) => isLooseAt(table, target.key))
    // By the collation of a key the database itself takes several texts for one.
    const isLoose =
      target.collation === undefined &&
      ((isPlain && isLooseAt(selector.table, selector.locator.column)) || isLooseKey)
    const loose = {
      ...(isJson ? { locator: { ...locator, ...kept(selector.table, locator.column) } } : {}),
      where: selector.where.map(condition(selector.table)),
      ...ofTenant(selector.table, selector.tenant),
    }
    const looseValue = isLoose ? ({ isLoose: true } as const) : {}
    if (target.kind === 'rows') {
      const [parent] = target.parents
      const keyType = parent === undefined ? type : typeAt(parent.table, target.key)
      return {
        ...selector,
        ...loose,
        ...looseValue,
        ...(kindOf(keyType) === 'text' ? ({ hasTextKey: true } as const) : {}),
        ...(kindOf(keyType) === kindOf(type) ? {} : { keyType: type }),
        target: { ...target, parents: target.parents.map(mark) },
      }
    }
    const isText = target.form?.within === true || target.form?.ignoreCase === true
    const listType = isText ? 'text' : type
    return {
      ...{ ...selector, ...loose, ...(isText ? {} : looseValue), ...comparedAs(target, listType) },
      ...(!isText && isIndexed(selector) ? ({ isIndexed: true } as const) : {}),
    }
  })
  const except = exceptionMapper({ map: mark })
  return {
    ...program,
    user: {
      ...typed,
      types,
      set: user.set.map(assign(user.table)),
      ...ofTenant(user.table, user.tenant),
      ...(isLooseAt(user.table, user.id) ? { hasLooseId: true } : {}),
      ...(isIndexed(idSelector(user)) ? { hasIndexedId: true } : {}),
    },
    steps: program.steps.map((step) => ({
      ...step,
      ways: step.ways.map(mark),
      except: except(step.except),
      set: step.set.map(assign(step.table)),
      ...(step.outdone === undefined ? {} : { outdone: step.outdone.map(assign(step.table)) }),
    })),
    checks: program.checks.map((check) => ({
      ...check,
      type: typeAt(check.table, check.match),
      where: check.where.map(condition(check.table)),
      ...(isLooseAt(check.table, check.match) ? { hasLooseMatch: true } : {}),
      ...(isLooseAt(check.table, check.within) ? { hasLooseGroup: true } : {}),
    })),
  }
}

function idSelector({ table, id }: UserTable): Parameters<ReturnType<typeof indexedIn>>[0] {
  const locator = { column: id, path: null, each: false, element: null }
  return { table, locator, where: [], tenant: null }
}

/** The user table with the types of its columns. */
export function withTypes(
  user: UserTable,
  { tables }: Pick<DatabaseSchema, 'tables'>,
): MarkedUserTable {
  const own = tables.find(({ name }) => name === user.table)?.columns ?? []
  const typeOf = (column: string): string => own.find(({ name }) => name === column)?.type || 'text'
  const fields = Object.entries({ id: user.id, ...user.fields })
  return {
    ...user,
    types: Object.fromEntries(fields.map(([field, column]) => [field, typeOf(column)])),
    ...(user.tenant === null ? {} : { tenantType: typeOf(user.tenant) }),
  }
}
