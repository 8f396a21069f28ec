/**
 * What every adapter would write again: pure, and re-exported by `store.ts`.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import type {
  LedgerEntry,
  LedgerHead,
  Seal,
  Slice,
  SliceOutcome,
  Survey,
  TableSchema,
  Verdict,
  Work,
} from '../store/store.ts'
import { inBothTypes } from './stored-id.ts'
import type {
  Assignment,
  IdForm,
  JsonPath,
  Locator,
  Program,
  Reach,
  Selector,
  SelectorTarget,
  Step,
  UserId,
  UserTable,
  Wanted,
} from './program.ts'

/** A user who goes, with the values derived for them. */
export interface Leaving extends Work {
  readonly derived: readonly string[]
}

/** Those who go, put together when they are asked for: of all at once they would outweigh the ids of a large slice. */
export interface LeavingUsers extends Iterable<Leaving> {
  readonly length: number
  at(place: number): Leaving | undefined
}

/**
 * One unit of isolation of a slice: asks for the verdicts, has `remove` delete those who go, and answers an
 * outcome for each user. `remove` returns the sealed entries in the order it was given the users, or none where
 * the slice does not keep them.
 */
export function settleUnit(
  slice: Slice,
  positions: readonly number[],
  survey: Survey,
  remove: (leaving: LeavingUsers) => readonly LedgerEntry[],
): readonly SliceOutcome[] {
  const verdicts = slice.decide(survey, positions)
  const leaving = whoLeaves(positions, survey, verdicts)
  const entries = leaving.length === 0 ? [] : remove(leaving)
  let sealed = 0
  return verdicts.map((verdict, index): SliceOutcome => {
    if (survey.users[index] == null) return { kind: 'absent' }
    if (verdict.kind === 'refuse') return { kind: 'refused', reason: verdict.reason }
    if (!slice.keepsEntries) return DELETED
    // Entries stand in the order of those who leave, and so do the verdicts.
    const entry = entries[sealed]
    sealed += 1
    if (entry === undefined) throw new Error('a deleted user has no ledger entry')
    return { kind: 'deleted', entry }
  })
}

/** The same for everybody: a slice may hold thousands. */
const DELETED: SliceOutcome = { kind: 'deleted', entry: null }

function whoLeaves(
  positions: readonly number[],
  survey: Survey,
  verdicts: readonly Verdict[],
): LeavingUsers {
  const indexes: number[] = []
  for (const [index, verdict] of verdicts.entries()) {
    if (survey.users[index] != null && verdict.kind === 'proceed') indexes.push(index)
  }
  const at = (place: number): Leaving | undefined => {
    const index = indexes[place] ?? -1
    const found = survey.users[index]
    const verdict = verdicts[index]
    if (found == null || verdict?.kind !== 'proceed') return undefined
    const counts = survey.counts[index] ?? []
    return { user: positions[index] ?? index, found, counts, derived: verdict.derived }
  }
  return {
    length: indexes.length,
    at,
    *[Symbol.iterator]() {
      for (const place of indexes.keys()) yield at(place) as Leaving
    },
  }
}

/** The seal of those who go, each of whom has an entry. */
export function sealWhole(
  slice: Pick<Slice, 'seal'>,
  leaving: readonly Leaving[],
  head: LedgerHead | null,
  residue: number,
): Seal {
  const seal = slice.seal(leaving, head, residue)
  if (seal.entries.length < leaving.length) throw new Error('a deleted user has no ledger entry')
  return seal
}

/** Users whose receipts are in memory at once. */
const SEALED_AT_ONCE = 20

/**
 * Seals those who go part by part after the present head, has `write` write each seal, and answers the entries
 * that the slice keeps.
 */
export function sealInParts(
  slice: Pick<Slice, 'seal' | 'keepsEntries'>,
  leaving: LeavingUsers,
  { head, residue }: { readonly head: LedgerHead | null; readonly residue: number },
  write: (seal: Seal) => void,
): readonly LedgerEntry[] {
  const kept: LedgerEntry[] = []
  let end = head
  for (let start = 0; start < leaving.length; start += SEALED_AT_ONCE) {
    const part: Leaving[] = []
    for (let place = start; place < start + SEALED_AT_ONCE; place += 1) {
      const one = leaving.at(place)
      if (one !== undefined) part.push(one)
    }
    const seal = sealWhole(slice, part, end, residue)
    write(seal)
    end = seal.head
    if (slice.keepsEntries) kept.push(...seal.entries)
  }
  return kept
}

