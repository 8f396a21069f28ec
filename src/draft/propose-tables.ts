/**
 * An entry for every table: first those that name users, then those that lead to them.
 *
 * @module
 */
import { isAddressOfUser, isDocument } from '../knowledge/documents.ts'
import { isOwnThing, parentsOf } from '../knowledge/parents.ts'
import { isEmail, maySayOfPerson } from '../knowledge/personal-columns.ts'
import { isVagueReference } from '../knowledge/user-names.ts'
import type { Action } from '../policy/policy.ts'
import { keptBecause } from './decisions.ts'
import type { ProposedLine, ProposedTable } from './proposal.ts'
import {
  freeFormOf,
  joined,
  lineByDocument,
  lineByEmail,
  lineById,
  lineByList,
  type Site,
} from './propose-rules.ts'
import { followParents, type LinesByTable } from './propose-through.ts'
import type { DraftColumn, DraftSchema, DraftTable } from './read-schema.ts'
import { type UserIdColumn, userIdColumns, userLists } from './references.ts'
import { kindOf } from './table-kinds.ts'

export function proposeTables(schema: DraftSchema): readonly ProposedTable[] {
  let pulled: ReadonlySet<string> = new Set()
  for (;;) {
    const proposed = proposeWith(schema, pulled)
    const more = proposed.flatMap((one) =>
      isKeptAndPulled(schema, one, proposed) ? one.table : [],
    )
    if (more.every((table) => pulled.has(table))) return proposed
    pulled = new Set([...pulled, ...more])
  }
}

/** A foreign key deletes rows of the table with rows that go, and a line would keep some of them. */
function isKeptAndPulled(
  schema: DraftSchema,
  { table, lines }: ProposedTable,
  proposed: readonly ProposedTable[],
): boolean {
  const keeps = lines.some(({ rule }) => rule !== 'unrelated' && KEEPING.has(rule.action))
  if (!keeps) return false
  const going = new Set([schema.user.name, ...proposed.filter(isGoing).map((one) => one.table)])
  const foreignKeys = schema.tables.get(table)?.foreignKeys ?? []
  return foreignKeys.some(
    ({ onDelete, references }) =>
      onDelete === 'cascade' && references.table !== table && going.has(references.table),
  )
}

function isGoing({ lines }: Pick<ProposedTable, 'lines'>): boolean {
  return lines.some(({ rule }) => rule !== 'unrelated' && rule.action === 'delete')
}

const KEEPING: ReadonlySet<Action | 'external'> = new Set(['retain', 'anonymize'])

/** @param pulled Tables whose rows a foreign key deletes with others, so that none of them can be kept. */
function proposeWith(schema: DraftSchema, pulled: ReadonlySet<string>): readonly ProposedTable[] {
  const lines = new Map<string, readonly ProposedLine[]>()
  const { user } = schema
  const others = [...schema.tables.values()].filter((table) => table !== user)
  const sites = [user, ...others].map((table) => ({
    ...{ schema, table, isPulled: pulled.has(table.name) },
    kind: kindOf(
      table.words,
      table.columns.map(({ name }) => name),
    ),
  }))
  for (const site of sites) lines.set(site.table.name, ownLines(site))
  followParents(sites, lines)
  return sites.flatMap((site): readonly ProposedTable[] => {
    const found = lines.get(site.table.name) ?? []
    if (site.table === user && found.length === 0) return []
    const all = found.length > 0 ? askedOnce(site, found) : [unrelated(site, sites, lines)]
    return [proposedTable(site, all, foreignKeysToUsers(site))]
  })
}

function foreignKeysToUsers({ schema, table }: Site): readonly string[] {
  return table.foreignKeys
    .filter(({ references }) => references.table === schema.user.name)
    .flatMap(({ columns }) => columns)
}

/** By what the rows themselves hold. */
function ownLines(site: Site): readonly ProposedLine[] {
  const { schema, table, kind } = site
  const special = lineOfSpecialTable(table)
  if (special !== null) return [special]
  const ids = userIdColumns(schema, table).filter((one) => !isOpen(site, one))
  const isOwned = ids.some(({ column, role }) => role === 'owner' && !column.nullable)
  const emails =
    isOwned || table === schema.user || schema.email === null
      ? []
      : table.columns.filter((column) => holdsAddress(site, column))
  const lines = [
    ...emails.map((column) => lineByEmail(site, column)),
    ...ids.map((reference) => lineById(site, reference)),
    ...userLists(schema, table).map((column) => lineByList(site, column)),
  ]
  if (lines.length > 0 || keptBecause(kind) === null || site.isPulled) return lines
  return freeFormOf(table)
    .slice(0, 1)
    .map((column) => lineByDocument(site, column))
}

/** A name that leaves open of what the id is makes no rule by itself, only a question. */
function isOpen({ kind }: Site, { role, typeColumn }: UserIdColumn): boolean {
  return kind === 'other' && role === 'vague' && typeColumn === null
}

/** In tables that let somebody in, `identifier` is what a link or code was sent to. */
function holdsAddress({ kind, table }: Site, column: DraftColumn): boolean {
  return isEmail(column) || (kind === 'access' && isAddressOfUser(table, column))
}

