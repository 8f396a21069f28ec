/**
 * The last owner of an organization, as a blocker.
 *
 * @module
 */
import type { CheckInput } from '../../policy/policy.ts'

/**
 * Refuses to delete the only owner of an organization. It takes the place of the check of the same name
 * in `helloJohnPolicy`, which only warns.
 *
 * @example
 * const engine = new UserDeletionEngine({ store, policy: helloJohnPolicy, blockers: [soleOwner] })
 */
export const soleOwner: CheckInput & { readonly name: string } = Object.freeze({
  name: 'sole_owner',
  table: 'organizationMemberships',
  match: 'userId',
  where: Object.freeze({ role: 'owner' }),
  within: 'organizationId',
  effect: 'block',
  remedy: 'Hand the organization over to another member, or delete it, first.',
})
