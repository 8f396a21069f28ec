/**
 * Expressions that write at a path through arrays. The server's update operators cannot: they stop at an array, or
 * write into elements of other users.
 *
 * A path opens every array on its way, as the server does when it reads; where it names an array it opens nothing
 * else. Where it goes through the elements by which documents belong to users, only the elements of these users
 * count.
 *
 * @module
 */
import type { IdForm } from '../../../src/program/program.ts'
import type { Doc } from '../server/driver.ts'
import { wordOf } from '../server/text-patterns.ts'

export type Keys = readonly string[]
/** `null`: every element of an array, and nothing where there is none. Never at either end. */
export type Steps = readonly (string | null)[]
type Expression = unknown

/** By which elements of a document belong to the users in question: those of any way. */
export interface Own {
  readonly ways: readonly OwnWay[]
  /** Documents are found by nothing else, so that a value of others is not of a document of the users alone. */
  readonly isOnly: boolean
}

export interface OwnWay extends Values {
  readonly keys: Keys
}

export interface Values {
  readonly values: readonly unknown[]
  readonly form: IdForm | null
}

/** What is written at the end of a path. */
export type Leaf =
  /** `always`: where there is a sub-document to hold it; else only in the place of a value. */
  | { readonly kind: 'value'; readonly value: unknown; readonly always: boolean }
  | { readonly kind: 'gone' }
  /** Whatever it is, something has to be there. */
  | { readonly kind: 'filled' }
  /** What is no document, and so cannot be scrubbed by paths, becomes null. */
  | { readonly kind: 'document' }
  /** Out of an array: elements that hold one of the values. `listsAlone`: what stands in its place is not asked for. */
  | ({ readonly kind: 'without'; readonly element: Keys; readonly listsAlone: boolean } & Values)
  /** A document or a list: paths lead into no text, which may name one of the values. Only to be asked for. */
  | ({ readonly kind: 'no_text' } & Values)

/** The field at the front of the path, as it is to be. Where it is not there, it stays so. */
export function written(steps: Steps, leaf: Leaf, own: Own | null): Expression {
  const { key: root, lists, rest } = firstOf(steps)
  const field = `$${root}`
  const behind = following(own, root)
  if (rest.length === 0) return leafOf(field, leaf, behind, 0)
  return through({ value: field, lists, depth: 0 }, behind, (document, inner, depth) =>
    writtenIn(document, rest, leaf, inner, depth),
  )
}

/** Whether something at the path is still to be written. */
export function unwritten(steps: Steps, leaf: Leaf, own: Own | null): Expression {
  const { key: root, lists, rest } = firstOf(steps)
  const field = `$${root}`
  const behind = following(own, root)
  if (rest.length === 0) return isUnwritten(field, leaf, behind, 0)
  return anyThrough({ value: field, lists, depth: 0 }, behind, (document, inner, depth) =>
    unwrittenIn(document, rest, leaf, inner, depth),
  )
}

/** Documents in which an array is on the way. */
export function leadsThroughArray(keys: Keys, isEndMeant: boolean): readonly Doc[] {
  const prefixes = keys.map((_, end) => keys.slice(0, end + 1).join('.'))
  return (isEndMeant ? prefixes : prefixes.slice(0, -1)).map((path) => ({
    [path]: { $type: 'array' },
  }))
}

function writtenIn(
  document: string,
  steps: Steps,
  leaf: Leaf,
  own: Own | null,
  depth: number,
): Expression {
  const { key, lists, rest } = firstOf(steps)
  const behind = following(own, key)
  const held = `held${depth}`
  const value = `$$${held}`
  const next =
    rest.length === 0
      ? leafOf(value, leaf, behind, depth + 1)
      : through({ value, lists, depth: depth + 1 }, behind, (inner, its, deeper) =>
          writtenIn(inner, rest, leaf, its, deeper),
        )
  const set = isPlain(key)
    ? rest.length === 0 && leaf.kind === 'gone'
      ? without(document, key, `other${depth}`)
      : { $mergeObjects: [document, { [key]: next }] }
    : { $setField: { field: { $literal: key }, input: document, value: next } }
  const createsIt = rest.length === 0 && leaf.kind === 'value' && leaf.always
  return within(held, fieldOf(document, key), createsIt ? set : ifThere(value, set, document))
}

