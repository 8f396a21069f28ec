/**
 * How a member's roles are written down: in one column, joined by commas, in the order they were given.
 *
 * @module
 */

/** Every text under which a member is an owner. */
export function ownerRoles(owner: string, others: readonly string[]): readonly string[] {
  return arrangements([owner, ...others])
    .filter((roles) => roles.includes(owner))
    .map((roles) => roles.join(','))
}

function arrangements(roles: readonly string[]): readonly (readonly string[])[] {
  return roles.flatMap((first) => {
    const rest = arrangements(roles.filter((role) => role !== first))
    return [[first], ...rest.map((others) => [first, ...others])]
  })
}
