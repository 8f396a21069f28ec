/**
 * Rules for rows that belong to a user because the rows they refer to do.
 *
 * @module
 */
import { type KnownParent, parentsOf } from '../knowledge/parents.ts'
import type { Action, RuleInput } from '../policy/policy.ts'
import { type Decision, keptBecause } from './decisions.ts'
import type { ProposedLine } from './proposal.ts'
import { isFixedIn, lineThrough, type Site } from './propose-rules.ts'
import { userIdColumns } from './references.ts'

export type LinesByTable = Map<string, readonly ProposedLine[]>

/** One way in which rows of a table belong to users: a line of its own, or what leads to some of another table. */
interface Way {
  readonly table: string
  readonly action: Action
  readonly line: ProposedLine | null
  readonly link: Link | null
}

interface Link {
  readonly site: Site
  readonly reference: KnownParent
  readonly goals: readonly Way[]
  readonly decision: Decision
}

/** Adds them until no table is left that leads to one with rules. */
export function followParents(sites: readonly Site[], lines: LinesByTable): void {
  const ways = new Map<string, readonly Way[]>()
  for (const [table, own] of lines) {
    ways.set(
      table,
      own.flatMap((line) => ownWay(table, line)),
    )
  }
  const references = sites.flatMap((site) =>
    referencesToFollow(site).map((reference) => ({ site, reference })),
  )
  let isChanged = true
  while (isChanged) {
    isChanged = false
    for (const { site, reference } of references) {
      if (follow(site, reference, ways)) isChanged = true
    }
  }
  const spell = spellerOf(ways)
  const spelt = [...ways].map(([table, all]) => [table, all.flatMap(spell)] as const)
  for (const [table, all] of spelt) {
    const rest = (lines.get(table) ?? []).filter(({ rule }) => !leads(rule))
    lines.set(table, [...all.map(({ line, name }) => named(line, name)), ...rest])
  }
}

function ownWay(table: string, line: ProposedLine): readonly Way[] {
  if (!leads(line.rule)) return []
  const action = isCut(line.rule) ? 'detach' : (line.rule.action as Action)
  return [{ table, action, line, link: null }]
}

/** Rows that are kept without what they are found by lead to nobody any more. */
function isCut(rule: Leading): boolean {
  const { match } = rule
  const set = 'set' in rule ? (rule.set ?? {}) : {}
  const column = typeof match === 'string' ? match : 'column' in match ? match.column : null
  return column !== null && Object.hasOwn(set, column)
}

function referencesToFollow(site: Site): readonly KnownParent[] {
  const { schema, table } = site
  if (table.name === schema.user.name) return []
  const isOwned = userIdColumns(schema, table).some(
    ({ role, column }) => role === 'owner' && !column.nullable,
  )
  // Rows that name their owner anyway, and that nothing ties to the others.
  return parentsOf(schema, table).filter(({ onDelete }) => !isOwned || onDelete !== null)
}

/** Whether the reference leads to rows of a user in a way that was not known. */
function follow(site: Site, reference: KnownParent, ways: Map<string, readonly Way[]>): boolean {
  const { name } = site.table
  const own = ways.get(name) ?? []
  const theirs = ways.get(reference.parent) ?? []
  const isSelf = reference.parent === name
  // Two tables that lead to each other would have to go each before the other.
  if (!isSelf && leadsTo(reference.parent, name, ways)) return false
  const known = new Set(
    own.flatMap(({ link }) => (link?.reference === reference ? link.goals : [])),
  )
  const goals = theirs.filter(
    (goal) => !known.has(goal) && (isSelf ? isGoneBySelf(goal) : goal.action !== 'detach'),
  )
  const [first] = goals
  if (first === undefined) return false
  const alike = goals.filter(({ action }) => action === first.action)
  const decision = isSelf
    ? decideForSelf(site, reference)
    : decideFor(site, reference, first.action)
  const link = { site, reference, goals: alike, decision }
  ways.set(name, [...own, { table: name, action: ACTIONS[decision.action], line: null, link }])
  return true
}

