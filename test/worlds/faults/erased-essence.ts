/** What an erasure leaves beside what a deletion leaves. */
import type { Row, Snapshot } from './invariants.ts'

/**
 * The snapshot as a deletion would have left it: without the audit entry, the first event and the identifiers in
 * the job. Sessions that the opening of an erasure revokes are told then, ahead of the receipt that counts them.
 */
export function essence(snapshot: Snapshot): Snapshot {
  const without = (table: string, drop: (row: Row) => boolean) =>
    new Map([...(snapshot[table] ?? [])].filter(([, row]) => !drop(row)))
  const jobs = [...(snapshot['user_deletion_jobs'] ?? [])].map(
    ([key, row]) => [key, { ...row, state: null }] as const,
  )
  const receipts = new Map(
    [...(snapshot['user_deletion_ledger']?.values() ?? [])]
      .filter(({ kind }) => kind === 'user.deleted')
      .map(({ subject, body }) => [subject, (JSON.parse(String(body)) as { id: string }).id]),
  )
  const events = [...without('user_deletion_outbox', isShutOut)].flatMap(([key, row]) => {
    if (row['type'] !== 'session.revoked' || row['receipt_id'] !== null)
      return [[key, row] as const]
    const receipt = receipts.get(row['subject'])
    return receipt === undefined ? [] : [[key, { ...row, receipt_id: receipt }] as const]
  })
  return {
    ...snapshot,
    audit_log: without('audit_log', isErasedEntry),
    user_deletion_outbox: new Map(events),
    user_deletion_jobs: new Map(jobs),
  }
}

export function isErasedEntry({ type }: Row): boolean {
  return type === 'user.erased'
}

export function isShutOut({ type }: Row): boolean {
  return type === 'user.disabled'
}
