/**
 * What all receipts of one call share.
 *
 * @module
 */
import type { SealFrame } from '../../receipt/issue-receipt.ts'
import { oneTenant } from '../reserve/one-tenant.ts'
import type { DeletionRequest, ExecutionContext } from './context.ts'

export function sealFrame(
  context: ExecutionContext,
  request: DeletionRequest,
  of: Pick<SealFrame, 'way'> & Partial<Pick<SealFrame, 'policyChanged' | 'external'>>,
): Omit<SealFrame, 'residue'> {
  const { program, userTable, policy, store, deletes, reserver } = context
  const { name, capabilities } = store
  const tenantId = oneTenant(context, request.tenantId)
  return {
    ...request,
    kind: deletes,
    replayOf: request.replayOf ?? null,
    program,
    userTable,
    policy,
    store: name,
    erasure: capabilities.erasure,
    policyChanged: false,
    external: [],
    ...(reserver === null
      ? {}
      : { reserve: (fields, at) => reserver.reservationsOf(tenantId, fields, at) }),
    ...of,
    way: capabilities.transactions ? of.way : 'journal',
  }
}
