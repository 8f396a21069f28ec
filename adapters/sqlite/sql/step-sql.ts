/**
 * A step as statements. Statements that touch one plain column take the short way (`IN` over the slice's
 * values); the others pair rows with users first.
 *
 * @module
 */

import { once } from '../../../src/program/once.ts'
import type { Assignment, Program, Selector, Step } from '../../../src/program/program.ts'
import { type ResidueTime, residueTime } from '../../../src/program/residue.ts'
import {
  isComparedAsText,
  isSamePath,
  regardless,
  selectorsOf,
  wayInto,
} from '../../../src/program/selectors.ts'
import { mayLeaveShared } from '../../../src/program/shared-values.ts'
import { dealtWithIn, leavesNoMatch } from '../../../src/program/steps.ts'
import {
  type AssignmentContext,
  assignmentsSql,
  type ColumnSql,
  columnsSql,
  derivedSql,
  differsSql,
  type KnownValues,
  lacksUnknown,
  pendingSql,
} from './assignment-sql.ts'
import { type GoneParentsSql, goneParentsSql } from './gone-parents-sql.ts'
import { quoteName, quoteTable, UPDATE } from './literals.ts'
import {
  asStored,
  type MarkedCheck,
  type MarkedProgram,
  type MarkedUserTable,
} from './loose-comparisons.ts'
import {
  anyUser,
  belongsSql,
  type Chain,
  chainSql,
  chainsOf,
  conditionSql,
  directSql,
  equalSql,
  guardSql,
  isDirect,
  located,
  pairsSql,
  placeKey,
  type RowKey,
  sameUser,
  tenantSql,
  USER_ID,
  type UserValue,
  userId,
  usersSql,
  userValueOf,
  valueKey,
  valueParameter,
} from './selector-sql.ts'
import type { RefusedStatement } from './statement.ts'
import type { TableFacts } from './table-facts.ts'

export interface StepSql {
  readonly count: CountSql
  /** Rows by position in `@users` that nothing but a shared value finds, and no rule has; `null` where there can be none. */
  readonly shared: string | null
  /** `null` for steps that write nothing. */
  readonly write: WriteSql | null
  readonly residue: ResidueSql | null
  /** Looks once more, at the end, for what triggers have written under parents that are gone. */
  readonly goneParents: GoneParentsSql | null
  readonly chunk: ChunkSql | null
  /** Only of steps that find their rows with others. */
  readonly pass: PassSql | null
  /** Rows of the one user in `u` that lack the step's work. */
  pending(derivedKnown: readonly boolean[]): string
  readonly matched: string
}

/** A statement that writes the rows of all users of the slice, and what explains its refusal. */
export interface WriteSql extends Omit<RefusedStatement, 'parameters'> {
  readonly sql: string
}

/** Rows of `[key, rows of each step counted]`; the key is a position in `@users`, or what references hold for the user. */
export interface CountSql {
  readonly sql: string
  readonly by: { readonly kind: 'position' } | { readonly kind: 'value'; readonly value: UserValue }
}

/** Counts rows on which the step has not had its effect. */
export interface ResidueSql {
  readonly table: string
  readonly sql: string
  readonly when: ResidueTime
}

export interface ChunkSql {
  /** Keys of the next rows of the one user in `u`, from the start or after the key in `@after`. */
  readonly first: string
  readonly next: string
  /** Writes the rows whose keys are in `@keys`. */
  readonly apply: string
}

/** Finds the rows before any step of the pass writes, and writes those that were found. */
export interface PassSql {
  /** Rows of `[position in @users, …key]`: all, those behind the key in `@after`, or those whose keys are in `@keys`. */
  readonly find: string
  readonly findNext: string
  readonly findAmong: string
  /** Writes the rows in `@pairs`, which holds what was found. */
  readonly write: string
}