function lineOfSpecialTable(table: DraftTable): ProposedLine | null {
  const { kind, contentTable, isKeyless } = table
  if (kind === 'time_series') {
    const rule = { action: 'external', reason: 'a time series, cleaned up elsewhere' } as const
    return { rule, question: 'What cleans up the measurements of a user?' }
  }
  if (kind === 'capped' || kind === 'foreign' || isKeyless) {
    const rule = { action: 'external', reason: 'not changed here: cleaned up elsewhere' } as const
    return { rule, question: 'What cleans up the rows of a user here?' }
  }
  if (contentTable === null) return null
  const rule = { action: 'external', reason: `follows ${contentTable} by its triggers` } as const
  return { rule, question: `Do triggers of \`${contentTable}\` keep this index in step?` }
}

/** One question a table, on the first of its lines that nobody has decided. */
function askedOnce(site: Site, lines: readonly ProposedLine[]): readonly ProposedLine[] {
  const { schema, table } = site
  const open = userIdColumns(schema, table).filter((one) => isOpen(site, one))
  const question = joined([
    ...lines.map((line) => line.question),
    ...open.map(({ column }) => `Does \`${column.name}\` hold ids of users too?`),
  ])
  const asked = lines.findIndex((line) => line.question !== null)
  const first = asked === -1 ? 0 : asked
  return lines.map((line, index) => ({ ...line, question: index === first ? question : null }))
}

function proposedTable(
  { table, kind }: Site,
  lines: readonly ProposedLine[],
  foreignKeys: readonly string[],
): ProposedTable {
  const actions = new Set(lines.flatMap(({ rule }) => (rule === 'unrelated' ? [] : rule.action)))
  const isBoth = actions.has('delete') && actions.has('detach')
  return {
    table: table.name,
    ...{ kind, foreignKeys, lines },
    // The user's own rows go, also where the user stands in them a second time.
    precedence: isBoth ? PRECEDENCE.filter((action) => actions.has(action)) : null,
  }
}

const PRECEDENCE: readonly Action[] = ['block', 'retain', 'anonymize', 'delete', 'detach']

/** Nothing in the table names a user; what might say something of one is asked about. */
function unrelated(site: Site, sites: readonly Site[], lines: LinesByTable): ProposedLine {
  const doubts = doubtsOf(site)
  const pointing = pointingAt(site, sites, lines)
  const named = doubts.map((name) => `\`${name}\``).join(', ')
  const question = joined([
    doubts.length === 0 ? null : `Does any of this say something of a user: ${named}?`,
    pointing === null
      ? null
      : `Do these rows go with the last row of ${pointing} that points to them?`,
    site.table.isSampled && site.table.columns.length === 0
      ? 'The collection is empty: what will it hold of a user?'
      : null,
  ])
  return { rule: 'unrelated', question: question ?? throughDoubts(site, sites, lines) }
}

/** By names alone: once the parent has a rule, the schema check names what a foreign key leads to. */
function throughDoubts(site: Site, sites: readonly Site[], lines: LinesByTable): string | null {
  const doubtful = parentsOf(site.schema, site.table).find(({ parent }) =>
    isDoubtful(parent, sites, lines, new Set([site.table.name])),
  )
  return doubtful === undefined
    ? null
    : `Do these rows belong to users through \`${doubtful.column}\`?`
}

/** Rows that go, and that point to rows which are there for them alone. */
function pointingAt({ table }: Site, sites: readonly Site[], lines: LinesByTable): string | null {
  const from = sites.find(
    (site) =>
      goes(site, lines) &&
      parentsOf(site.schema, site.table).some(
        (one) => one.parent === table.name && isOwnThing(site.schema, site.table, one),
      ),
  )
  return from === undefined ? null : `\`${from.table.name}\``
}

function goes({ schema, table }: Site, lines: LinesByTable): boolean {
  const rules = (lines.get(table.name) ?? []).map(({ rule }) => rule)
  return (
    table === schema.user || rules.some((rule) => rule !== 'unrelated' && rule.action === 'delete')
  )
}

function doubtsOf({ table, kind }: Site): readonly string[] {
  const free = new Set(freeFormOf(table))
  return table.columns
    .filter((column) => {
      if (isEmail(column) || isVagueReference(column.name) || isDocument(table, column)) return true
      if (free.has(column)) return SPEAKS.has(kind) || MAY_BE_WRITTEN.test(column.name)
      return maySayOfPerson(column)
    })
    .map(({ name }) => name)
}

const SPEAKS: ReadonlySet<Site['kind']> = new Set(['log', 'proof', 'access', 'credential'])
const MAY_BE_WRITTEN = /body|message|note|comment|payload|data|json|context/i

/** Whether somebody has to look at the table first. */
function isDoubtful(
  name: string,
  sites: readonly Site[],
  lines: LinesByTable,
  seen: ReadonlySet<string>,
): boolean {
  const site = sites.find(({ table }) => table.name === name)
  if (site === undefined || seen.has(name)) return false
  if ((lines.get(name) ?? []).length > 0 || doubtsOf(site).length > 0) return true
  return parentsOf(site.schema, site.table).some(({ parent }) =>
    isDoubtful(parent, sites, lines, new Set([...seen, name])),
  )
}
