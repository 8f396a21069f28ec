/**
 * The entry `user.erased` in the host's own audit log: ids only, in the transaction of the deletion.
 *
 * @module
 */
import type { AuditRow, Job } from '../store.ts'
import type { Scalar } from '../terms.ts'
import type { ExecutionContext } from './context.ts'
import type { ErasureEntry } from './hooks.ts'
import type { JobState } from './job-state.ts'

/** Rows by the policy's mapping. A host that writes the entry itself is called instead. */
export function auditRows(
  { program, clock, issuer, writeAuditEntry }: ExecutionContext,
  job: Job,
  { request }: JobState,
): readonly AuditRow[] {
  const entry: ErasureEntry = {
    id: `evt_audit_${issuer.newId()}`,
    action: 'user.erased',
    userId: job.userId,
    tenantId: job.tenantId,
    requestedBy: request.requestedBy,
    at: clock.now(),
  }
  if (writeAuditEntry !== null) {
    writeAuditEntry(entry)
    return []
  }
  if (program.audit === null) return []
  const values = Object.entries(program.audit.entry).map(([column, value]) => [
    column,
    fill(entry, value),
  ])
  return [{ table: program.audit.table, values: Object.fromEntries(values) as AuditRow['values'] }]
}

function fill(
  { id, action, userId, tenantId, requestedBy, at }: ErasureEntry,
  value: Scalar,
): Scalar {
  switch (value) {
    case '$id':
      return id
    case '$action':
      return action
    case '$userId':
      return typeof userId === 'bigint' ? userId.toString() : userId
    case '$tenantId':
      return tenantId
    case '$requestedBy':
      return requestedBy
    case '$at':
      return at.toISOString()
    default:
      return value
  }
}
