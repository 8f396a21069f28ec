/**
 * An entry for every table: first those that name users, then those that lead to them.
 *
 * @module
 */
import type { Action } from '../policy/policy.ts'
import { isEmail, isPersonal, isUserList, isVagueReference } from './columns.ts'
import { keptBecause } from './decisions.ts'
import type { ProposedLine, ProposedTable } from './proposal.ts'
import {
  freeFormOf,
  lineByDocument,
  lineByEmail,
  lineById,
  lineByList,
  type Site,
} from './propose-rules.ts'
import { followParents, type LinesByTable } from './propose-through.ts'
import type { DraftColumn, DraftSchema, DraftTable } from './read-schema.ts'
import { parentColumns, userIdColumns } from './references.ts'
import { kindOf } from './table-kinds.ts'

export function proposeTables(schema: DraftSchema): readonly ProposedTable[] {
  const lines = new Map<string, readonly ProposedLine[]>()
  const sites = [schema.user, ...schema.tables].map((table) => ({
    schema,
    table,
    kind: kindOf(
      table.words,
      table.columns.map(({ name }) => name),
    ),
  }))
  for (const site of sites) lines.set(site.table.name, ownLines(site))
  followParents(sites, lines)
  return sites.flatMap((site): readonly ProposedTable[] => {
    const found = lines.get(site.table.name) ?? []
    if (site.table === schema.user && found.length === 0) return []
    const all = found.length > 0 ? found : [unrelated(site, sites, lines)]
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
  const ids = userIdColumns(schema, table)
  const isOwned = ids.some(({ column, role }) => role === 'owner' && !column.nullable)
  const emails =
    isOwned || table === schema.user || schema.email === null
      ? []
      : table.columns.filter((column) => holdsAddress(site, column))
  const lists = table.columns.filter((column) => isUserList(column, schema.user.words))
  const lines = [
    ...emails.map((column) => lineByEmail(site, column)),
    ...ids.map((reference) => lineById(site, reference)),
    ...lists.map((column) => lineByList(site, column)),
  ]
  if (lines.length > 0 || keptBecause(kind) === null) return lines
  return freeFormOf(table)
    .slice(0, 1)
    .map((column) => lineByDocument(site, column))
}

/** In tables that let somebody in, `identifier` is what a link or code was sent to. */
function holdsAddress({ kind }: Site, { name }: DraftColumn): boolean {
  return isEmail(name) || (kind === 'access' && name.toLowerCase() === 'identifier')
}

function lineOfSpecialTable({ kind, contentTable }: DraftTable): ProposedLine | null {
  if (kind === 'time_series') {
    const rule = { action: 'external', reason: 'a time series, cleaned up elsewhere' } as const
    return { rule, question: 'What cleans up the measurements of a user?' }
  }
  if (contentTable === null) return null
  const rule = { action: 'external', reason: `follows ${contentTable} by its triggers` } as const
  return { rule, question: `Do triggers of \`${contentTable}\` keep this index in step?` }
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
  if (doubts.length > 0) {
    const named = doubts.map((name) => `\`${name}\``).join(', ')
    return { rule: 'unrelated', question: `Does any of this say something of a user: ${named}?` }
  }
  if (site.table.isSampled) {
    return {
      rule: 'unrelated',
      question: 'Does a document name a user, under a name not looked for?',
    }
  }
  const doubtful = parentColumns(site.schema, site.table).find(({ parent }) =>
    isDoubtful(parent.name, sites, lines, new Set([site.table.name])),
  )
  const question =
    doubtful === undefined
      ? null
      : `Do these rows belong to users through \`${doubtful.column.name}\`?`
  return { rule: 'unrelated', question }
}

function doubtsOf({ table }: Site): readonly string[] {
  const free = new Set(freeFormOf(table))
  return table.columns
    .filter(
      (column) =>
        free.has(column) ||
        isPersonal(column.name) ||
        isEmail(column.name) ||
        isVagueReference(column.name),
    )
    .map(({ name }) => name)
}

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
  return parentColumns(site.schema, site.table).some(({ parent }) =>
    isDoubtful(parent.name, sites, lines, new Set([...seen, name])),
  )
}