/** Whether rows no longer match once the step has run: nothing of them may be left, and chunks need no cursor. */
export function leavesNoMatch({ action }: Step): boolean {
  return action === 'delete' || action === 'detach'
}

/** Whether the step writes rows that stay and still match, so that chunks need a cursor. */
export function keepsItsRows({ action, foundWith }: Step): boolean {
  return action === 'anonymize' || action === 'retain' || foundWith !== undefined
}

/**
 * Positions of the steps that find their rows before one of them writes: the step alone, or all that are marked as
 * it is. Only the first of those names the others; they are done with it.
 */
export function passOf(steps: readonly Step[], index: number): readonly number[] {
  const mark = steps[index]?.foundWith
  if (mark === undefined) return [index]
  const own = [...steps.keys()].filter((other) => steps[other]?.foundWith === mark)
  return own[0] === index ? own : []
}

/** Whether chunks go on behind a cursor; where rows no longer match, the next one starts from the front. */
export function needsCursor(step: Step): boolean {
  return !leavesNoMatch(step) || step.foundWith !== undefined
}

/** Whether every field of the user is known that the step's selectors end at. */
export function canBeAsked(step: Step, fields: Readonly<Record<string, unknown>>): boolean {
  return selectorsOf(step)
    .flatMap(leafFields)
    .every((field) => Object.hasOwn(fields, field))
}

/** Every selector that decides about rows of the step. */
export function selectorsOf({
  selector,
  except,
}: Pick<Step, 'selector' | 'except'>): readonly Selector[] {
  const exceptions = except.flatMap(({ unless = [], ...one }): readonly Selector[] => [
    one,
    ...unless,
  ])
  return selector === null ? exceptions : [selector, ...exceptions]
}

/**
 * A value as a reference of this form writes it: text, between prefix and suffix; without a form the value itself.
 * `null` for what is nobody's. Whatever a store looks rows up by has gone through here, so a blank field of one
 * user finds nothing of another.
 */
export function writtenAs(value: unknown, form: IdForm | null): unknown {
  if (isNobodys(value)) return null
  if (form === null) return value
  return `${form.prefix}${String(value)}${form.suffix ?? ''}`
}

/** A derived value as it is written: instants in their type. */
export function derivedAs(
  { instant }: Extract<Assignment, { readonly kind: 'derived' }>,
  text: string | null | undefined,
): string | number | Date | null {
  if (text === null || text === undefined) return null
  if (instant === undefined || instant === '$at') return text
  return instant === '$atDate' ? new Date(text) : Number(text)
}

/** The value that is looked for, {@link writtenAs} it is written; `null` for what somebody else within reach holds too. */
export function writtenFor(user: NamedUser, wanted: Wanted): unknown {
  return isHeldByOthers(user, wanted) ? null : writtenAs(user.fields[wanted.field], wanted.form)
}

/** Every value that is looked for: {@link writtenFor} the user, and the same in its other type where it may be either. */
export function allWrittenFor(user: NamedUser, wanted: Wanted): readonly unknown[] {
  const value = writtenFor(user, wanted)
  return wanted.eitherType === true ? inEachType(value) : [value]
}

/** The value, and the same as an integer or as the digits of one, where it is that. */
export function inEachType(value: unknown): readonly unknown[] {
  const isPlain = typeof value === 'string' || typeof value === 'number'
  return isPlain || typeof value === 'bigint' ? inBothTypes(value) : [value]
}

/** What is known of a user, and what of it others hold too. */
export interface NamedUser {
  readonly fields: Readonly<Record<string, unknown>>
  readonly shared?: readonly SharedValue[]
}

/** A value that somebody else within reach holds too, in the same case or in any. */
export interface SharedValue {
  readonly field: string
  readonly reach: Reach
  readonly anyCase: boolean
}

/** What of users has to be one user's alone, by anything that the program looks for; each once. */
export function valuesToShare({ steps }: Pick<Program, 'steps'>): readonly SharedValue[] {
  const wanted = steps.flatMap(wantedBy).flatMap(sharedValueOf)
  return [...new Map(wanted.map((one) => [JSON.stringify(one), one])).values()]
}

/** Everything of users that a step looks for. */
function wantedBy(step: Step): readonly Wanted[] {
  const elements = [...step.set, ...(step.outdone ?? [])].flatMap(
    (assignment): readonly Wanted[] => {
      if (assignment.kind === 'pull') return [assignment]
      return assignment.kind === 'json_value' ? [assignment.holding ?? []].flat() : []
    },
  )
  return [...selectorsOf(step).flatMap(leafTargets), ...elements]
}

