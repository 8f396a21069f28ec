/**
 * The shape of a policy at run time: keys, types and required reasons. What the parts mean to each other
 * is checked in `define-policy.ts`.
 *
 * @module
 */
import * as v from 'valibot'
import { findPathMistake, pathSteps } from './json-path.ts'

const name = v.pipe(
  v.string(),
  v.nonEmpty('is empty'),
  v.check((text) => !text.includes('\0'), 'holds a NUL character'),
)
/**
 * Values by name. Names are the host's, and each of them is looked at, also one that JavaScript knows as a word of its
 * own: "constructor", "__proto__".
 */
function record<Value extends v.GenericSchema>(value: Value) {
  return v.pipe(
    v.custom<Readonly<Record<string, v.InferOutput<Value>>>>(isPlainObject, 'is not an object'),
    v.rawCheck(({ dataset, addIssue }) => {
      if (!dataset.typed) return
      const input = dataset.value
      for (const [key, held] of Object.entries(input)) {
        const mistakes = [v.safeParse(name, key), v.safeParse(value, held)].flatMap(
          ({ issues }): readonly v.BaseIssue<unknown>[] => issues ?? [],
        )
        const [mistake] = mistakes
        if (mistake === undefined) continue
        const step = { type: 'object', origin: 'value', input, key, value: held } as const
        addIssue({
          message: explain(mistake),
          path: [step, ...(mistake.path ?? [])] as never,
        })
      }
    }),
  )
}

/** An object with these keys and no others. */
function strict<const Entries extends v.ObjectEntries>(entries: Entries) {
  return v.pipe(ownKeys, v.strictObject(entries))
}

/** JavaScript finds these keys in every object, so that the check for unknown ones passes them over. */
const ownKeys = v.custom<object>(
  (input) => wordIn(input) === undefined,
  (issue) => `has a key that is not known: ${wordIn(issue.input)}`,
)

function wordIn(input: unknown): string | undefined {
  return isPlainObject(input)
    ? Object.keys(input).find((key) => key in Object.prototype)
    : undefined
}

function isPlainObject(input: unknown): input is object {
  return typeof input === 'object' && input !== null && !Array.isArray(input)
}

const reason = v.pipe(v.string(), v.trim(), v.nonEmpty('is empty'))
const scalar = v.union(
  [v.string(), v.pipe(v.number(), v.finite()), v.boolean(), v.null()],
  'is not a string, number, boolean or null',
)
const path = v.pipe(
  v.union([name, v.array(name)], 'is neither a path nor a list of keys'),
  v.rawCheck(({ dataset, addIssue }) => {
    const mistake = dataset.typed ? findPathMistake(dataset.value) : null
    if (mistake !== null) addIssue({ message: mistake })
  }),
)
/** To what is within one element, or to a value that goes: the last step is a key. */
const pathToKey = v.pipe(
  path,
  v.check(
    (input) => pathSteps(input).at(-1) !== null,
    'ends at the elements: a path to scrub ends at a key; without the last `[]` the array goes',
  ),
)
const pathToArray = v.pipe(
  path,
  v.check(
    (input) => pathSteps(input).at(-1) !== null,
    'ends at the elements: it names the array, so leave out the last `[]`',
  ),
)
const pathInElement = v.pipe(
  path,
  v.check(
    (input) => !pathSteps(input).includes(null),
    'leads through an array: `path` names every array on the way, as in `path: "[].list"`, and `element` what is inside an element',
  ),
)
const userReference = strict({ user: name })
const through = strict({ table: name, key: name, rule: v.optional(name) })
const nativeIdType = v.picklist(['objectId', 'uuid'])
const form = {
  form: v.optional(v.picklist(['objectId', 'uuid', 'string'])),
  prefix: v.optional(name),
}
const target = {
  equals: v.optional(userReference),
  through: v.optional(through),
  ...form,
  suffix: v.optional(name),
}

const anyCase = { ignoreCase: v.optional(v.literal(true)) }

const way = v.lazy((input) => {
  if (typeof input === 'string') return name
  if (hasKey(input, 'json')) return strict({ json: name, path, ...target, ...anyCase })
  if (hasKey(input, 'array')) {
    const paths = { path: v.optional(pathToArray), element: v.optional(pathInElement) }
    return strict({ array: name, ...paths, ...target, ...anyCase })
  }
  const asText = { inText: v.optional(v.literal(true)), ...anyCase }
  return strict({ column: name, ...target, ...asText })
})

const match = v.lazy((input) =>
  Array.isArray(input) ? v.pipe(v.array(way), v.minLength(1, 'is an empty list')) : way,
)

const where = record(
  v.union(
    [scalar, v.pipe(v.array(scalar), v.minLength(1, 'is an empty list'))],
    'is neither a value nor a list of values',
  ),
)

const setValue = v.lazy((input) => {
  if (hasKey(input, 'scrub')) {
    return strict({ scrub: v.pipe(v.array(pathToKey), v.minLength(1, 'is an empty list')) })
  }
  const affixes = { prefix: v.optional(v.string()), suffix: v.optional(v.string()) }
  if (hasKey(input, 'pseudonym')) {
    return strict({ pseudonym: userReference, ...affixes })
  }
  if (hasKey(input, 'randomToken')) {
    return strict({ randomToken: v.literal(true), ...affixes })
  }
  if (hasKey(input, 'pull')) {
    const paths = { path: v.optional(pathToArray), element: v.optional(pathInElement) }
    return strict({ pull: userReference, ...paths, ...form, ...anyCase })
  }
  return scalar
})