export function stepSql(program: Program, step: Step, facts: TableFacts): StepSql | null {
  const { selector } = step
  if (selector === null) return null
  const context: StepContext = {
    program,
    step,
    selector,
    key: facts.rowKey(step.table),
    facts,
    pairs: (extra = '') => pairsSql(selector, step.except, facts.rowKey(step.table), extra),
    isFound: false,
  }
  return {
    count: countSql(context),
    shared: sharedSql(context),
    write: wholeSql(context),
    residue: residueSql(context),
    goneParents: goneParentsSql({
      ...context,
      users: relation(context),
      lacks: lacksSql(step, sameUser),
    }),
    get chunk() {
      return chunkOf(context)
    },
    pass: passSql(context),
    matched: matchedSql(context, null),
    pending: (known) => matchedSql(context, pendingCondition(context, known)),
  }
}

interface StepContext {
  readonly program: Program
  readonly step: Step
  readonly selector: Selector
  readonly key: RowKey
  readonly facts: TableFacts
  /** Rows of the step with their users, one pair a line. */
  pairs(extra?: string): string
  /** Whether the pairs were found before. */
  readonly isFound: boolean
}

/** All fields of the program, `id` first. */
export function fieldsOf(program: Program): readonly string[] {
  return ['id', ...Object.keys(program.user.fields).filter((field) => field !== 'id')]
}

/** What references can hold for a user, in the order of `@users`: the fields, and ids in other forms. */
export function valuesOf(program: Program): readonly UserValue[] {
  const fields = fieldsOf(program).map((field): UserValue => ({ field, form: null }))
  const seen = new Set<Step['except']>()
  const unseen = (except: Step['except']): Step['except'] => {
    if (seen.has(except)) return []
    seen.add(except)
    return except
  }
  const referred = program.steps.flatMap(({ selector, except, set, outdone = [] }) => [
    ...selectorsOf({ selector, except: unseen(except) })
      .flatMap(chainsOf)
      .map((chain) => userValueOf(chain)),
    ...[...set, ...outdone].flatMap(elementValues),
  ])
  const members = program.checks.map(({ eitherType }) => ({
    ...USER_ID,
    ...(eitherType ? { eitherType } : {}),
  }))
  const wanted = [...fields, ...referred, ...program.user.set.flatMap(elementValues), ...members]
  // What others within reach hold too is looked for as well, to be counted as shared.
  const all = wanted.flatMap(({ field, form, reach, eitherType }): readonly UserValue[] => {
    const own = [{ field, form }, ...(reach === undefined ? [] : [{ field, form, reach }])]
    return eitherType ? [...own, ...own.map((one) => ({ ...one, eitherType }))] : own
  })
  return [...new Map(all.map((value) => [placeKey(value), value])).values()]
}

/** What elements are told by. */
function elementValues(assignment: Assignment): readonly UserValue[] {
  if (assignment.kind === 'pull') return [assignment]
  return assignment.kind === 'json_value' && assignment.holding ? [assignment.holding] : []
}

const relations = new WeakMap<Program, string>()

/** The users of a slice as a relation, which many statements of a program begin with. */
export function relationOf(program: Program): string {
  const known = relations.get(program)
  if (known !== undefined) return known
  const relation = usersSql(valuesOf(program), program.derived.length)
  relations.set(program, relation)
  return relation
}

function countSql(context: StepContext): CountSql {
  const { step, selector, key } = context
  const chains = chainsOf(selector)
  const value = commonValue(chains)
  if (step.except.length > 0 || value === null) {
    return {
      sql: `WITH ${relation(context)} SELECT pos, count(*) FROM (${context.pairs()}) GROUP BY pos`,
      by: { kind: 'position' },
    }
  }
  const by = { kind: 'value', value } as const
  if (isDirect(selector)) {
    const { from, where } = directSql(selector, 'index')
    const held = heldSql('t0', selector, value)
    return { sql: `SELECT ${held}, count(*) FROM ${from} WHERE ${where} GROUP BY 1`, by }
  }
  // In two types it is one value, and its row is to be counted once.
  const isEither = chains.some((chain) => userValueOf(chain).eitherType)
  const rows = chains.map((chain) => {
    const { from, where } = chainSql(chain, anyUser)
    const leaf = leafOf(chain, value)
    return `SELECT DISTINCT ${isEither ? asStored(leaf) : leaf} AS value, ${keyColumns(key)} FROM ${from} WHERE ${where}`
  })
  return { sql: `SELECT value, count(*) FROM (${rows.join(' UNION ')}) GROUP BY value`, by }
}