function unwrittenIn(
  document: string,
  steps: Steps,
  leaf: Leaf,
  own: Own | null,
  depth: number,
): Expression {
  const { key, lists, rest } = firstOf(steps)
  const behind = following(own, key)
  const held = `held${depth}`
  const value = `$$${held}`
  const asked =
    rest.length === 0
      ? isUnwritten(value, leaf, behind, depth + 1)
      : anyThrough({ value, lists, depth: depth + 1 }, behind, (inner, its, deeper) =>
          unwrittenIn(inner, rest, leaf, its, deeper),
        )
  return within(held, fieldOf(document, key), asked)
}

type OfDocument = (document: string, own: Own | null, depth: number) => Expression

/** A place on the way, and how many arrays in arrays the path opens there by name. */
interface Place {
  readonly value: string
  readonly lists: number
  readonly depth: number
}

/** A sub-document, or each of an array's, changed; anything else as it is. */
function through(place: Place, own: Own | null, change: OfDocument): Expression {
  const { value, depth } = place
  const isWhole = { case: isDocument(value), then: change(value, own, depth + 1) }
  const isList = {
    case: { $isArray: [value] },
    then: eachIn(place, (element) => {
      const inner = innerOf(place, element)
      if (inner !== null) return through(inner, own, change)
      const isMeant = isElementMeant(element, own, depth)
      return { $cond: [isMeant, change(element, own, depth + 1), element] }
    }),
  }
  const branches = place.lists > 0 ? [isList] : [isWhole, isList]
  return { $switch: { branches, default: value } }
}

function anyThrough(place: Place, own: Own | null, ask: OfDocument): Expression {
  const { value, depth } = place
  const isWhole = { case: isDocument(value), then: ask(value, own, depth + 1) }
  const isList = {
    case: { $isArray: [value] },
    then: {
      $anyElementTrue: [
        eachIn(place, (element) => {
          const inner = innerOf(place, element)
          if (inner !== null) return anyThrough(inner, own, ask)
          return { $and: [isElementMeant(element, own, depth), ask(element, own, depth + 1)] }
        }),
      ],
    },
  }
  const branches = place.lists > 0 ? [isList] : [isWhole, isList]
  return { $switch: { branches, default: false } }
}

function eachIn({ value, depth }: Place, change: (element: string) => Expression): Doc {
  return { $map: { input: value, as: `one${depth}`, in: change(`$$one${depth}`) } }
}

/** An element that has to be an array itself; `null` where the path asks for no such. */
function innerOf({ lists, depth }: Place, element: string): Place | null {
  return lists > 1 ? { value: element, lists: lists - 1, depth: depth + 1 } : null
}

function isElementMeant(element: string, own: Own | null, depth: number): Doc {
  return { $and: [isDocument(element), own === null ? true : holdsAny(element, own, depth + 1)] }
}

/** Where the path is the very one by which the document belongs to users, other values there are others'. */
function leafOf(value: string, leaf: Leaf, own: Own | null, depth: number): Expression {
  if (leaf.kind === 'gone') return '$$REMOVE'
  if (leaf.kind === 'filled' || leaf.kind === 'no_text') return value
  if (leaf.kind === 'document') return { $cond: [isNoDocument(value), null, value] }
  if (leaf.kind === 'without') {
    const one = `one${depth}`
    const isOut = holdsOne(`$$${one}`, leaf.element, leaf)
    const rest = { $filter: { input: value, as: one, cond: { $not: [isOut] } } }
    return { $cond: [{ $isArray: [value] }, rest, value] }
  }
  const replaced = { $literal: leaf.value }
  const here = endingHere(own)
  if (here === null) return replaced
  const one = `one${depth}`
  const isOwn = isAmongAny(`$$${one}`, here)
  const others =
    leaf.value === null
      ? { $filter: { input: value, as: one, cond: { $not: [isOwn] } } }
      : { $map: { input: value, as: one, in: { $cond: [isOwn, replaced, `$$${one}`] } } }
  const whole = here.isOnly ? { $cond: [isAmongAny(value, here), replaced, value] } : replaced
  return { $cond: [{ $isArray: [value] }, others, whole] }
}

