/**
 * Whether the host itself has made a user active again whose deletion is scheduled. Pure.
 *
 * What the columns say is decided like this. The engine has written what the policy maps as
 * `status.disabled`; the host may have written over it since. An instant (`disabled_at`) decides only where
 * the disabled state has nothing else, as a host that enables somebody may leave it over. Every other column
 * is asked which state its value belongs to: the disabled one, the active one (what `status.active` says, or
 * what stood there before the engine wrote), or neither. A value of both says nothing.
 *
 * - All say disabled: nobody has let the user in again, and the deletion goes on.
 * - All say active: the host has let the user in. The schedule goes, the user stays.
 * - One says neither, and `status.active` is mapped: the host has a word of its own, a ban perhaps, and the
 *   policy knows that it does not mean active. The user is still shut out, and the deletion goes on.
 * - Otherwise it cannot be told: the columns contradict each other, or the policy does not say what an active
 *   user looks like. User and schedule stay until somebody says.
 *
 * @module
 */

import { isInstant, literalOf } from '../../program/placeholders.ts'
import type { ColumnValue, Scalar, StatusColumns, UserTable } from '../../program/program.ts'
import type { DisabledUser } from '../../store/records.ts'
import type { UserRow } from '../../store/slice.ts'
import { heldBefore, sameValue } from './states.ts'

/** What the host has made of a user who is scheduled. */
export type HostVerdict = 'shut_out' | 'active' | 'unclear'

/** `record`: what the columns held before the engine wrote them. */
export function verdictOfHost(
  { disabled, active }: UserTable,
  row: UserRow,
  record: DisabledUser | null,
): HostVerdict {
  // The engine's own table says it alone, and the host does not write there.
  if (disabled === null) return 'shut_out'
  const said = decidingColumns(disabled, active ?? {}).flatMap((column) => {
    const held = row[column] ?? null
    const before = record?.before[column]
    const word = active?.[column]
    const words = [
      word === undefined ? word : literalOf(word),
      before === undefined ? before : heldBefore(before),
    ]
    return stateSaid(held, disabled[column], words) ?? []
  })
  if (said.every((state) => state === 'disabled')) return 'shut_out'
  if (said.every((state) => state === 'active')) return 'active'
  return active !== null && said.includes('neither') ? 'shut_out' : 'unclear'
}

/** Those of the disabled state, and what an active user has beside them. */
function decidingColumns(disabled: StatusColumns, active: StatusColumns): readonly string[] {
  const plain = plainColumns(disabled)
  const beside = plainColumns(active).filter((column) => disabled[column] === undefined)
  return [...(plain.length > 0 ? plain : Object.keys(disabled)), ...beside]
}

function plainColumns(columns: StatusColumns): readonly string[] {
  return Object.keys(columns).filter((column) => !isInstant(columns[column] ?? null))
}

/** `null` where the value belongs to both states, or the disabled one leaves the column as it is. */
function stateSaid(
  held: unknown,
  disabled: Scalar | undefined,
  words: readonly (ColumnValue | undefined)[],
): 'disabled' | 'active' | 'neither' | null {
  if (disabled !== undefined && isInstant(disabled)) return held === null ? 'active' : 'disabled'
  const isActive = words.some((word) => word !== undefined && sameValue(held, word))
  const isDisabled = disabled !== undefined && sameValue(held, literalOf(disabled))
  if (isActive) return isDisabled || disabled === undefined ? null : 'active'
  return isDisabled ? 'disabled' : 'neither'
}
