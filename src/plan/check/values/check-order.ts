/**
 * Does the policy mean something else than in version 0.1, where detaching went before deleting and a rule kept its
 * rows from all weaker rules?
 *
 * @module
 */
import type { Action, PolicyInput, RuleInput, TableInput } from '../../../policy/policy.ts'
import { precedenceOf, rulesOf } from '../../../policy/rules-of.ts'
import { neverMeet, writtenPlaces } from '../../../policy/two-values.ts'
import type { DatabaseSchema } from '../../../program/schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

/** One finding at most for each table that is there. A host that has read it writes the order down, or accepts it. */
export function checkOrder(
  { tables }: Pick<PolicyInput, 'tables'>,
  schema: DatabaseSchema,
): readonly SchemaFinding[] {
  const known = new Set(schema.tables.map(({ name }) => name))
  return Object.entries(tables).flatMap(([table, entry]) => {
    const change = known.has(table) ? findChange(entry) : null
    if (change === null) return []
    return [
      {
        ...({ code: 'rule_order', severity: 'warning', table, path: `tables.${table}` } as const),
        message: `"${table}": ${CHANGES[change]}`,
      },
    ]
  })
}

type Change = 'access' | 'goes' | 'loses'

const SILENCE = 'Write down the order that is meant (`precedence`), or accept this finding.'

const CHANGES: Readonly<Record<Change, string>> = {
  access:
    'rows that grant access may be those of another rule too, which kept them in earlier versions. They go now, when the user is disabled as well. Tell the rules apart by `where`, or accept this finding.',
  goes: `a row that one rule deletes and another one detaches goes now. In earlier versions it stayed, without the reference. ${SILENCE}`,
  loses: `a row that two rules keep now loses what either of them overwrites. In earlier versions the weaker rule left it alone. ${SILENCE}`,
}

const EARLIER: readonly Action[] = ['block', 'retain', 'anonymize', 'detach', 'delete']

function findChange(entry: TableInput): Change | null {
  const rules = rulesOf(entry)
  const isOrdered = typeof entry === 'object' && 'precedence' in entry
  const order = isOrdered ? precedenceOf(entry) : EARLIER
  const found = (isChange: (stronger: RuleInput, weaker: RuleInput) => boolean): boolean =>
    rules.some((stronger) =>
      rules.some(
        (weaker) =>
          keeps(stronger) &&
          isBefore(order, stronger, weaker) &&
          isChange(stronger, weaker) &&
          !neverMeet(stronger, weaker),
      ),
    )
  if (
    found(
      (_, { action, ...rule }) =>
        action === 'delete' && 'grantsAccess' in rule && rule.grantsAccess === true,
    )
  ) {
    return 'access'
  }
  if (isOrdered) return null
  if (found((stronger, { action }) => stronger.action === 'detach' && action === 'delete')) {
    return 'goes'
  }
  return found((stronger, weaker) => keeps(weaker) && writesMore(weaker, stronger)) ? 'loses' : null
}

function keeps({ action }: RuleInput): boolean {
  return action === 'retain' || action === 'anonymize' || action === 'detach'
}

function isBefore(order: readonly Action[], a: RuleInput, b: RuleInput): boolean {
  if (a.action === 'external' || b.action === 'external') return false
  return order.indexOf(a.action) < order.indexOf(b.action)
}

/** Whether the weaker rule writes where the stronger one does not. */
function writesMore(weaker: RuleInput, stronger: RuleInput): boolean {
  const known = new Set(writtenPlaces(stronger))
  return writtenPlaces(weaker).some((place) => !known.has(place))
}
