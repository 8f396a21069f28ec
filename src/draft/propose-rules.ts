/**
 * One rule for each way in which the rows of a table may belong to a user.
 *
 * @module
 */

import { tokenThatLetsIn } from '../knowledge/access-columns.ts'
import { isFreeForm } from '../knowledge/documents.ts'
import type { KnownParent } from '../knowledge/parents.ts'
import { maySayOfPerson } from '../knowledge/personal-columns.ts'
import { valueKindOf } from '../knowledge/value-kind.ts'
import type { ArrayMatch, RuleInput, SetInput, WayInput, WhereInput } from '../policy/policy.ts'
import { wordsOf } from '../words/name-words.ts'
import { actionOfKind, type Decision, type DraftAction, decide, keptBecause } from './decisions.ts'
import type { ProposedLine } from './proposal.ts'
import type { DraftColumn, DraftSchema, DraftTable } from './read-schema.ts'
import { areBytes, formOf, type UserIdColumn } from './references.ts'
import type { TableKind } from './table-kinds.ts'

/** The table that rules are proposed for. */
export interface Site {
  readonly schema: DraftSchema
  readonly table: DraftTable
  readonly kind: TableKind
  /** A foreign key deletes its rows with others that go, so that none of them can be kept. */
  readonly isPulled: boolean
}

/** For rows that hold the user's id in a column. */
export function lineById(site: Site, reference: UserIdColumn): ProposedLine {
  const { schema, table } = site
  const { column, typeColumn, onDelete } = reference
  const isFixed = isFixedIn(site, column)
  const form = formOf(schema, column)
  const matching = {
    match: matchAt(column, form),
    ...(typeColumn === null ? {} : { where: { [typeColumn]: schema.user.words.join('_') } }),
    // Ids that are one in a tenant only.
    ...(schema.user.key.length > 1 ? tenantOf(site) : {}),
  }
  if (table.name === schema.user.name) return lineOnUsers(reference, matching, isFixed)
  if (column.inArray !== null) return lineInArray(column, matching)
  const { action, question } = decide(site, reference, isFixed)
  // What holds the row of a user who goes is cut in rows that stay.
  const cut = action === 'keep' && onDelete !== null && !isFixed ? [column.name] : []
  const token = tokenThatLetsIn(table.columns)?.name ?? null
  const isAsked = action === 'delete' && site.kind !== 'credential' && token !== null
  const asked = isAsked ? `Does \`${token}\` let the user in?` : null
  return {
    rule: ruleOf(site, matching, isAsked ? 'access' : action, cut),
    question: joined([idDoubt(schema, column, form), withDocuments(site, action, question), asked]),
  }
}

/** For rows that hold the address of a user. Nothing but the name of the column says so. */
export function lineByEmail(site: Site, column: DraftColumn): ProposedLine {
  const { schema, kind } = site
  const tenant = tenantOf(site)
  const everywhere = { acrossTenants: true } as const
  const matching = {
    match: { ...placeOf(column), equals: { user: 'email' } },
    ...(schema.tenant === null ? {} : 'tenant' in tenant ? tenant : everywhere),
  }
  if (column.inArray !== null) return lineInArray(column, matching)
  const usual = actionOfKind(kind)
  const action = usual === 'keep' && site.isPulled ? 'delete' : usual
  const cut = action === 'keep' ? [column.name] : []
  return {
    rule: ruleOf(site, matching, action, cut),
    question: `Does \`${column.name}\` hold the address of a user, in the same case as \`${schema.user.name}\` does, or in any (\`ignoreCase: true\`)?`,
  }
}

/** For rows of several people: the elements of the user go, and the row stays the others'. */
function lineInArray({ name, inArray }: DraftColumn, matching: Matching): ProposedLine {
  return {
    rule: { ...matching, action: 'detach' },
    question: `Do elements of \`${inArray?.array ?? name}\` go when \`${name}\` holds the user?`,
  }
}

/** For rows that hold several users' ids. */
export function lineByList({ schema }: Site, column: DraftColumn): ProposedLine {
  const array = column.name
  const match = inForm({ array }, formOf(schema, column))
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
  { column, parent, key }: KnownParent,
  rule: string | null,
  { action, question }: Decision,
): ProposedLine {
  const through = { table: parent, key, ...(rule === null ? {} : { rule }) }
  const held = site.table.columns.find(({ name }) => name === column)
  const place = held === undefined ? { column } : placeOf(held)
  return { rule: ruleOf(site, { match: { ...place, through } }, action, []), question }
}

/** Columns that may hold anything. */
export function freeFormOf(table: DraftTable): readonly DraftColumn[] {
  return table.columns.filter((column) => isFreeForm(table, column))
}

/** The column can be no null. */
export function isFixedIn({ table }: Site, column: DraftColumn): boolean {
  return !column.nullable || table.key.includes(column.name)
}

