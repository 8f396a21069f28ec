/**
 * What all receipts of one call share.
 *
 * @module
 */
import type { SealFrame } from '../../receipt/issue-receipt.ts'
import type { DeletionRequest, ExecutionContext } from './context.ts'

export function sealFrame(
  { program, userTable, policy, store, deletes }: ExecutionContext,
  request: DeletionRequest,
  of: Pick<SealFrame, 'way'> & Partial<Pick<SealFrame, 'policyChanged' | 'external'>>,
): Omit<SealFrame, 'residue'> {
  const { name, capabilities } = store
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
    ...of,
    way: capabilities.transactions ? of.way : 'journal',
  }
}