const set = v.pipe(
  record(setValue),
  v.check((columns) => Object.keys(columns).length > 0, 'names no column'),
)

const secret = v.pipe(v.array(name), v.minLength(1, 'is an empty list'))

const matching = {
  match,
  where: v.optional(where),
  tenant: v.optional(name),
  acrossTenants: v.optional(v.literal(true)),
  evenIfShared: v.optional(v.literal(true)),
  name: v.optional(name),
  secret: v.optional(secret),
}
const event = v.optional(name)

const rule = v.pipe(
  ownKeys,
  v.variant('action', [
    v.strictObject({
      action: v.literal('delete'),
      ...matching,
      grantsAccess: v.optional(v.literal(true)),
      reason: v.optional(reason),
      event,
    }),
    v.strictObject({ action: v.literal('anonymize'), ...matching, reason, set, event }),
    v.strictObject({
      action: v.literal('detach'),
      ...matching,
      to: v.optional(v.literal('ghost')),
      reason: v.optional(reason),
      event,
    }),
    v.strictObject({
      action: v.literal('retain'),
      ...matching,
      reason,
      set: v.optional(set),
      for: v.optional(v.string()),
      then: v.optional(v.picklist(['delete', 'anonymize'])),
      thenSet: v.optional(set),
      event,
    }),
    v.strictObject({
      action: v.literal('block'),
      ...matching,
      reason: v.optional(reason),
      remedy: v.optional(reason),
    }),
    v.strictObject({
      action: v.literal('external'),
      ...matching,
      match: v.optional(match),
      reason,
    }),
  ]),
)

const rules = v.pipe(v.array(rule), v.minLength(1, 'is an empty list'))
const precedence = v.array(v.picklist(['block', 'retain', 'anonymize', 'detach', 'delete']))

const table = v.lazy((input) => {
  if (Array.isArray(input)) return rules
  if (hasKey(input, 'rules')) return strict({ rules, precedence })
  if (hasKey(input, 'action') || hasKey(input, 'match')) return rule
  return v.literal('unrelated', 'is neither a rule, a list of rules, nor "unrelated"')
})

const reservation = strict({ for: v.string(), ...anyCase })

const user = strict({
  table: name,
  id: name,
  idType: v.optional(nativeIdType),
  tenant: v.optional(name),
  createdAt: v.optional(name),
  fields: v.optional(record(name)),
  ghost: v.optional(
    strict({
      id: v.union([v.pipe(v.string(), v.nonEmpty()), v.pipe(v.number(), v.safeInteger())]),
    }),
  ),
  status: v.optional(
    strict({
      disabled: record(scalar),
      active: v.optional(record(scalar)),
    }),
  ),
  reserve: v.optional(
    v.pipe(
      record(v.lazy((input) => (typeof input === 'string' ? v.string() : reservation))),
      v.check((fields) => Object.keys(fields).length > 0, 'names no field'),
    ),
  ),
  secret: v.optional(secret),
  action: v.optional(v.picklist(['delete', 'anonymize'])),
  reason: v.optional(reason),
  set: v.optional(set),
})

const check = strict({
  table: name,
  match: name,
  where: v.optional(where),
  within: name,
  effect: v.picklist(['block', 'warn']),
  remedy: reason,
})

const policy = strict({
  name,
  version: v.pipe(v.number(), v.safeInteger()),
  user,
  audit: v.optional(strict({ table: name, entry: record(scalar) })),
  tables: record(table),
  tenant: v.optional(
    strict({
      table: v.optional(name),
      id: v.optional(name),
      tables: record(table),
    }),
  ),
  checks: v.optional(record(check)),
})

export interface ShapeMistake {
  readonly path: string
  readonly message: string
}

/** The first mistake in the shape of a policy, or of one check; `null` when there is none. */
export function findShapeMistake(input: unknown): ShapeMistake | null {
  return firstIssue(v.safeParse(policy, input))
}

export function findCheckMistake(input: unknown): ShapeMistake | null {
  return firstIssue(v.safeParse(check, input))
}

function firstIssue(result: v.SafeParseResult<v.GenericSchema>): ShapeMistake | null {
  if (result.success) return null
  const issue = result.issues[0]
  const keys = (issue.path ?? []).map((item) =>
    typeof item.key === 'number' ? `[${item.key}]` : `.${String(item.key)}`,
  )
  return { path: keys.join('').replace(/^\./, ''), message: explain(issue) }
}

function explain(issue: v.BaseIssue<unknown>): string {
  if (issue.kind === 'validation') return issue.message
  if (issue.type === 'strict_object' && issue.expected === 'never') return 'is not a known key'
  if (issue.received === 'undefined') return 'is missing'
  if (issue.message.startsWith('Invalid')) return `should be ${issue.expected}`
  return issue.message
}

function hasKey(input: unknown, key: string): boolean {
  return typeof input === 'object' && input !== null && Object.hasOwn(input, key)
}