/** Whether rows of the one table are found through those of the other. */
function leadsTo(from: string, to: string, ways: ReadonlyMap<string, readonly Way[]>): boolean {
  const seen = new Set([from])
  for (const table of seen) {
    for (const { link } of ways.get(table) ?? []) if (link !== null) seen.add(link.reference.parent)
  }
  return seen.has(to)
}

const ACTIONS = { access: 'delete', delete: 'delete', detach: 'detach', keep: 'retain' } as const

/** Rows that go by themselves; those that go with others of their kind would never end. */
function isGoneBySelf({ action, link, table }: Way): boolean {
  return action === 'delete' && link?.reference.parent !== table
}

/** A line, which gets a name once another one calls it. */
interface Spelt {
  readonly line: ProposedLine
  name: string | null
}

/** Ways as lines: one for all rules of the parent where these do the same, else one for each. */
function spellerOf(ways: ReadonlyMap<string, readonly Way[]>): (way: Way) => readonly Spelt[] {
  const spelt = new Map<Way, readonly Spelt[]>()

  function linesOf(way: Way): readonly Spelt[] {
    const known = spelt.get(way)
    if (known !== undefined) return known
    const made = make(way).map((line) => ({ line, name: null }))
    spelt.set(way, made)
    return made
  }

  function make({ line, link }: Way): readonly ProposedLine[] {
    if (link === null) return line === null ? [] : [line]
    const { site, reference, goals, decision } = link
    const theirs = ways.get(reference.parent) ?? []
    const isAll = goals.length === theirs.length && reference.parent !== site.table.name
    if (isAll && new Set(theirs.map(actionOf)).size === 1) {
      return [lineThrough(site, reference, null, decision)]
    }
    const called = goals.flatMap((goal) => linesOf(goal).map((one) => nameOf(one, goal)))
    return called.slice(0, MOST).map((name) => lineThrough(site, reference, name, decision))
  }

  function nameOf(one: Spelt, way: Way): string {
    const taken = new Set(
      (ways.get(way.table) ?? [])
        .flatMap((other) => spelt.get(other) ?? [])
        .map(({ name }) => name),
    )
    one.name ??= freeName(way.link === null ? 'own' : `of_${way.link.reference.parent}`, taken)
    return one.name
  }

  return linesOf
}

/** Ways into one table by one reference. Nobody reads a draft of more. */
const MOST = 4

function actionOf({ line, action }: Way): Action | 'external' {
  return line === null || line.rule === 'unrelated' ? action : line.rule.action
}

function freeName(wished: string, taken: ReadonlySet<string | null>): string {
  let name = wished
  for (let number = 2; taken.has(name); number += 1) name = `${wished}_${number}`
  return name
}

type Leading = Exclude<RuleInput, { readonly match?: never }>

function leads(rule: RuleInput | 'unrelated'): rule is Leading {
  return rule !== 'unrelated' && rule.match !== undefined && rule.action !== 'external'
}

/** Answers to rows that go. */
function decideForSelf(site: Site, { column, onDelete }: KnownParent): Decision {
  if (onDelete === 'cascade' || isFixed(site, column)) {
    return { action: 'delete', question: 'Do rows of others go with the row they refer to?' }
  }
  return { action: 'detach', question: null }
}

/** What is asked about the parent is asked there. */
function decideFor(site: Site, reference: KnownParent, theirs: Action): Decision {
  const { column, parent, onDelete } = reference
  if (theirs !== 'delete' && !site.isPulled) {
    return { action: 'keep', question: `Are these rows kept as long as those of \`${parent}\`?` }
  }
  if (onDelete === 'set_null' && !isFixed(site, column)) return { action: 'detach', question: null }
  const isSaid = onDelete !== null && (onDelete === 'cascade' || isFixed(site, column))
  if (isSaid && keptBecause(site.kind) === null) return { action: 'delete', question: null }
  return { action: 'delete', question: `Do these rows go with those of \`${parent}\`?` }
}

function isFixed(site: Site, name: string): boolean {
  const column = site.table.columns.find((one) => one.name === name)
  return column === undefined || isFixedIn(site, column)
}

function named(line: ProposedLine, name: string | null): ProposedLine {
  return leads(line.rule) && name !== null ? { ...line, rule: { ...line.rule, name } } : line
}
