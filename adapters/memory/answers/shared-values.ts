/**
 * What of users others hold too, and which of their rows stay because of it.
 *
 * @module
 */

import type { Program } from '../../../src/program/program.ts'
import { regardless } from '../../../src/program/selectors.ts'
import { mayLeaveShared, sharedText } from '../../../src/program/shared-values.ts'
import { dealtWithIn } from '../../../src/program/steps.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import { matchStep } from '../rows/match-rows.ts'
import type { SliceUser } from '../rows/slice-users.ts'
import type { Tables } from '../tables/rows.ts'
import { stored, tenantText } from '../tables/values.ts'

/** The texts of a value that rows of others hold. */
export function heldOutside(
  tables: Tables,
  { program: { user }, tenantId, value, users }: HostQuestion<'holders'>,
): ReadonlySet<string | null> {
  const ids = new Set(users.map(({ fields }) => stored(fields['id'])))
  const texts = new Set<string | null>()
  for (const row of tables.rows(user.table).values()) {
    const isOfTenant = user.tenant === null || tenantText(row[user.tenant]) === tenantId
    if (isOfTenant ? ids.has(stored(row[user.id])) : value.reach === 'tenant') continue
    texts.add(sharedText(stored(row[user.fields[value.field] ?? user.id]), value))
  }
  return texts
}

/** Rows by step that nothing but a shared value finds, and that no rule of the table has. */
export function sharedRowsOf(
  tables: Tables,
  program: Program,
  tenantId: string | null,
  user: SliceUser,
): readonly number[] {
  const { shared: _, ...alone } = user
  const found = (step: (typeof program.steps)[number], one: SliceUser): readonly number[] => [
    ...matchStep(tables, step, tenantId, [one]).keys(),
  ]
  return program.steps.map((step) => {
    if (step.selector === null || !mayLeaveShared(step)) return 0
    const all = found({ ...step, selector: regardless(step.selector) }, alone)
    const dealtWith = new Set(
      dealtWithIn(program.steps, step).flatMap((selector) =>
        found({ ...step, selector, except: [] }, user),
      ),
    )
    return all.filter((key) => !dealtWith.has(key)).length
  })
}