function sharedSql(context: StepContext): string | null {
  const { program, step, selector, key } = context
  if (!mayLeaveShared(step)) return null
  const others = [...step.except, ...dealtWithIn(program.steps, step)]
  const pairs = pairsSql(regardless(selector), others, key)
  return `WITH ${relation(context)} SELECT pos, count(*) FROM (${pairs}) GROUP BY pos`
}

function wholeSql(context: StepContext): WriteSql | null {
  const { step } = context
  const columns = columnsFor(context, (index) => `p.d${index}`, goneFrom(context))
  const verb = verbSql(step, columns)
  if (verb === null) return null
  const rows = step.set.some(({ kind }) => kind === 'derived')
    ? updateFromPairs(context, verb)
    : onRows(context, verb)
  return {
    sql: step.action === 'delete' ? rows : `${rows} AND (${differsSql(columns)})`,
    table: step.table,
    writes: columns.map(({ column }) => column),
    select: (names) => onRows(context, `SELECT ${names} FROM ${quoteTable(step.table)} AS t0`),
  }
}

/** A verb on all rows of the step for all users of the slice. */
function onRows(context: StepContext, verb: string): string {
  const { step, selector, key } = context
  if (context.isFound || step.except.length > 0 || pairsForPull(step)) {
    return `WITH ${relation(context)} ${verb} WHERE ${keyTuple(key)} IN (SELECT ${pairKey(key)} FROM (${context.pairs()}))`
  }
  if (isDirect(selector)) return `${verb} WHERE ${directSql(selector, 'row').where}`
  const rows = chainsOf(selector).map((chain) => {
    const { from, where } = chainSql(chain, anyUser)
    return `SELECT ${keyColumns(key)} FROM ${from} WHERE ${where}`
  })
  return `${verb} WHERE ${keyTuple(key)} IN (${rows.join(' UNION ')})`
}

/** Which elements leave an array: those of users to whom the row belongs, past exceptions. */
function goneFrom({
  step,
  selector,
  key,
  pairs,
  isFound,
}: StepContext): (value: string, wanted: UserValue) => string {
  const { except } = step
  if (isFound) {
    const own = key.map((name, index) => `found.k${index} = t0.${quoteName(name)}`).join(' AND ')
    return (value, wanted) =>
      `EXISTS (SELECT 1 FROM u JOIN (${pairs()}) AS found ON found.pos = u.pos WHERE ${own} AND ${sameUser(value, wanted)})`
  }
  if (!pairsForPull(step)) return anyUser
  return (value, wanted) =>
    `EXISTS (SELECT 1 FROM u WHERE ${sameUser(value, wanted)} AND ${belongsSql(selector)}${guardSql(except)})`
}

/** Where the array that is written is not the one that was matched, a row's elements and its users differ. */
function pairsForPull({ set, selector, except }: Step): boolean {
  const writes = set.filter(choosesElements)
  if (writes.length === 0 || selector === null) return false
  return except.length > 0 || writes.some((write) => !writesWhatMatched(write, selector))
}

type ElementWrite = Extract<Assignment, { kind: 'pull' | 'json_value' }>

/** Whether it is for elements of an array that hold a value of the user. */
function choosesElements(assignment: Assignment): assignment is ElementWrite {
  return (
    assignment.kind === 'pull' ||
    (assignment.kind === 'json_value' && assignment.holding !== undefined)
  )
}

function writesWhatMatched(write: ElementWrite, { locator, target }: Selector): boolean {
  const wanted = write.kind === 'pull' ? write : write.holding
  const way = write.kind === 'pull' ? wayInto({ ...write, each: true }) : write.path
  return (
    locator.each &&
    target.kind === 'user' &&
    write.column === locator.column &&
    isSamePath(way, wayInto(locator)) &&
    wanted !== undefined &&
    valueKey(wanted) === valueKey(target)
  )
}

