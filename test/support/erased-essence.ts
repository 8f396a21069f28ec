/** What an erasure leaves beside what a deletion leaves. */
import type { Row, Snapshot } from './invariants.ts'

/** The snapshot less what only an erasure adds: its audit entry, its first event, and the identifiers in its job. */
export function essence(snapshot: Snapshot): Snapshot {
  const without = (table: string, drop: (row: Row) => boolean) =>
    new Map([...(snapshot[table] ?? [])].filter(([, row]) => !drop(row)))
  const jobs = [...(snapshot['user_deletion_jobs'] ?? [])].map(
    ([key, row]) => [key, { ...row, state: null }] as const,
  )
  return {
    ...snapshot,
    audit_log: without('audit_log', isErasedEntry),
    user_deletion_outbox: without('user_deletion_outbox', isShutOut),
    user_deletion_jobs: new Map(jobs),
  }
}

export function isErasedEntry({ type }: Row): boolean {
  return type === 'user.erased'
}

export function isShutOut({ type }: Row): boolean {
  return type === 'user.disabled'
}
