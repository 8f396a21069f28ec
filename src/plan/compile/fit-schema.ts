/**
 * Leaves out what a policy says about tables and columns that are not there yet: they hold nothing.
 *
 * @module
 */

import { exceptionMapper } from '../../program/exceptions.ts'
import { once } from '../../program/once.ts'
import type { Exception, LastOfCheck, Selector, Step } from '../../program/program.ts'
import type { DatabaseSchema, TableSchema } from '../../program/schema.ts'

/** The steps that find their rows on the schema. Where tables come with their first row, that is all of them. */
export function fitSteps(steps: readonly Step[], schema: DatabaseSchema | null): readonly Step[] {
  const tables = tablesOf(schema)
  if (tables === null) return steps
  const fit = fitter(tables)
  return steps.flatMap((step) => {
    const table = tables.get(step.table)
    if (table === undefined || !isAnyReachable(step, tables)) return []
    return [fitStep(step, table, fit)]
  })
}

function isAnyReachable({ ways }: Step, tables: Tables): boolean {
  return ways.length === 0 || ways.some((way) => isReachable(way, tables))
}

/** Whether some chain of tables that are there leads from the rows to the user. */
export function isReachable(selector: Selector, tables: { has(table: string): boolean }): boolean {
  if (selector.target.kind === 'user') return true
  return selector.target.parents.some(
    (parent) => tables.has(parent.table) && isReachable(parent, tables),
  )
}

/** A group has nobody in a table that is not there. */
export function fitChecks(
  checks: readonly LastOfCheck[],
  schema: DatabaseSchema | null,
): readonly LastOfCheck[] {
  const tables = tablesOf(schema)
  return tables === null ? checks : checks.filter(({ table }) => tables.has(table))
}

type Tables = ReadonlyMap<string, TableSchema>

function tablesOf(schema: DatabaseSchema | null): Tables | null {
  if (schema === null || schema.createsTables === true) return null
  return new Map(schema.tables.map((table) => [table.name, table]))
}

interface Fitter {
  ways(ways: readonly Selector[]): readonly Selector[]
  except(except: readonly Exception[]): readonly Exception[]
}

function fitter(tables: Tables): Fitter {
  const selector = once((one: Selector) => fitSelector(one, tables))
  const stays = (one: Selector): boolean => isReachable(one, tables)
  return {
    ways: (ways) => ways.filter(stays).map(selector),
    except: exceptionMapper({ map: selector, stays }),
  }
}

function fitStep(step: Step, { columns }: TableSchema, fit: Fitter): Step {
  const isThere = ({ column }: { readonly column: string }): boolean =>
    columns === null || columns.some(({ name }) => name === column)
  const { ways, except, set, outdone, retention } = step
  const fitted = {
    ways: fit.ways(ways),
    except: fit.except(except),
    set: set.filter(isThere),
    ...(outdone === undefined ? {} : { outdone: outdone.filter(isThere) }),
    retention:
      retention === null ? null : { ...retention, thenSet: retention.thenSet.filter(isThere) },
  }
  return { ...step, ...fitted }
}

function fitSelector(selector: Selector, tables: Tables): Selector {
  const { target } = selector
  if (target.kind === 'user') return selector
  const parents = target.parents
    .filter((parent) => tables.has(parent.table) && isReachable(parent, tables))
    .map((parent) => fitSelector(parent, tables))
  return { ...selector, target: { ...target, parents } }
}
