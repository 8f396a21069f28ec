/**
 * Values that the schema makes one user's alone: nobody is asked whether others hold them too.
 *
 * @module
 */
import { exceptionMapper } from '../../program/exceptions.ts'
import { once } from '../../program/once.ts'
import type { Assignment, Selector, Step, UserTable, Wanted } from '../../program/program.ts'
import type { DatabaseSchema } from '../../program/schema.ts'
import { isUnique } from '../../program/shared-values.ts'

/** The steps without the reach of such values. Only where a transaction is refused once the schema is another. */
export function markSole(
  user: UserTable,
  steps: readonly Step[],
  schema: DatabaseSchema | null,
): readonly Step[] {
  if (schema?.stamp === undefined || user.rowless) return steps
  const table = schema.tables.find(({ name }) => name === user.table)
  const sole = <W extends Wanted>(wanted: W): W => {
    if (wanted.reach === undefined || !isUnique(table, user, wanted)) return wanted
    const { reach: _, ...own } = wanted
    return own as W
  }
  const selector = once((one: Selector): Selector => {
    const { target } = one
    if (target.kind === 'user') return { ...one, target: sole(target) }
    return { ...one, target: { ...target, parents: target.parents.map(selector) } }
  })
  const except = exceptionMapper({ map: selector })
  const assignment = (one: Assignment): Assignment => {
    if (one.kind === 'pull') return sole(one)
    if (one.kind !== 'json_value' || one.holding === undefined) return one
    return { ...one, holding: sole(one.holding) }
  }
  return steps.map((step) => ({
    ...step,
    selector: step.selector === null ? null : selector(step.selector),
    except: except(step.except),
    set: step.set.map(assignment),
    ...(step.outdone === undefined ? {} : { outdone: step.outdone.map(assignment) }),
  }))
}
