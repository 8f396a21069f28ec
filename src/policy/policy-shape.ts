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
const userReference = v.strictObject({ user: name })
const through = v.strictObject({ table: name, key: name, rule: v.optional(name) })
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

const match = v.lazy((input) => {
  if (typeof input === 'string') return name
  if (hasKey(input, 'json')) return v.strictObject({ json: name, path, ...target, ...anyCase })
  if (hasKey(input, 'array')) {
    const paths = { path: v.optional(pathToArray), element: v.optional(pathInElement) }
    return v.strictObject({ array: name, ...paths, ...target, ...anyCase })
  }
  const asText = { inText: v.optional(v.literal(true)), ...anyCase }
  return v.strictObject({ column: name, ...target, ...asText })
})

const where = v.record(
  name,
  v.union(
    [scalar, v.pipe(v.array(scalar), v.minLength(1, 'is an empty list'))],
    'is neither a value nor a list of values',
  ),
)

const setValue = v.lazy((input) => {
  if (hasKey(input, 'scrub')) {
    return v.strictObject({ scrub: v.pipe(v.array(pathToKey), v.minLength(1, 'is an empty list')) })
  }
  const affixes = { prefix: v.optional(v.string()), suffix: v.optional(v.string()) }
  if (hasKey(input, 'pseudonym')) {
    return v.strictObject({ pseudonym: userReference, ...affixes })
  }
  if (hasKey(input, 'randomToken')) {
    return v.strictObject({ randomToken: v.literal(true), ...affixes })
  }
  if (hasKey(input, 'pull')) {
    const paths = { path: v.optional(pathToArray), element: v.optional(pathInElement) }
    return v.strictObject({ pull: userReference, ...paths, ...form, ...anyCase })
  }
  return scalar
})

const set = v.pipe(
  v.record(name, setValue),
  v.check((columns) => Object.keys(columns).length > 0, 'names no column'),
)

const matching = {
  match,
  where: v.optional(where),
  tenant: v.optional(name),
  acrossTenants: v.optional(v.literal(true)),
  evenIfShared: v.optional(v.literal(true)),
  name: v.optional(name),
}
const event = v.optional(name)

const rule = v.variant('action', [
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
])

const rules = v.pipe(v.array(rule), v.minLength(1, 'is an empty list'))
const precedence = v.array(v.picklist(['block', 'retain', 'anonymize', 'detach', 'delete']))

const table = v.lazy((input) => {
  if (Array.isArray(input)) return rules
  if (hasKey(input, 'rules')) return v.strictObject({ rules, precedence })
  if (hasKey(input, 'action') || hasKey(input, 'match')) return rule
  return v.literal('unrelated', 'is neither a rule, a list of rules, nor "unrelated"')
})

const user = v.strictObject({
  table: name,
  id: name,
  idType: v.optional(nativeIdType),
  tenant: v.optional(name),
  createdAt: v.optional(name),
  fields: v.optional(v.record(name, name)),
  ghost: v.optional(
    v.strictObject({
      id: v.union([v.pipe(v.string(), v.nonEmpty()), v.pipe(v.number(), v.safeInteger())]),
    }),
  ),
  status: v.optional(
    v.strictObject({
      disabled: v.record(name, scalar),
      active: v.optional(v.record(name, scalar)),
    }),
  ),
  action: v.optional(v.picklist(['delete', 'anonymize'])),
  reason: v.optional(reason),
  set: v.optional(set),
})

const check = v.strictObject({
  table: name,
  match: name,
  where: v.optional(where),
  within: name,
  effect: v.picklist(['block', 'warn']),
  remedy: reason,
})

const policy = v.strictObject({
  name,
  version: v.pipe(v.number(), v.safeInteger()),
  user,
  audit: v.optional(v.strictObject({ table: name, entry: v.record(name, scalar) })),
  tables: v.record(name, table),
  tenant: v.optional(
    v.strictObject({
      table: v.optional(name),
      id: v.optional(name),
      tables: v.record(name, table),
    }),
  ),
  checks: v.optional(v.record(name, check)),
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