/** Several sentences as one; `null` where there is none. */
export function joined(questions: readonly (string | null)[]): string | null {
  const asked = [...new Set(questions.filter((one) => one !== null))]
  return asked.length === 0 ? null : asked.join(' ')
}

/** Other users are no rows that go along: who takes over is asked, or their column is cut. */
function lineOnUsers(
  { column, isCertain }: UserIdColumn,
  matching: Matching,
  isFixed: boolean,
): ProposedLine {
  if (isFixed) {
    return {
      rule: { ...matching, action: 'external', reason: 'other users, who stay' },
      question: `Which user takes over \`${column.name}\` of others: a ghost (\`to: 'ghost'\`)?`,
    }
  }
  const question = isCertain
    ? null
    : `Does \`${column.name}\` hold ids of users, though no foreign key says so?`
  return { rule: { ...matching, action: 'detach' }, question }
}

function idDoubt(
  { user, userId }: DraftSchema,
  { name }: DraftColumn,
  form: ReturnType<typeof formOf>,
): string | null {
  if (form === 'mixed') {
    return `\`${name}\` holds ids in several types: which of them are those of users?`
  }
  if (!areBytes(user.columns.find((one) => one.name === userId))) return null
  return `\`${name}\` holds bytes (a BLOB), and no rule finds an id in bytes: is there a column with its text, such as a generated \`lower(hex(…))\`?`
}

/** What is kept is kept with its documents. */
function withDocuments({ table }: Site, action: DraftAction, question: string | null) {
  const [document] = freeFormOf(table)
  if (action !== 'keep' || document === undefined) return question
  return `${question ?? ''} What of the person stands in \`${document.name}\`?`.trimStart()
}

function matchAt(column: DraftColumn, form: ReturnType<typeof formOf>): WayInput {
  const isPlain = column.inArray === null && (form === null || form === 'mixed')
  return isPlain ? column.name : inForm(placeOf(column), form)
}

/** Where it stands, also in the elements of an array. */
function placeOf({ name, inArray }: DraftColumn): { readonly column: string } | ArrayPlace {
  return inArray ?? { column: name }
}

type ArrayPlace = Pick<ArrayMatch, 'array'> & { readonly element?: string }

function inForm(
  place: { readonly column: string } | ArrayPlace,
  form: ReturnType<typeof formOf>,
): WayInput {
  if (form === null || form === 'mixed') return place as WayInput
  return { ...place, form } as WayInput
}

interface Matching {
  readonly match: WayInput
  readonly where?: WhereInput
  readonly tenant?: string
  readonly acrossTenants?: true
}

/** @param cut Columns that rows which are kept lose, because of what they refer to. */
function ruleOf(
  site: Site,
  matching: Matching,
  action: DraftAction,
  cut: readonly string[],
): RuleInput {
  switch (action) {
    case 'access':
      return { ...matching, action: 'delete', grantsAccess: true }
    case 'delete':
      return { ...matching, action: 'delete' }
    case 'detach':
      return { ...matching, action: 'detach' }
    case 'keep': {
      const reason = reasonOf(site.kind)
      const set = blankedIn(site, matching, cut)
      if (Object.keys(set).length === 0) return { ...matching, action: 'retain', reason }
      if (site.kind !== 'log') return { ...matching, action: 'retain', reason, set }
      return { ...matching, action: 'anonymize', reason, set }
    }
  }
}

function reasonOf(kind: TableKind): string {
  return keptBecause(kind) ?? 'why is it kept?'
}

/** What a kept row says of the person in columns of its own. */
function blankedIn(
  { table, kind }: Site,
  { where = {} }: Matching,
  cut: readonly string[],
): SetInput {
  const personal = table.columns.filter(
    (column) =>
      (cut.includes(column.name) || (kind === 'log' && maySayOfPerson(column))) &&
      !column.generated &&
      column.inArray === null &&
      !table.key.includes(column.name) &&
      !Object.hasOwn(where, column.name) &&
      !column.sampled.includes('object'),
  )
  return Object.fromEntries(
    personal.flatMap((column): readonly (readonly [string, SetInput[string]])[] => {
      if (column.nullable) return [[column.name, null]]
      if (!['text', 'any'].includes(valueKindOf(column))) return []
      const isUnique = table.unique.includes(column.name)
      return [[column.name, isUnique ? { randomToken: true } : 'removed']]
    }),
  )
}

function tenantOf({ schema, table }: Site): { readonly tenant?: string } {
  if (schema.tenant === null) return {}
  const wanted = wordsOf(schema.tenant).join(' ')
  const own = table.columns.find(({ name }) => wordsOf(name).join(' ') === wanted)
  return own === undefined ? {} : { tenant: own.name }
}
