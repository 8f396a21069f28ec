/**
 * Marks on what is compared: the types of both sides, so that a list has that of the column, and where a second
 * comparison decides.
 *
 * @module
 */
import { exceptionMapper } from '../../../src/program/exceptions.ts'
import { once } from '../../../src/program/once.ts'
import type { Program, Selector } from '../../../src/program/program.ts'
import type { DatabaseSchema } from '../../../src/program/schema.ts'
import type { MarkedProgram, MarkedSelector } from '../../sql/marks.ts'
import { isLooseType, JSON_VALUE, kindOf } from './types.ts'

export function markTypes(program: Program, { tables }: DatabaseSchema): MarkedProgram {
  const byName = new Map(tables.map((table) => [table.name, table]))
  const typeAt = (table: string, column: string): string =>
    byName.get(table)?.columns?.find(({ name }) => name === column)?.type || 'text'
  const { user } = program
  const types = Object.fromEntries(
    Object.entries({ id: user.id, ...user.fields }).map(([field, column]) => [
      field,
      typeAt(user.table, column),
    ]),
  )
  /** Of what stands where the locator points. */
  const heldType = ({ table, locator }: Selector): string =>
    locator.path !== null || locator.each ? JSON_VALUE : typeAt(table, locator.column)
  const mark = once((selector: Selector): MarkedSelector => {
    const { target } = selector
    const type = heldType(selector)
    const loose = isLooseType(type) ? ({ isLoose: true } as const) : {}
    if (target.kind === 'rows') {
      const [parent] = target.parents
      const keyType = parent === undefined ? type : typeAt(parent.table, target.key)
      return {
        ...selector,
        ...loose,
        ...(kindOf(keyType) === 'text' ? ({ hasTextKey: true } as const) : {}),
        ...(kindOf(keyType) === kindOf(type) ? {} : { keyType: type }),
        target: { ...target, parents: target.parents.map(mark) },
      }
    }
    const isText = target.form?.within === true || target.form?.ignoreCase === true
    const listType = isText ? 'text' : type
    // What a form writes is text.
    const ownType = target.form === null ? (types[target.field] ?? 'text') : 'text'
    return {
      ...selector,
      ...(isText ? {} : loose),
      type: listType,
      ...(kindOf(ownType) === kindOf(listType) ? {} : { isRecast: true }),
    }
  })
  const except = exceptionMapper({ map: mark })
  return {
    ...program,
    user: { ...user, types, ...(isLooseType(types['id'] ?? '') ? { hasLooseId: true } : {}) },
    steps: program.steps.map((step) => ({
      ...step,
      selector: step.selector === null ? null : mark(step.selector),
      except: except(step.except),
    })),
    checks: program.checks.map((check) => ({ ...check, type: typeAt(check.table, check.match) })),
  }
}
