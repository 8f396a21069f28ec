/**
 * Which groups of the store contract a variant of a store goes through.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ContractRunner, type OpenStore, storeContract } from '../../../src/testing/index.ts'
import { isEveryFault } from '../faults/every-fault.ts'

/** Which order the database wants, and what it does by itself: it differs where no foreign keys are enforced. */
export const GROUPS_OF_FOREIGN_KEYS: readonly string[] = [
  'the shape of a store',
  'actions',
  'rows belong to a user',
  'rules that meet',
  'two rules on one row',
  'a tenant as a whole',
  'isolation',
  'atomicity',
  'two tables of users',
  'failures, repeats and races',
  'interruptions',
  'a schema that changes',
  'erasures',
  'the end of a retention',
  'verification',
  'before and after',
]

/**
 * For a variant beside one that goes through the whole contract, or for a store whose clauses take long: the groups in
 * which it can differ from others.
 * With `FAULTS=every` it goes through the whole contract too.
 */
export function groupsOfContract(
  groups: readonly string[],
  open: OpenStore,
  runs: ContractRunner['it'] = it,
): void {
  const missing = new Set(groups)
  storeContract(
    {
      it: runs,
      describe: (title, clauses) => {
        missing.delete(title)
        if (isEveryFault || groups.includes(title)) describe(title, clauses)
      },
    },
    open,
  )
  assert.deepEqual([...missing], [], 'groups that the contract does not have')
}