/** Where two users of the slice share a row, the later one's value stays, as if they had gone one by one. */
function updateFromPairs(context: StepContext, verb: string): string {
  const { key, program } = context
  const values = program.derived.map((_, index) => `u.d${index} AS d${index}`).join(', ')
  const keys = key.map((_, index) => `k${index}`).join(', ')
  const last = `SELECT ${keys}, max(pos) AS pos FROM (${context.pairs()}) GROUP BY ${keys}`
  const joined = `SELECT last.*, ${values} FROM (${last}) AS last JOIN u ON u.pos = last.pos`
  const match = key.map((name, index) => `t0.${quoteName(name)} = p.k${index}`).join(' AND ')
  return `WITH ${relation(context)}, p AS MATERIALIZED (${joined}) ${verb} FROM p WHERE ${match}`
}

function columnsFor(
  { step, facts }: StepContext,
  derived: AssignmentContext['derived'],
  gone: AssignmentContext['gone'],
): readonly ColumnSql[] {
  const nullable = (column: string): boolean => facts.nullable(step.table, column)
  return columnsSql(step.set, { gone, derived, nullable })
}

function verbSql(step: Step, columns: readonly ColumnSql[]): string | null {
  const table = quoteTable(step.table)
  if (step.action === 'delete') return `DELETE FROM ${table} AS t0`
  if (columns.length === 0 || step.action === 'block' || step.action === 'external') return null
  return `${UPDATE} ${table} AS t0 SET ${assignmentsSql(columns)}`
}

function residueSql(context: StepContext): ResidueSql | null {
  const { step, selector, program, facts } = context
  const when = residueTime(step, program.steps, { schema: facts.schema, user: program.user })
  if (when === null) return null
  const needsUsers = step.set.some(({ kind }) => kind === 'derived') || pairsForPull(step)
  if (step.except.length === 0 && selector.target.kind === 'user' && !needsUsers) {
    const { from, where } = isDirect(selector)
      ? directSql(selector, 'row')
      : chainSql([selector], anyUser)
    const sql = `SELECT count(*) FROM ${from} WHERE ${where}${lacksSql(step, anyUser)}`
    return { table: step.table, sql, when }
  }
  const left = context.pairs(lacksSql(step, sameUser))
  return {
    table: step.table,
    sql: `WITH ${relation(context)} SELECT count(*) FROM (${left})`,
    when,
  }
}

/** What rows lack of a step that has run, where all of its work is known by the row alone. */
export function lacksAlone(step: Step): string {
  return pendingSql(step, { gone: anyUser, lacksDerived })
}

function lacksSql(step: Step, gone: KnownValues['gone']): string {
  return leavesNoMatch(step) ? '' : ` AND (${pendingSql(step, { gone, lacksDerived })})`
}

/** Of users who share a row the value of one of them is there. */
const lacksDerived: KnownValues['lacksDerived'] = (column, one) =>
  `coalesce(${column} IN (SELECT ${derivedSql(one, `d${one.index}`)} FROM u), 0) = 0`

/** Few users are so large; where many steps find their rows together, each statement names all of them. */
const chunkOf = once((context: StepContext): ChunkSql | null => chunkSql(context))

function chunkSql(context: StepContext): ChunkSql | null {
  const { step, key } = context
  const columns = columnsFor(context, (index) => `@d${index}`, anyUser)
  const verb = verbSql(step, columns)
  if (verb === null) return null
  const keys = (extra: string): string =>
    `WITH ${relation(context)} SELECT ${pairKey(key)} FROM (${pairsOfPass(context, extra)}) ORDER BY ${pairKey(key)} LIMIT @limit`
  return {
    first: keys(''),
    next: keys(behind(key)),
    apply: `${verb} WHERE ${isListed(key)}`,
  }
}

