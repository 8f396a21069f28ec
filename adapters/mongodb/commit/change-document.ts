/**
 * A change as a document that outlives the process. Of users it holds ids, keyed hashes and status columns:
 * what their other fields hold is read again from the user rows, which go last.
 *
 * @module
 */
import type { Program, UserId } from '../../../src/program/program.ts'
import type { SharedValue } from '../../../src/program/shared-values.ts'
import type { Columns } from '../../../src/store/change.ts'
import { Seen } from '../answers/seen.ts'
import { findRows } from '../answers/user-rows.ts'
import type { DocumentChange, DocumentWork, DocumentWrite } from '../records/change.ts'
import type { Doc } from '../server/driver.ts'
import type { Reader } from '../server/scope.ts'

export function changeDocument({ work, records }: DocumentChange): Doc {
  return { work: work.map(workDocument), records: [...records] }
}

/** The change as it was written down, with the users' fields as they are now. */
export async function readChange(reader: Reader, document: Doc): Promise<DocumentChange> {
  const work: DocumentWork[] = []
  for (const part of document['work'] as readonly Doc[]) work.push(await readWork(reader, part))
  return { work, records: document['records'] as readonly DocumentWrite[] }
}

export function workDocument(work: DocumentWork): Doc {
  const { program, users, claims, userRows, auditRows } = work
  return {
    ...work,
    program: JSON.stringify(program),
    users: users.map(({ fields, shared = [], derived }) => ({ id: fields['id'], shared, derived })),
    claims: claims.map(({ seen, set }) => ({
      seen: Object.entries(seen),
      set: Object.entries(set),
    })),
    userRows:
      userRows.kind === 'write' ? { kind: 'write', set: Object.entries(userRows.set) } : userRows,
    auditRows: auditRows.map((row) => ({ ...row, values: Object.entries(row.values) })),
  }
}

export async function readWork(reader: Reader, document: Doc): Promise<DocumentWork> {
  const stored = document as unknown as Pick<DocumentWork, 'tenantId' | 'steps' | 'cutsAccess'> & {
    readonly program: string
    readonly users: readonly {
      readonly id: UserId
      readonly shared?: readonly SharedValue[]
      readonly derived: readonly string[]
    }[]
    readonly claims: readonly { readonly seen: Entries; readonly set: Entries }[]
    readonly userRows: { readonly kind: DocumentWork['userRows']['kind']; readonly set?: Entries }
    readonly auditRows: readonly {
      readonly table: string
      readonly id: unknown
      readonly values: Entries
    }[]
  }
  const program = JSON.parse(stored.program) as Program
  const { tenantId } = stored
  const ids = stored.users.map(({ id }) => id)
  const rows = await findRows({ reader, seen: new Seen() }, { program, tenantId, ids })
  return {
    program,
    tenantId,
    users: stored.users.map(({ id, shared = [], derived }, position) => ({
      // A user who is gone has lost all that other fields lead to before the row went.
      fields: { ...rows[position]?.fields, id },
      shared,
      derived,
    })),
    claims: stored.claims.map(({ seen, set }) => ({ seen: columns(seen), set: columns(set) })),
    steps: stored.steps,
    userRows:
      stored.userRows.kind === 'write'
        ? { kind: 'write', set: columns(stored.userRows.set ?? []) }
        : { kind: stored.userRows.kind },
    cutsAccess: stored.cutsAccess,
    auditRows: stored.auditRows.map((row) => ({ ...row, values: columns(row.values) as never })),
  }
}

type Entries = readonly (readonly [column: string, value: Columns[string]])[]

function columns(entries: Entries): Columns {
  return Object.fromEntries(entries)
}
