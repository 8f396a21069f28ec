/**
 * What the spellings of one tenant have in common.
 *
 * @module
 */
import { foldedBy } from '../../program/matching.ts'
import type { ExecutionContext } from '../context/context.ts'

/** One text for all spellings that the user table's column takes for one, where that can be told. */
export function oneTenant(
  { columns: { tenant } }: Pick<ExecutionContext, 'columns'>,
  tenantId: string | null,
): string | null {
  if (tenantId === null) return null
  return foldedBy(tenant?.collation ?? null)?.(tenantId) ?? tenantId
}
