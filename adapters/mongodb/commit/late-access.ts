/**
 * Sessions that came into being while their user was deleted.
 *
 * A transaction does not see what others insert after its snapshot, so access is cut once more when it is
 * committed. That this is still to do is written with the change, and survives a crash.
 *
 * @module
 */

import type { DocumentChange, DocumentWork, DocumentWrite } from '../records/change.ts'
import { LATE_ACCESS } from '../server/engine-collections.ts'
import { retry } from '../server/retries.ts'
import { openScope } from '../server/scope.ts'
import type { WriteSetup } from '../server/write-setup.ts'
import { cutLateAccess } from './carry-out.ts'
import { readWork, workDocument } from './change-document.ts'

/** What goes with a change whose users lose their access. */
export function rememberLateAccess(id: string, work: DocumentWork): DocumentWrite {
  const { program, tenantId, users, steps } = work
  const kept: DocumentWork = {
    ...{ program, tenantId, users, steps, claims: [], userRows: { kind: 'leave' } },
    ...{ cutsAccess: true, auditRows: [] },
  }
  return {
    kind: 'insert',
    collection: LATE_ACCESS,
    documents: [{ _id: id, work: workDocument(kept) }],
  }
}

/** Cuts access once more for the users of a change that has been carried out. */
export async function cutLateAccessOf(
  here: WriteSetup,
  change: DocumentChange | null,
): Promise<void> {
  if (change === null) return
  const ids = change.records.flatMap((record) =>
    record.kind === 'insert' && record.collection === LATE_ACCESS
      ? record.documents.map(({ _id }) => _id)
      : [],
  )
  if (ids.length === 0) return
  await retry(here.options.busyTimeoutMs, async () => {
    const scope = openScope(here.db, here.scope.types, 'ordered')
    for (const work of change.work) if (work.cutsAccess) await cutLateAccess(scope, work)
    // If this is lost, a later writer looks for access once more and finds none.
    await scope.deleteMany(LATE_ACCESS, { _id: { $in: ids } })
  })
}

/** The same for changes whose process is gone. */
export async function finishLateAccess(here: WriteSetup): Promise<void> {
  const { scope } = here
  for (const { _id, work } of await scope.find(LATE_ACCESS, {})) {
    await cutLateAccess(scope, await readWork(scope, work as Readonly<Record<string, unknown>>))
    await scope.deleteMany(LATE_ACCESS, { _id })
  }
}