function sharedValueOf({ field, form, reach }: Wanted): readonly SharedValue[] {
  return reach === undefined ? [] : [{ field, reach, anyCase: form?.ignoreCase === true }]
}

/** Whether somebody else within reach holds the value too, so that it is looked for nowhere. */
export function isHeldByOthers({ shared = [] }: NamedUser, wanted: Wanted): boolean {
  if (shared.length === 0) return false
  return sharedValueOf(wanted).some(({ field, reach, anyCase }) =>
    shared.some((one) => one.field === field && one.reach === reach && one.anyCase === anyCase),
  )
}

/** A value as users share it: of one type, in the same case or in any. `null` for what is nobody's. */
export function sharedText(value: unknown, { anyCase }: SharedValue): string | null {
  if (isNobodys(value)) return null
  return `${typeof value} ${anyCase ? inLowerCase(String(value)) : String(value)}`
}

/**
 * Who of a slice shares what. `isHeldOutside`: whether a user row within reach that is not of the slice holds the
 * value, by its {@link sharedText}. `groups`: those who share a value with nobody but each other.
 */
export function shareOut(
  users: readonly (Pick<NamedUser, 'fields'> | null)[],
  values: readonly SharedValue[],
  isHeldOutside: (value: SharedValue, text: string) => boolean,
): {
  readonly shared: readonly (readonly SharedValue[])[]
  readonly groups: readonly (readonly number[])[]
} {
  const shared: SharedValue[][] = users.map(() => [])
  const groups: (readonly number[])[] = []
  for (const value of values) {
    const holders = new Map<string, number[]>()
    for (const [position, user] of users.entries()) {
      const texts = [user?.fields[value.field]].flat().map((one) => sharedText(one, value))
      for (const text of new Set(texts)) {
        if (text === null) continue
        const known = holders.get(text)
        if (known === undefined) holders.set(text, [position])
        else known.push(position)
      }
    }
    for (const [text, positions] of holders) {
      const isOutside = isHeldOutside(value, text)
      if (!isOutside && positions.length < 2) continue
      for (const position of positions) {
        if (shared[position]?.at(-1) !== value) shared[position]?.push(value)
      }
      if (!isOutside) groups.push(positions)
    }
  }
  return { shared, groups }
}

/**
 * Whether a unique key sees to it that no two users within reach hold the value. Whatever a key compares by, the
 * same text twice is refused; the same text in another case is by one that does not tell them apart.
 */
export function isUnique(
  table: TableSchema | undefined,
  { tenant, fields, id }: Pick<UserTable, 'tenant' | 'fields' | 'id'>,
  { field, reach, form }: Wanted,
): boolean {
  if (table === undefined) return false
  const column = (fields[field] ?? id).toLowerCase()
  const anyCase = form?.ignoreCase === true
  const own = table.columns?.find(({ name }) => name.toLowerCase() === column)
  const isFolded = own?.collation === 'NOCASE'
  // Unique keys name columns, whatever they are compared by; indexes name another collation than the column's own.
  const keys = [
    ...(anyCase ? [] : [table.primaryKey, ...table.uniqueKeys]),
    ...(table.indexes ?? [])
      .filter(({ unique, partial, leavesOutNull }) => unique && (!partial || leavesOutNull))
      .map(({ keys }) => keys),
  ].map((key) => key.map((part) => part.toLowerCase()))
  const names = anyCase ? (isFolded ? [column] : []) : [column]
  const folded = [`${column} collate nocase`, `lower(${column})`, `lower("${column}")`]
  const isOfValue = (part: string): boolean => [...names, ...folded].includes(part)
  const isOfTenant = (part: string): boolean =>
    reach === 'tenant' && tenant !== null && part === tenant.toLowerCase()
  return keys.some(
    (key) => key.some(isOfValue) && key.every((part) => isOfValue(part) || isOfTenant(part)),
  )
}

/** The selector as if nobody shared anything. */
export function regardless(selector: Selector): Selector {
  const { target } = selector
  if (target.kind === 'rows') {
    return { ...selector, target: { ...target, parents: target.parents.map(regardless) } }
  }
  const { reach: _, ...own } = target
  return { ...selector, target: own }
}

/** Whether rows of the step may be left because of a shared value. */
export function mayLeaveShared({ selector }: Step): boolean {
  return selector !== null && leafTargets(selector).some(({ reach }) => reach !== undefined)
}

/** Selectors that, each by itself, have rows of the step's table dealt with. */
export function dealtWithIn(steps: readonly Step[], { table }: Step): readonly Selector[] {
  return steps.flatMap((other) =>
    other.table !== table || other.action === 'external' || other.selector === null
      ? []
      : [other.selector],
  )
}

