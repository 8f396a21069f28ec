/**
 * The entry `user.erased` in the host's own audit log: ids only, in the transaction of the deletion.
 *
 * @module
 */
import { UserDeletionError } from '../../errors.ts'
import { writtenAt } from '../../program/placeholders.ts'
import type { ColumnValue, Scalar } from '../../program/program.ts'
import type { AuditRow, Job } from '../../store/records.ts'
import type { ExecutionContext } from '../context/context.ts'
import type { ErasureEntry } from '../context/hooks.ts'
import { warn } from '../decision/notify.ts'
import type { JobState } from './job-state.ts'

/** Rows by the policy's mapping. A host that writes the entry itself is called instead. */
export function auditRows(
  context: ExecutionContext,
  job: Job,
  { request }: JobState,
): readonly AuditRow[] {
  const { program, clock, issuer, writeAuditEntry } = context
  const entry: ErasureEntry = {
    id: `evt_audit_${issuer.newId()}`,
    action: 'user.erased',
    userId: job.userId,
    tenantId: job.tenantId,
    requestedBy: request.requestedBy,
    at: clock.now(),
  }
  if (writeAuditEntry !== null) {
    writeByHost(context, writeAuditEntry, entry)
    return []
  }
  if (program.audit === null) return []
  const values = Object.entries(program.audit.entry).map(([column, value]) => [
    column,
    fill(entry, value),
  ])
  return [{ table: program.audit.table, values: Object.fromEntries(values) as AuditRow['values'] }]
}

/** @throws {@link UserDeletionError} `hook_failed`, which rolls the transaction back. */
function writeByHost(
  context: ExecutionContext,
  write: (entry: ErasureEntry) => unknown,
  entry: ErasureEntry,
): void {
  let answer: unknown
  try {
    answer = write(Object.freeze(entry))
  } catch (cause) {
    throw new UserDeletionError('hook_failed', '`writeAuditEntry` threw.', { cause })
  }
  if (!(answer instanceof Promise)) return
  answer.catch((cause: unknown) => warn(context, 'writeAuditEntry rejected', { cause }))
  throw new UserDeletionError(
    'hook_failed',
    '`writeAuditEntry` answered a promise. It has to write before it returns.',
  )
}

function fill(
  { id, action, userId, tenantId, requestedBy, at }: ErasureEntry,
  value: Scalar,
): ColumnValue {
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
    default:
      return writtenAt(value, at)
  }
}
