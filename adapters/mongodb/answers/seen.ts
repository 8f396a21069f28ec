/**
 * What a commit has read so far. It needs this again when it carries out its decision, and no other commit comes in
 * between.
 *
 * @module
 */
import type { Step, UserId, UserTable } from '../../../src/program/program.ts'
import type { Cursor } from '../../../src/store/chunk.ts'
import type { LedgerEnd } from '../../../src/store/records.ts'
import type { UserRow } from '../../../src/store/slice.ts'
import type { NamedRow, SliceUser } from '../records/change.ts'
import { keyOf } from '../server/values.ts'

/** A row of the user collection. */
export interface FoundRow {
  /** With the columns of the policy by their names, whether they are paths or not. */
  readonly row: UserRow
  readonly fields: { readonly id: UserId } & Readonly<Record<string, unknown>>
}

/** Some documents of a step, which are named one by one. */
interface Named {
  readonly tenantId: string | null
  readonly behind: Cursor | null
  /** Whose they are, by place. */
  readonly owners: ReadonlyMap<string | null, number>
  readonly rows: readonly NamedRow[]
}

export interface OfStep {
  readonly step: Step
  readonly tenantId: string | null
  readonly users: readonly SliceUser[]
  /** Only documents behind this key; `null` for all. */
  readonly behind: Cursor | null
}

export class Seen {
  readonly #rows = new Map<string, FoundRow | null>()
  readonly #named = new Map<Step, Named>()
  /** The record of the ledger's end; `null` until it has been asked for. */
  head: readonly LedgerEnd[] | null = null

  /** `null` where there is no row, `undefined` where it has not been asked for. */
  row(user: UserTable, tenantId: string | null, id: UserId): FoundRow | null | undefined {
    return this.#rows.get(nameOf(user, tenantId, id))
  }

  rememberRow(user: UserTable, tenantId: string | null, id: UserId, row: FoundRow | null): void {
    this.#rows.set(nameOf(user, tenantId, id), row)
  }

  /** The documents of these users, by their places; `null` where they have not been asked for. */
  named({ step, tenantId, users, behind }: OfStep): readonly NamedRow[] | null {
    const known = this.#named.get(step)
    if (known === undefined || known.tenantId !== tenantId) return null
    if (JSON.stringify(known.behind) !== JSON.stringify(behind)) return null
    const places = new Map<number, number>()
    for (const [place, { fields }] of users.entries()) {
      const owner = known.owners.get(keyOf(fields['id']))
      if (owner === undefined) return null
      places.set(owner, place)
    }
    return known.rows
      .map(({ id, owners }) => ({ id, owners: owners.flatMap((owner) => places.get(owner) ?? []) }))
      .filter(({ owners }) => owners.length > 0)
  }

  rememberNamed({ step, tenantId, users, behind }: OfStep, rows: readonly NamedRow[]): void {
    const owners = new Map(users.map(({ fields }, place) => [keyOf(fields['id']), place]))
    this.#named.set(step, { tenantId, behind, owners, rows })
  }
}

function nameOf({ table }: UserTable, tenantId: string | null, id: UserId): string {
  return JSON.stringify([table, tenantId, keyOf(id)])
}