/** Whether a field names nobody: nothing, blanks, no number, and what is no value but a document or a list. */
export function isNobodys(value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return BLANK.test(value)
    case 'number':
      return !Number.isFinite(value)
    case 'bigint':
    case 'boolean':
      return false
    case 'object':
      return value === null || !isOfAType(value)
    default:
      return true
  }
}

/** Nothing but characters that leave no mark: white space, controls, joiners, fillers, selectors of a variant. */
const BLANK = /^[\s\p{Z}\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]*$/u

/** A date, or a value of a class that the database's driver brings along. Documents are neither. */
function isOfAType(value: object): boolean {
  if (value instanceof Date) return !Number.isNaN(value.getTime())
  return typeof Reflect.get(value, '_bsontype') === 'string' && !Object.hasOwn(value, '_bsontype')
}

/** Whether references stand somewhere in a longer text, so that one text may name several users. */
export function isWithinText(target: SelectorTarget): boolean {
  return target.kind === 'user' && target.form?.within === true
}

/** Whether rows may hold something else than the very value that is looked for: {@link standsFor} tells. */
export function isComparedAsText(target: SelectorTarget): boolean {
  return target.kind === 'user' && (target.form?.within ?? target.form?.ignoreCase) === true
}

/** Whether a held value stands for one that a reference of this form writes. */
export function standsFor(held: unknown, written: unknown, form: IdForm | null): boolean {
  if (typeof held !== 'string') return false
  const spelt = (text: string): string => (form?.ignoreCase ? inLowerCase(text) : text)
  const [whole, part] = [spelt(held), spelt(String(written))]
  return form?.within ? whole.includes(part) : whole === part
}

/** Whether the value stands in a text with no letter, digit or underscore right beside it. */
export function isNamedIn(text: string, written: unknown, form: IdForm | null): boolean {
  const spelt = (one: string): string => (form?.ignoreCase ? inLowerCase(one) : one)
  return new RegExp(wordPattern(spelt(String(written)))).test(spelt(text))
}

function wordPattern(word: string): string {
  const own = word.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return `(?<![0-9A-Za-z_])${own}(?![0-9A-Za-z_])`
}

/** As SQLite's `lower`: letters beyond A to Z stay what they are. */
export function inLowerCase(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}

/** Whether both are text, or both are integers: an id of one type is nobody of the other. */
export function isSameType(a: UserId, b: UserId): boolean {
  return (typeof a === 'string') === (typeof b === 'string')
}

/** Whether somebody is asked for by forms of both types. */
export function isOfBothTypes(users: readonly (readonly UserId[])[]): boolean {
  return users.some(([first, ...others]) =>
    others.some((other) => first !== undefined && !isSameType(first, other)),
  )
}

/**
 * What texts have in common that are one by a collation of SQLite: letters in lower case, or no spaces at the end.
 * `null` for a collation of which nobody but the database knows.
 */
export function foldedBy(collation: string | null): ((text: string) => string) | null {
  if (collation === null) return (text) => text
  if (collation === 'NOCASE') return inLowerCase
  return collation === 'RTRIM' ? (text) => text.replace(/ +$/, '') : null
}

/** The id that a reference of this form holds; `null` where the prefix does not stand in front of one. */
export function idBehind(held: unknown, form: IdForm | null): unknown {
  if (form === null || form.prefix === '') return held
  const isPrefixed = typeof held === 'string' && held.startsWith(form.prefix)
  return isPrefixed && held.length > form.prefix.length ? held.slice(form.prefix.length) : null
}

/** All steps from the column to where the locator points; `null` for the column itself. */
export function wayInto({
  path,
  each,
  element,
}: Pick<Locator, 'path' | 'each' | 'element'>): JsonPath | null {
  if (path === null && !each) return null
  return [...(path ?? []), ...(each ? [null] : []), ...(element ?? [])]
}

export function isSamePath(a: JsonPath | null, b: JsonPath | null): boolean {
  if (a === null || b === null) return a === b
  return a.length === b.length && a.every((step, place) => step === b[place])
}

/** The order in which ids are listed: numbers before text, text as its bytes in UTF-8 sort. */
export function compareIds(a: UserId, b: UserId): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  if (typeof a === 'string') return 1
  if (typeof b === 'string') return -1
  return a < b ? -1 : Number(a > b)
}

