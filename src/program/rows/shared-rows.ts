/**
 * What of users others hold too, and which of their rows stay because of it.
 *
 * @module
 */
import type { Program, Step } from '../program.ts'
import { regardless } from '../selectors.ts'
import { mayLeaveShared, type NamedUser, type SharedValue, sharedText } from '../shared-values.ts'
import { dealtWithIn } from '../steps.ts'
import { matchStep } from './match-rows.ts'
import type { RowSource, SliceUser } from './row.ts'
import { storedValue, tenantText } from './values.ts'

/** The texts of a value that user rows of others hold. */
export function heldOutside(
  source: RowSource,
  {
    program: { user },
    tenantId,
    value,
    users,
  }: {
    readonly program: Pick<Program, 'user'>
    readonly tenantId: string | null
    readonly value: SharedValue
    readonly users: readonly Pick<NamedUser, 'fields'>[]
  },
): ReadonlySet<string | null> {
  const ids = new Set(users.map(({ fields }) => storedValue(fields['id'])))
  const texts = new Set<string | null>()
  for (const [, row] of source.rows(user.table)) {
    const isOfTenant = user.tenant === null || tenantText(row[user.tenant]) === tenantId
    if (isOfTenant ? ids.has(storedValue(row[user.id])) : value.reach === 'tenant') continue
    texts.add(sharedText(storedValue(row[user.fields[value.field] ?? user.id]), value))
  }
  return texts
}

/** Rows by step that nothing but a shared value finds, and that no rule of the table has. */
export function sharedRowsOf(
  source: RowSource,
  { steps }: Pick<Program, 'steps'>,
  tenantId: string | null,
  user: SliceUser,
): readonly number[] {
  const { shared: _, ...alone } = user
  const found = (step: Step, one: SliceUser): readonly number[] => [
    ...matchStep(source, step, tenantId, [one]).keys(),
  ]
  return steps.map((step) => {
    if (!mayLeaveShared(step)) return 0
    const all = found({ ...step, ways: step.ways.map(regardless) }, alone)
    const dealtWith = new Set(found({ ...step, ways: dealtWithIn(steps, step), except: [] }, user))
    return all.filter((key) => !dealtWith.has(key)).length
  })
}
