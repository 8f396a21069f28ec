/** Places in a world in which a mistake can be put, and names for it. */
import type { PolicyInput, SetInput } from '../../../src/policy/policy.ts'
import type { Random } from './hostile-values.ts'
import { parentsOf, type SchemaWorld, stepsOf, withRule } from './schema-world.ts'

export function pickTwo<T>(list: readonly T[], random: Random): readonly T[] {
  const first = Math.floor(random() * list.length)
  return [...list.slice(first), ...list.slice(0, first)].slice(0, 2)
}

export function pick<T>(list: readonly T[], random: Random): T {
  return list[Math.floor(random() * list.length)] as T
}

/** Where a column stands in the program, each once. */
export function sites(list: readonly { readonly table: string; readonly column: string }[]) {
  return [...new Map(list.map((one) => [JSON.stringify(one), one])).values()]
}

export function referenceSites(world: SchemaWorld) {
  return sites(
    stepsOf(world)
      .flatMap(({ ways }) => ways)
      .flatMap(({ table, locator }) =>
        locator.path === null ? [{ table, column: locator.column }] : [],
      ),
  )
}

/** A rule more for each table with a reference to the user's id, or in the place of what it has. */
export function keeping(world: SchemaWorld, set: SetInput) {
  return stepsOf(world).flatMap(({ table, action, ways: [selector], rule }) => {
    const isPlain = selector?.target.kind === 'user' && selector.target.field === 'id'
    if (!isPlain || selector.locator.path !== null || rule > 0 || selector.target.kind !== 'user')
      return []
    if (selector.target.form !== null || parentsOf(world).has(table) || action === 'detach')
      return []
    const changed = withRule(world, table, retained(selector.locator.column, set))
    return [{ world: changed, table, column: selector.locator.column }]
  })
}

export function retained(match: string, set: SetInput): PolicyInput['tables'][string] {
  const rule = { match, action: 'retain', reason: 'r' } as const
  return Object.keys(set).length === 0 ? rule : { ...rule, set }
}