function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let place = 0; place < length; place += 1) {
    const difference = codePointRank(a.charCodeAt(place)) - codePointRank(b.charCodeAt(place))
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

/** Halves of a pair stand for code points behind all others, and their own numbers do not. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800
}

/** Ends a transaction that was only tried, and carries what would have come of it. */
export class RolledBack<T> extends Error {
  readonly result: T

  constructor(result: T) {
    super('the transaction was a rehearsal')
    this.result = result
  }
}

/** Runs a transaction that ends by throwing a {@link RolledBack}, and answers what it carries. */
export async function rehearsed<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (cause) {
    // Stores wrap what they do not know.
    for (let error: unknown = cause; error instanceof Error; error = error.cause) {
      if (error instanceof RolledBack) return error.result as T
    }
    throw cause
  }
}

/** Without transactions nothing can be tried and taken back. */
export function noRehearsal(): UserDeletionError {
  return new UserDeletionError(
    'transactions_unsupported',
    'There are no transactions here, so a deletion cannot be rehearsed.',
  )
}

/**
 * What equal values have in common, to be found again in a map: bytes, dates and what a driver has of its own are
 * other objects each time they are read.
 */
export function valueKey(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return `\0date ${value.getTime()}`
  if (value instanceof Uint8Array) {
    return `\0bytes ${[...value].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`
  }
  return `\0object ${JSON.stringify(value)}`
}

/** Rows that a step should have removed are still there. */
export function residueLeft(table: string): UserDeletionError {
  return new UserDeletionError('residue_left', `Rows of the user are still there in ${table}.`, {
    details: { table },
  })
}

/**
 * The options of a store, own properties alone.
 *
 * @throws {@link UserDeletionError} `invalid_argument` for a key that the store does not know.
 */
export function storeOptions<T extends object>(
  options: T | undefined,
  known: readonly (keyof T)[],
): T {
  if (typeof (options ?? {}) !== 'object' || Array.isArray(options)) {
    throw unknownOption('', 'The options of a store are an object.')
  }
  const own = Object.assign(Object.create(null) as T, options)
  for (const key of Object.keys(own)) {
    if (!known.includes(key as keyof T))
      throw unknownOption(key, `"${key}" is not an option of this store.`)
  }
  return own
}

function unknownOption(path: string, message: string): UserDeletionError {
  return new UserDeletionError('invalid_argument', message, { details: { path } })
}

/** The schema is another than the one that a program was built for. Nothing has been written. */
export function schemaChanged(): UserDeletionError {
  return new UserDeletionError(
    'schema_mismatch',
    'The schema has changed since the policy was checked against it.',
    { details: { reason: SCHEMA_CHANGED } },
  )
}

export function isSchemaChange(error: unknown): boolean {
  return (
    error instanceof UserDeletionError &&
    error.code === 'schema_mismatch' &&
    error.details['reason'] === SCHEMA_CHANGED
  )
}

const SCHEMA_CHANGED = 'schema_changed'

/** Whether rows are found by the field in whatever case it is written. */
export function isFoundInAnyCase({ steps }: Pick<Program, 'steps'>, field: string): boolean {
  return steps
    .flatMap(selectorsOf)
    .flatMap(leafTargets)
    .some((target) => target.field === field && target.form?.ignoreCase === true)
}

type UserTarget = Extract<SelectorTarget, { readonly kind: 'user' }>

function leafTargets({ target }: Selector): readonly UserTarget[] {
  return target.kind === 'user' ? [target] : target.parents.flatMap(leafTargets)
}

function leafFields(selector: Selector): readonly string[] {
  return leafTargets(selector).map(({ field }) => field)
}

/** The table of the users that an entry of an earlier layout is about, by its own words; `null` where it has none. */
export function saidUserTable({ kind, body }: Pick<LedgerEntry, 'kind' | 'body'>): string | null {
  if (kind !== 'user.deleted') return null
  try {
    const { userRow } = JSON.parse(body) as { readonly userRow?: { readonly table?: unknown } }
    return typeof userRow?.table === 'string' ? userRow.table : null
  } catch {
    // Text that is no JSON is no receipt; the ledger's verification says so.
    return null
  }
}

/** @throws {@link UserDeletionError} `invalid_argument` for what cannot begin the names of the engine's tables. */
export function assertTablePrefix(prefix: unknown): asserts prefix is string {
  const isName = typeof prefix === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,39}$/.test(prefix)
  if (isName && !/^(sqlite_|system)/i.test(prefix)) return
  throw new UserDeletionError(
    'invalid_argument',
    '"tablePrefix" is not 1 to 40 letters, digits and underscores, a digit not the first.',
    { details: { path: 'tablePrefix' } },
  )
}