function isUnwritten(value: string, leaf: Leaf, own: Own | null, depth: number): Expression {
  if (leaf.kind === 'gone') return isThere(value)
  if (leaf.kind === 'document') return isNoDocument(value)
  if (leaf.kind === 'filled') return isEmpty(value)
  if (leaf.kind === 'no_text') return isNamedIn(value, leaf)
  if (leaf.kind === 'without') {
    const one = `one${depth}`
    const isLeft = anyOf(value, one, holdsOne(`$$${one}`, leaf.element, leaf))
    const instead = {
      $or: [isNamedIn(value, leaf), isAmong(value, leaf), standsIn(value, leaf, 0)],
    }
    return { $cond: [{ $isArray: [value] }, isLeft, leaf.listsAlone ? false : instead] }
  }
  const here = endingHere(own)
  if (here === null) return differsFrom(value, leaf)
  const held = holdsAny(value, here, depth)
  return here.isOnly ? held : { $cond: [{ $isArray: [value] }, held, differsFrom(value, leaf)] }
}

function differsFrom(value: string, leaf: Extract<Leaf, { readonly kind: 'value' }>): Expression {
  const differs = { $ne: [value, { $literal: leaf.value }] }
  if (leaf.value === null) return { $not: [isEmpty(value)] }
  return leaf.always ? differs : { $and: [isThere(value), differs] }
}

/** The ways that end at this very place; `null` where none does. */
function endingHere(own: Own | null): Own | null {
  const ways = own?.ways.filter(({ keys }) => keys.length === 0) ?? []
  return own === null || ways.length === 0 ? null : { ...own, ways }
}

/** Whether a value of one of the ways stands at its path. */
function holdsAny(value: string, { ways }: Own, depth: number): Expression {
  return either(ways.map((way) => holds(value, way.keys, way, depth)))
}

function isAmongAny(value: string, { ways }: Own): Expression {
  return either(ways.map((way) => isAmong(value, way)))
}

function either(asked: readonly Expression[]): Expression {
  return asked.length === 1 ? asked[0] : { $or: asked }
}

/** Whether one of the users' values stands at the path, arrays opened. */
function holds(value: string, keys: Keys, own: Values, depth: number): Expression {
  const one = `any${depth}`
  const here = (place: string): Expression => {
    const [key, ...rest] = keys
    if (key === undefined) return isAmong(place, own)
    const held = `in${depth}`
    const asked = within(held, fieldOf(place, key), holds(`$$${held}`, rest, own, depth + 1))
    return { $and: [isDocument(place), asked] }
  }
  return { $cond: [{ $isArray: [value] }, anyOf(value, one, here(`$$${one}`)), here(value)] }
}

/** Whether the very element holds one of the values: arrays in it are of something else. */
function holdsOne(element: string, keys: Keys, values: Values): Expression {
  const [key, ...rest] = keys
  if (key === undefined) return isAmong(element, values)
  const held = `of${keys.length}`
  const asked = within(held, fieldOf(element, key), holdsOne(`$$${held}`, rest, values))
  return { $cond: [isDocument(element), asked, false] }
}

function isAmong(value: string, { values, form }: Values): Expression {
  if (form?.within !== true && form?.ignoreCase !== true) {
    return { $in: [value, { $literal: values }] }
  }
  const texts = values.map(String)
  const lower = (text: Expression): Expression => (form.ignoreCase ? { $toLower: text } : text)
  const isFound = form.within
    ? {
        $anyElementTrue: [
          texts.map((text) => ({ $gte: [{ $indexOfCP: [value, { $literal: text }] }, 0] })),
        ],
      }
    : { $in: [lower(value), texts.map((text) => lower({ $literal: text }))] }
  return { $cond: [{ $eq: [{ $type: value }, 'string'] }, isFound, false] }
}