/** Rows of all steps that find theirs together. */
function pairsOfPass({ program, step, key }: StepContext, extra: string): string {
  const pass = step.foundWith === undefined ? [step] : passAround(program, step)
  return pass
    .flatMap(({ selector, except }) =>
      selector === null ? [] : [pairsSql(selector, except, key, extra)],
    )
    .join(' UNION ')
}

function passAround({ steps }: Program, { foundWith }: Step): readonly Step[] {
  return steps.filter((other) => other.foundWith === foundWith)
}

function behind(key: RowKey): string {
  return ` AND ${keyTuple(key)} > (${key.map((_, index) => `@after${index}`).join(', ')})`
}

function isListed(key: RowKey): string {
  const listed = key.map((_, index) => `json_extract(value, '$[${index}]')`).join(', ')
  return `${keyTuple(key)} IN (SELECT ${listed} FROM json_each(@keys))`
}

function passSql(context: StepContext): PassSql | null {
  const { step, key } = context
  if (step.foundWith === undefined) return null
  const columns = ['pos', ...key.map((_, index) => `k${index}`)]
  const values = columns.map((name, index) => `json_extract(value, '$[${index}]') AS ${name}`)
  const found = `SELECT ${values.join(', ')} FROM json_each(@pairs)`
  const write = wholeSql({ ...context, pairs: () => found, isFound: true })
  if (write === null) return null
  const find = (extra = ''): string =>
    `WITH ${relation(context)} SELECT ${columns.join(', ')} FROM (${context.pairs(extra)})`
  return {
    find: find(),
    findNext: find(behind(key)),
    findAmong: find(` AND ${isListed(key)}`),
    write: write.sql,
  }
}

function matchedSql(context: StepContext, condition: string | null): string {
  const extra = condition === null ? '' : ` AND (${condition})`
  return `WITH ${relation(context)} SELECT count(*) FROM (${context.pairs(extra)})`
}

function pendingCondition({ step }: StepContext, known: readonly boolean[]): string | null {
  if (leavesNoMatch(step)) return null
  return pendingSql(step, {
    gone: sameUser,
    lacksDerived: (column, one) =>
      known[one.index]
        ? `${column} COLLATE BINARY IS NOT ${derivedSql(one, `u.d${one.index}`)}`
        : lacksUnknown(column, one),
  })
}

/** The statement that removes or blanks the user rows of a slice. */
export function userRowSql(program: MarkedProgram, facts: TableFacts): string {
  const { user } = program
  const table = quoteTable(user.table)
  const tenant = inTenant(user)
  if (user.action === 'delete') {
    return `DELETE FROM ${table} AS t0 WHERE ${anyUser(`t0.${quoteName(user.id)}`, userId(user))}${tenant}`
  }
  const columns = columnsSql(user.set, {
    gone: sameUser,
    nullable: (column) => facts.nullable(user.table, column),
    derived: (index) => `u.d${index}`,
  })
  const users = relationOf(program)
  return `WITH ${users} ${UPDATE} ${table} AS t0 SET ${assignmentsSql(columns)} FROM u WHERE ${sameUser(`t0.${quoteName(user.id)}`, userId(user))}${tenant}`
}

/** Counts user rows that are still there, or that lack what was to be written into them. */
export function userResidueSql(program: MarkedProgram): string {
  const { user } = program
  const id = `t0.${quoteName(user.id)}`
  const rows = `${quoteTable(user.table)} AS t0`
  if (user.action === 'delete') {
    return `SELECT count(*) FROM ${rows} WHERE ${anyUser(id, userId(user))}${inTenant(user)}`
  }
  const lacking = pendingSql(user, { gone: sameUser, lacksDerived })
  const users = relationOf(program)
  return `WITH ${users} SELECT count(*) FROM ${rows}, u WHERE ${sameUser(id, userId(user))}${inTenant(user)} AND (${lacking})`
}

/** Out of the planner's reach: without statistics it would take an index on the tenant, and go through all its users. */
function inTenant({ tenant, hasLooseTenant }: MarkedUserTable): string {
  return tenant === null ? '' : ` AND (${tenantSql('t0', tenant, hasLooseTenant)}) IS 1`
}

