/**
 * Rules for rows that belong to a user because the rows they refer to do.
 *
 * @module
 */
import type { RuleInput } from '../policy/policy.ts'
import { type Decision, keptBecause } from './decisions.ts'
import type { ProposedLine } from './proposal.ts'
import { lineThrough, type Site } from './propose-rules.ts'
import { type ParentColumn, parentColumns, userIdColumns } from './references.ts'

export type LinesByTable = Map<string, readonly ProposedLine[]>

/** Adds them until no table is left that leads to one with rules. */
export function followParents(sites: readonly Site[], lines: LinesByTable): void {
  const followed = new Set<string>()
  let size = -1
  while (size !== followed.size) {
    size = followed.size
    for (const site of sites) {
      for (const reference of referencesToFollow(site)) {
        const name = JSON.stringify([site.table.name, reference.column.name])
        if (!followed.has(name) && follow(site, reference, lines)) followed.add(name)
      }
    }
  }
}

function referencesToFollow(site: Site): readonly ParentColumn[] {
  const { schema, table } = site
  if (table === schema.user) return []
  const isOwned = userIdColumns(schema, table).some(
    ({ role, column }) => role === 'owner' && !column.nullable,
  )
  // Rows that name their owner anyway, and that nothing ties to the others.
  return parentColumns(schema, table).filter(({ onDelete }) => !isOwned || onDelete !== null)
}

/** Whether the reference leads to rows of a user by now. */
function follow(site: Site, reference: ParentColumn, lines: LinesByTable): boolean {
  const { parent } = reference
  const theirs = lines.get(parent.name) ?? []
  const isSelf = parent.name === site.table.name
  const goal = theirs.find(({ rule }) => isFollowed(rule, isSelf))
  if (goal === undefined) return false
  const decision = isSelf ? decideForSelf(reference) : decideFor(site, reference, goal)
  const actions = new Set(theirs.flatMap(({ rule }) => (leads(rule) ? [rule.action] : [])))
  const name = isSelf || actions.size > 1 ? nameFor(goal) : null
  if (name !== null) {
    lines.set(
      parent.name,
      theirs.map((line) => (line === goal ? named(line, name) : line)),
    )
  }
  const own = lines.get(site.table.name) ?? []
  lines.set(site.table.name, [...own, lineThrough(site, reference, name, decision)])
  return true
}

type Leading = Exclude<RuleInput, { readonly match?: never }>

function leads(rule: RuleInput | 'unrelated'): rule is Leading {
  return rule !== 'unrelated' && rule.match !== undefined
}

/** Rows that are cut loose lead to nobody any more. */
function isFollowed(rule: RuleInput | 'unrelated', isSelf: boolean): boolean {
  if (!leads(rule)) return false
  return isSelf ? rule.action === 'delete' : rule.action !== 'detach'
}

/** Answers to rows that go. */
function decideForSelf({ column, onDelete }: ParentColumn): Decision {
  if (onDelete === 'cascade' || !column.nullable) {
    return { action: 'delete', question: 'Do rows of others go with the row they refer to?' }
  }
  return { action: 'detach', question: null }
}

function decideFor(
  { kind }: Site,
  { column, parent, onDelete }: ParentColumn,
  { rule, question }: ProposedLine,
): Decision {
  const action = rule === 'unrelated' ? 'delete' : rule.action
  if (action !== 'delete') {
    return {
      action: 'keep',
      question: `Are these rows kept as long as those of \`${parent.name}\`?`,
    }
  }
  if (onDelete === 'set_null' && column.nullable) return { action: 'detach', question }
  const isSaid = onDelete !== null && (onDelete === 'cascade' || !column.nullable)
  if (isSaid && keptBecause(kind) === null) return { action: 'delete', question }
  return { action: 'delete', question: `Do these rows go with those of \`${parent.name}\`?` }
}

function nameFor({ rule }: ProposedLine): string {
  return leads(rule) && 'name' in rule && rule.name !== undefined ? rule.name : 'own'
}

function named(line: ProposedLine, name: string): ProposedLine {
  return leads(line.rule) ? { ...line, rule: { ...line.rule, name } } : line
}
