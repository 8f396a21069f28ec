/**
 * Which values of users others hold too.
 *
 * @module
 */

import { sharedText } from '../../../src/program/shared-values.ts'
import type { HostQuestion } from '../../../src/store/questions.ts'
import { type Flow, readRows } from '../flow.ts'
import { jsonText } from '../json-text.ts'
import type { ProgramSql } from '../program-sql.ts'
import { bindable } from '../slice-parameters.ts'

/** The texts of the value that rows of others hold. */
export function* heldOutside(
  { sharing, isSole }: ProgramSql,
  { tenantId, value, users, haveRows }: HostQuestion<'holders'>,
): Flow<ReadonlySet<string | null>> {
  if (haveRows && isSole(value)) return NOTHING
  const held = users.flatMap(({ fields }) => {
    const own = fields[value.field]
    return sharedText(own, value) === null ? [] : (bindable(own) ?? [])
  })
  if (held.length === 0) return NOTHING
  const { sql, parameter } = sharing(value)
  const ids = jsonText(users.map(({ fields }) => fields['id']))
  const rows = yield* readRows(sql, { ids, tenant: tenantId, [parameter]: jsonText(held) })
  return new Set(rows.map(([text]) => sharedText(text, value)))
}

const NOTHING: ReadonlySet<string | null> = new Set()