/** The user rows of a slice with position and id first. */
export function findUsersSql(user: MarkedUserTable, columns: 'all' | readonly string[]): string {
  if (user.rowless) {
    return `SELECT key AS ${quoteName(POSITION)}, value AS ${quoteName(user.id)} FROM json_each(@ids)`
  }
  const list =
    columns === 'all' ? 't0.*' : columns.map((column) => `t0.${quoteName(column)}`).join(', ')
  const tenant = inTenant(user)
  return `SELECT j.key AS ${quoteName(POSITION)}, ${list} FROM json_each(@ids) AS j CROSS JOIN ${quoteTable(user.table)} AS t0 WHERE t0.${quoteName(user.id)} = j.value${tenant}`
}

/** Column under which {@link findUsersSql} answers the position; no host has a column of this name. */
export const POSITION = 'user_deletion_position'

/** Rows of `[user id, group]` for groups in which nobody outside the slice satisfies the check. */
export function lastOfSql(check: MarkedCheck): string {
  const { table, match, within, where, eitherType, collation, hasLooseMatch, hasLooseGroup } = check
  const name = quoteTable(table)
  const conditions = (alias: string): string =>
    where.map((condition) => ` AND ${conditionSql(alias, condition)}`).join('')
  const [member, group] = [quoteName(match), quoteName(within)]
  const wanted: UserValue = {
    ...{ ...USER_ID, ...(eitherType ? { eitherType } : {}) },
    ...(collation === undefined ? {} : { collation }),
    ...(hasLooseMatch ? { isLoose: true } : {}),
  }
  const sameGroup = equalSql(`o.${group}`, `t0.${group}`, hasLooseGroup)
  return `SELECT ${ownSpelling(`t0.${member}`, wanted)}, t0.${group} FROM ${name} AS t0 WHERE ${anyUser(`t0.${member}`, wanted)} AND t0.${group} IS NOT NULL${conditions('t0')} AND NOT EXISTS (SELECT 1 FROM ${name} AS o WHERE ${sameGroup} AND o.${member} IS NOT NULL AND NOT (${anyUser(`o.${member}`, wanted)})${conditions('o')})`
}

/** The user's value that a row holds: in the user's spelling, where texts that are not the same are one. */
function ownSpelling(held: string, wanted: UserValue): string {
  if (wanted.collation === undefined) return held
  const collation = quoteName(wanted.collation)
  // A text that is kept as an integer has one spelling.
  return `coalesce((SELECT value FROM json_each(${valueParameter(wanted)}) WHERE value = ${held} COLLATE ${collation}), ${held})`
}

function relation({ program }: StepContext): string {
  return relationOf(program)
}

function commonValue(chains: readonly Chain[]): UserValue | null {
  // What is held is none of the values that were looked for.
  const leaves = chains.flatMap((chain) => chain.at(-1) ?? [])
  if (leaves.some(({ target }) => isComparedAsText(target))) return null
  const values = chains.map(userValueOf)
  if (values.some(({ collation }) => collation !== undefined)) return null
  if (new Set(values.map(valueKey)).size !== 1) return null
  return values.find(({ isLoose }) => isLoose) ?? values[0] ?? null
}

function leafOf(chain: Chain, value: UserValue): string {
  const depth = chain.length - 1
  const leaf = chain[depth]
  return leaf === undefined ? 'NULL' : heldSql(`t${depth}`, leaf, value)
}

/** What a row holds, so that rows of different values are counted apart. */
export function heldSql(alias: string, { locator }: Selector, { isLoose }: UserValue): string {
  const held = located(alias, locator)
  return isLoose ? `${held} COLLATE BINARY` : held
}

function keyColumns(key: RowKey): string {
  return key.map((name) => `t0.${quoteName(name)}`).join(', ')
}

function pairKey(key: RowKey): string {
  return key.map((_, index) => `k${index}`).join(', ')
}

function keyTuple(key: RowKey): string {
  const columns = keyColumns(key)
  return key.length === 1 ? columns : `(${columns})`
}