/** How deep is looked into what stands in the place of a list. What is deeper is not known to be free of the values. */
const DEPTH = 12

/** Whether one of the values is a key of a document, or stands anywhere in it, or in an array. */
function standsIn(value: string, values: Values, depth: number): Expression {
  if (depth === DEPTH) {
    const isFull = { $not: [{ $in: [value, { $literal: [[], {}] }] }] }
    return { $and: [{ $in: [{ $type: value }, ['object', 'array']] }, isFull] }
  }
  const [entry, element] = [`entry${depth}`, `element${depth}`]
  const elements = { $map: { input: value, as: element, in: { v: `$$${element}` } } }
  const entries = {
    $switch: {
      branches: [
        { case: isDocument(value), then: { $objectToArray: value } },
        { case: { $isArray: [value] }, then: elements },
      ],
      default: [],
    },
  }
  const inner = `$$${entry}.v`
  const isHere = [isAmong(`$$${entry}.k`, values), isAmong(inner, values)]
  return anyOf(entries, entry, { $or: [...isHere, standsIn(inner, values, depth + 1)] })
}

/** Whether a text names one of the values, with no letter, digit or underscore right beside it. */
function isNamedIn(value: string, { values, form }: Values): Expression {
  const patterns = values.map((one) => wordOf(String(one), form))
  const isFound = { $regexMatch: { input: value, regex: '$$word' } }
  const named = anyOf({ $literal: patterns }, 'word', isFound)
  return { $cond: [{ $eq: [{ $type: value }, 'string'] }, named, false] }
}

interface FirstStep {
  readonly key: string
  /** How many arrays in arrays the path opens behind the key. */
  readonly lists: number
  readonly rest: Steps
}

function firstOf([key, ...others]: Steps): FirstStep {
  const next = others.findIndex((step) => step !== null)
  const lists = next === -1 ? others.length : next
  return { key: key ?? '', lists, rest: others.slice(lists) }
}

/** What the own path still asks for behind the key; `null`: the paths have parted, and all elements are meant. */
function following(own: Own | null, key: string): Own | null {
  const ways = own?.ways.filter(({ keys }) => keys[0] === key) ?? []
  if (own === null || ways.length === 0) return null
  return { ...own, ways: ways.map((way) => ({ ...way, keys: way.keys.slice(1) })) }
}

/** Whether an expression can name the field without more ado, which older servers know. */
function isPlain(key: string): boolean {
  return /^[^$.]+$/.test(key)
}

function isEmpty(value: string): Doc {
  return { $in: [{ $type: value }, ['missing', 'null', 'undefined']] }
}

function isNoDocument(value: string): Doc {
  return { $not: [{ $in: [{ $type: value }, ['object', 'array', 'null', 'missing']] }] }
}

function fieldOf(document: string, key: string): unknown {
  if (isPlain(key)) return `${document}.${key}`
  return { $getField: { field: { $literal: key }, input: document } }
}

/** In words that older servers know too. */
function without(document: string, key: string, as: string): Doc {
  const isOther = { $ne: [`$$${as}.k`, { $literal: key }] }
  const others = { $filter: { input: { $objectToArray: document }, as, cond: isOther } }
  return { $arrayToObject: others }
}

function within(name: string, value: Expression, asked: Expression): Doc {
  return { $let: { vars: { [name]: value }, in: asked } }
}

function isDocument(value: string): Doc {
  return { $eq: [{ $type: value }, 'object'] }
}

function isThere(value: string): Doc {
  return { $ne: [{ $type: value }, 'missing'] }
}

function ifThere(value: string, then: Expression, otherwise: Expression): Doc {
  return { $cond: [isThere(value), then, otherwise] }
}

function anyOf(list: Expression, as: string, asked: Expression): Doc {
  return { $anyElementTrue: [{ $map: { input: list, as, in: asked } }] }
}
