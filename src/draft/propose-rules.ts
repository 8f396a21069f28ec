/**
 * One rule for each way in which the rows of a table may belong to a user.
 *
 * @module
 */

import type { MatchInput, RuleInput, SetInput, WhereInput } from '../policy/policy.ts'
import { wordsOf } from '../words/name-words.ts'
import { isFreeForm, isPersonal } from './columns.ts'
import { actionOfKind, type Decision, type DraftAction, decide, keptBecause } from './decisions.ts'
import type { ProposedLine } from './proposal.ts'
import type { DraftColumn, DraftSchema, DraftTable } from './read-schema.ts'
import { formOf, type ParentColumn, type UserIdColumn } from './references.ts'
import type { TableKind } from './table-kinds.ts'

/** The table that rules are proposed for. */
export interface Site {
  readonly schema: DraftSchema
  readonly table: DraftTable
  readonly kind: TableKind
}

/** For rows that hold the user's id in a column. */
export function lineById(site: Site, reference: UserIdColumn): ProposedLine {
  const { schema } = site
  const { column, typeColumn } = reference
  const { action, question } = decide(site.kind, reference)
  const form = formOf(schema, column)
  const matching = {
    match: form === null || form === 'mixed' ? column.name : matchIn({ column: column.name }, form),
    ...(typeColumn === null ? {} : { where: { [typeColumn]: schema.user.words.join('_') } }),
    // Ids that are one in a tenant only.
    ...(schema.user.key.length > 1 ? tenantOf(site) : {}),
  }
  const mixed = `\`${column.name}\` holds ids in several types: which of them are those of users?`
  return {
    rule: ruleOf(site, matching, action),
    question: form === 'mixed' ? mixed : withDocuments(site, action, question),
  }
}

/** For rows that hold the address of a user. Nothing but the name of the column says so. */
export function lineByEmail(site: Site, { name }: DraftColumn): ProposedLine {
  const { schema, kind } = site
  const tenant = tenantOf(site)
  const everywhere = { acrossTenants: true } as const
  const matching = {
    match: { column: name, equals: { user: 'email' } },
    ...(schema.tenant === null ? {} : 'tenant' in tenant ? tenant : everywhere),
  }
  return {
    rule: ruleOf(site, matching, actionOfKind(kind)),
    question: `Does \`${name}\` hold the address of a user, in the same case as \`${schema.user.name}\` does, or in any (\`ignoreCase: true\`)?`,
  }
}

/** For rows that hold several users' ids. */
export function lineByList({ schema }: Site, column: DraftColumn): ProposedLine {
  const array = column.name
  const match = matchIn({ array }, formOf(schema, column))
  return {
    rule: { match, action: 'detach' },
    question: `Is \`${array}\` an array of ids of \`${schema.user.name}\`?`,
  }
}

/** For rows of a log that may hold the user in a document. */
export function lineByDocument({ kind }: Site, { name }: DraftColumn): ProposedLine {
  return {
    rule: { match: { json: name, path: 'user.id' }, action: 'retain', reason: reasonOf(kind) },
    question: `Where in \`${name}\` does the id of a user stand, if anywhere, and what else of the person?`,
  }
}

/** For rows that belong to rows of another table, which are the user's. */
export function lineThrough(
  site: Site,
  { column, parent, key }: ParentColumn,
  rule: string | null,
  { action, question }: Decision,
): ProposedLine {
  const through = { table: parent.name, key, ...(rule === null ? {} : { rule }) }
  return { rule: ruleOf(site, { match: { column: column.name, through } }, action), question }
}

/** What is kept is kept with its documents. */
function withDocuments({ table }: Site, action: DraftAction, question: string | null) {
  const [document] = freeFormOf(table)
  if (action !== 'keep' || document === undefined) return question
  return `${question ?? ''} What of the person stands in \`${document.name}\`?`.trimStart()
}

function matchIn(
  place: { readonly column: string } | { readonly array: string },
  form: ReturnType<typeof formOf>,
): MatchInput {
  if (form === null || form === 'mixed') return place
  return form === 'string' ? { ...place, form } : { ...place, form }
}

interface Matching {
  readonly match: MatchInput
  readonly where?: WhereInput
  readonly tenant?: string
  readonly acrossTenants?: true
}

function ruleOf(site: Site, matching: Matching, action: DraftAction): RuleInput {
  switch (action) {
    case 'access':
      return { ...matching, action: 'delete', grantsAccess: true }
    case 'delete':
      return { ...matching, action: 'delete' }
    case 'detach':
      return { ...matching, action: 'detach' }
    case 'keep': {
      const reason = reasonOf(site.kind)
      const set = blankedIn(site, matching)
      if (site.kind !== 'log' || Object.keys(set).length === 0) {
        return { ...matching, action: 'retain', reason }
      }
      return { ...matching, action: 'anonymize', reason, set }
    }
  }
}

function reasonOf(kind: TableKind): string {
  return keptBecause(kind) ?? 'why is it kept?'
}

/** What a kept row says of the person in columns of its own. */
function blankedIn({ table }: Site, { where = {} }: Matching): SetInput {
  const personal = table.columns.filter(
    ({ name, generated }) =>
      isPersonal(name) && !generated && !table.key.includes(name) && !Object.hasOwn(where, name),
  )
  return Object.fromEntries(
    personal.map(({ name, nullable }) => [name, nullable ? null : 'removed']),
  )
}

function tenantOf({ schema, table }: Site): { readonly tenant?: string } {
  if (schema.tenant === null) return {}
  const wanted = wordsOf(schema.tenant).join(' ')
  const own = table.columns.find(({ name }) => wordsOf(name).join(' ') === wanted)
  return own === undefined ? {} : { tenant: own.name }
}

/** Columns that may hold anything. */
export function freeFormOf({ columns }: DraftTable): readonly DraftColumn[] {
  return columns.filter(isFreeForm)
}
