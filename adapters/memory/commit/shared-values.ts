/**
 * What of users others hold too, and which of their rows stay because of it.
 *
 * @module
 */

import type { Program } from '../../../src/program/program.ts'
import { regardless } from '../../../src/program/selectors.ts'
import {
  mayLeaveShared,
  type NamedUser,
  type SharedValue,
  sharedText,
  shareOut,
  valuesToShare,
} from '../../../src/program/shared-values.ts'
import { dealtWithIn } from '../../../src/program/steps.ts'
import type { Tables } from '../tables/rows.ts'
import { stored, tenantText } from '../tables/values.ts'
import { matchStep, type SliceUser } from './match-rows.ts'

/** By user; `groups` by positions of those given. */
export function sharedOf(
  tables: Tables,
  program: Program,
  tenantId: string | null,
  users: readonly (Pick<NamedUser, 'fields'> | null)[],
): ReturnType<typeof shareOut> {
  const { user } = program
  const values = user.rowless ? [] : valuesToShare(program)
  const ids = new Set(users.map((one) => stored(one?.fields['id'])))
  const outside = new Map<SharedValue, Set<string | null>>()
  for (const value of values) {
    const texts = new Set<string | null>()
    for (const row of tables.rows(user.table).values()) {
      const isOfTenant = user.tenant === null || tenantText(row[user.tenant]) === tenantId
      if (isOfTenant ? ids.has(stored(row[user.id])) : value.reach === 'tenant') continue
      texts.add(sharedText(stored(row[user.fields[value.field] ?? user.id]), value))
    }
    outside.set(value, texts)
  }
  return shareOut(users, values, (value, text) => outside.get(value)?.has(text) === true)
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
