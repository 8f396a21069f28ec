/**
 * Two oracles over raw reads, worked out from policy and rows alone and without a line of the engine's matching.
 *
 * 1. Rows that no rule finds for the deleted users are as they were; others differ in the columns that one of their
 *    rules names, and within JSON in what these rules name there.
 * 2. Nothing that tells who went is left where a rule finds it, but for what the policy keeps.
 *
 * @module
 */
import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { pathSteps } from '../../../src/policy/json-path.ts'
import type { RuleInput, SetValue, WayInput } from '../../../src/policy/policy.ts'
import { type OddPolicy, oddPolicyOf } from './generated-odd-policy.ts'
import { type OddSnapshot, type OddStored, type StoredJson, TAG } from './generated-odd-tables.ts'
import type { OddWorld } from './generated-odd-world.ts'

export interface OddChange {
  readonly world: OddWorld
  readonly before: OddSnapshot
  readonly after: OddSnapshot
  /** Whether a deletion may stop half way, so that named users may have lost rows and still be there. */
  readonly named: ReadonlySet<unknown>
}

/** What the oracles have seen, so that a test can tell that there was something to see. */
export interface Seen {
  gone: number
  matched: number
  kept: number
  shared: number
  written: number
}

export function checkOddChange(change: OddChange, seen: Seen): void {
  const policy = oddPolicyOf(change.world)
  const users = change.before['users'] ?? []
  const left = new Set((change.after['users'] ?? []).map(({ rid }) => rid))
  const gone = users.filter(({ rid }) => !left.has(rid))
  const touched = users.filter(
    (user) =>
      !left.has(user['rid']) || (change.world.maxRows === 2 && change.named.has(user['id'])),
  )
  seen.gone += gone.length
  const scene: Scene = { ...change, policy, gone, touched, seen }
  for (const [user, now] of users.flatMap((user) => {
    const now = change.after['users']?.find(({ rid }) => rid === user['rid'])
    return now === undefined ? [] : [[user, now] as const]
  })) {
    const { status: _, ...own } = user
    const { status: __, ...same } = now
    assert.deepEqual(same, own, 'the row of a user who stays has changed')
  }
  for (const table of Object.keys(policy.tables)) checkTable(scene, table)
}

interface Scene extends OddChange {
  readonly policy: OddPolicy
  readonly gone: readonly OddStored[]
  readonly touched: readonly OddStored[]
  readonly seen: Seen
}

function checkTable(scene: Scene, table: string): void {
  const after = new Map((scene.after[table] ?? []).map((row) => [row['rid'], row]))
  for (const row of scene.before[table] ?? []) {
    const now = after.get(row['rid'])
    after.delete(row['rid'])
    checkOwned(scene, table, row, now)
    for (const user of scene.gone) checkNothingLeft(scene, table, { row, now, user })
  }
  assert.equal(after.size, 0, `${table} has rows that nobody inserted`)
}

/** The first oracle. */
function checkOwned(scene: Scene, table: string, row: OddStored, now: OddStored | undefined): void {
  const { touched, gone, seen } = scene
  const place = `${table} ${row['rid']}`
  const rules = touched.flatMap((user) =>
    matched(scene, table, row, user).map((rule) => ({ rule, user })),
  )
  const keyed = pulledAlong(scene, table, row)
  if (now === undefined) {
    const isExcused = rules.some(({ rule }) => rule.action === 'delete') || keyed === 'cascade'
    assert.ok(isExcused, `${place} went, and belongs to nobody who did`)
    return
  }
  const columns = new Set(rules.flatMap(({ rule }) => columnsOf(rule)))
  for (const [column, value] of Object.entries(row)) {
    if (isDeepStrictEqual(now[column], value)) continue
    seen.written += 1
    const isExcused =
      columns.has(column) || (column === 'owner' && now['owner'] === null && keyed === 'set_null')
    assert.ok(isExcused, `${place} changed in ${column}, which no rule for it names`)
  }
  if (!isJson(row['doc']) || !isJson(now['doc'])) return
  assert.equal(now['doc'].form, row['doc'].form, `${place} keeps its JSON in another form`)
  // Several users wipe each other's ways to the row, and half a deletion has done half of it.
  const [user] = gone
  if (touched.length > 1 || user === undefined) return
  const expected = rules.reduce<unknown>(
    (json, { rule }) => written(json, rule, user),
    structuredClone(row['doc'].json),
  )
  assert.deepEqual(
    withoutNulls(now['doc'].json),
    withoutNulls(expected),
    `${place} differs within its document in more than its rules name, or in less`,
  )
}

interface Site {
  readonly row: OddStored
  readonly now: OddStored | undefined
  readonly user: OddStored
}

/** The second oracle. */
function checkNothingLeft(scene: Scene, table: string, { row, now, user }: Site): void {
  const { gone, seen } = scene
  const rules = matched(scene, table, row, user)
  seen.matched += rules.length
  if (rules.length === 0) return
  const isAlone = gone.length === 1 && scene.touched.length === 1
  const place = `${table} ${row['rid']}`
  const isKept = rules.some(({ action }) => action === 'retain' || action === 'anonymize')
  const goes = rules.some((rule) => isAccess(rule)) || !isKept
  if (now === undefined) {
    const isExcused = !isAlone || goes || pulledAlong(scene, table, row) === 'cascade'
    assert.ok(isExcused, `${place} went, and a stronger rule keeps it`)
    return
  }
  for (const rule of rules) {
    const isThrough = typeof rule.match === 'object' && rule.match.through !== undefined
    // Several users at once: one may have cut another's way to the row.
    const isStill = isAlone || (!isThrough && finds(scene, rule, now, user))
    if (!isStill) continue
    if (rule.action === 'delete') {
      seen.kept += Number(!goes)
      assert.ok(!goes, `${place} is still there, and a rule deletes it`)
    }
    if (rule.action === 'detach' && !isThrough) {
      const isLeft = finds(scene, rule, now, user)
      assert.ok(!isLeft, `${place} still refers to the user, and a rule cuts that`)
    }
    for (const [column, value] of Object.entries(setOf(rule))) {
      if (typeof value === 'object' && value !== null) continue
      const strongest = rules.find((one) => one.action === 'retain' && column in setOf(one))
      const wanted = strongest === undefined ? value : setOf(strongest)[column]
      assert.equal(now[column], wanted, `${place} holds something else in ${column}`)
    }
  }
}

/** In these worlds a rule has one way to its rows. */
type Matching = Exclude<RuleInput, { readonly match?: never }> & { readonly match: WayInput }

function rulesOf({ tables }: OddPolicy, table: string): readonly Matching[] {
  const rules = tables[table]
  return Array.isArray(rules) ? (rules as readonly Matching[]) : []
}

function matched(
  scene: Scene,
  table: string,
  row: OddStored,
  user: OddStored,
): readonly Matching[] {
  return rulesOf(scene.policy, table).filter((rule) => finds(scene, rule, row, user))
}

function finds(scene: Scene, rule: Matching, row: OddStored, user: OddStored): boolean {
  if (rule.tenant !== undefined && row[rule.tenant] !== user['tenant']) return false
  const { match } = rule
  const held = located(row, match)
  if (typeof match === 'object' && match.through !== undefined) {
    const { table, key, rule: name } = match.through
    return (scene.before[table] ?? []).some(
      (parent) =>
        held.some((value) => value === parent[key]) &&
        matched(scene, table, parent, user).some((one) => one.name === name),
    )
  }
  const field = typeof match === 'string' ? 'id' : (match.equals?.user ?? 'id')
  const own = user[field]
  const wanted = typeof match === 'object' && match.prefix !== undefined ? TAG + own : own
  if (isBlank(own) || !held.some((value) => isSame(value, wanted))) return false
  const isElses = isShared(scene, rule, field, user)
  scene.seen.shared += Number(isElses)
  return !isElses
}

function isBlank(value: unknown): boolean {
  return value === null || (typeof value === 'string' && value.trim() === '')
}

/** Whether somebody who stays holds the value too, as far as the rule reaches. */
function isShared({ after }: Scene, rule: Matching, field: string, user: OddStored): boolean {
  if (field === 'id' || ('evenIfShared' in rule && rule.evenIfShared === true)) return false
  return (after['users'] ?? []).some(
    (other) =>
      other['rid'] !== user['rid'] &&
      other[field] === user[field] &&
      (rule.tenant === undefined || other['tenant'] === user['tenant']),
  )
}

/** A number in its digits is the text of those digits where the column has made one of the other. */
function isSame(held: unknown, wanted: unknown): boolean {
  if (held === null || held === undefined) return false
  if (typeof held === 'string' && typeof wanted === 'string') return held === wanted
  if (typeof held === 'object' || typeof held === 'boolean') return false
  return digits(held) === digits(wanted)
}

function digits(value: unknown): string {
  return Number.isInteger(value) ? String(BigInt(value as number)) : String(value)
}

function isAccess(rule: Matching): boolean {
  return rule.action === 'delete' && rule.grantsAccess === true
}

function setOf(rule: Matching): Readonly<Record<string, SetValue>> {
  return 'set' in rule ? (rule.set ?? {}) : {}
}

function columnsOf(rule: Matching): readonly string[] {
  return rule.action === 'detach' ? [columnOf(rule.match)] : Object.keys(setOf(rule))
}

function columnOf(match: WayInput): string {
  if (typeof match === 'string') return match
  if ('json' in match) return match.json
  return 'array' in match ? match.array : match.column
}

/** Values at the place that a rule looks at. */
function located(row: OddStored, match: WayInput): readonly unknown[] {
  const held = row[columnOf(match)]
  if (typeof match === 'string' || 'column' in match) return [held]
  if (!isJson(held)) return []
  const found = reached(held.json, match.path === undefined ? [] : pathSteps(match.path))
  if ('json' in match) return found
  const { element } = match
  return found.flatMap((list) =>
    !Array.isArray(list)
      ? []
      : element === undefined
        ? (list as readonly unknown[])
        : list.flatMap((one) => reached(one, pathSteps(element))),
  )
}

function reached(json: unknown, [step, ...rest]: readonly (string | null)[]): readonly unknown[] {
  if (step === undefined) return [json]
  if (step === null) return Array.isArray(json) ? json.flatMap((one) => reached(one, rest)) : []
  return isObject(json) ? reached(json[step], rest) : []
}

/** The document after everything that a rule writes into it. */
function written(json: unknown, rule: Matching, user: OddStored): unknown {
  const isOwn = (value: unknown): boolean => isSame(value, user[fieldOf(rule.match)])
  const { match } = rule
  if (rule.action === 'detach' && typeof match === 'object' && !('column' in match)) {
    const path = match.path === undefined ? [] : pathSteps(match.path)
    if ('json' in match) return changed(json, path, (value) => (isOwn(value) ? null : value))
    return pulled(json, path, match.element, isOwn)
  }
  const value = setOf(rule)['doc']
  if (typeof value !== 'object' || value === null) return json
  if ('scrub' in value) {
    return value.scrub.reduce<unknown>(
      (doc, path) => changed(doc, pathSteps(path), () => null),
      json,
    )
  }
  if (!('pull' in value)) return json
  const isId = (one: unknown): boolean => isSame(one, user['id'])
  return pulled(json, value.path === undefined ? [] : pathSteps(value.path), value.element, isId)
}

function fieldOf(match: WayInput): string {
  return typeof match === 'string' ? 'id' : (match.equals?.user ?? 'id')
}

function pulled(
  json: unknown,
  path: readonly (string | null)[],
  element: Parameters<typeof pathSteps>[0] | undefined,
  isOwn: (value: unknown) => boolean,
): unknown {
  const steps = element === undefined ? [] : pathSteps(element)
  return changed(json, path, (list) =>
    Array.isArray(list) ? list.filter((one) => !reached(one, steps).some(isOwn)) : list,
  )
}

function changed(
  json: unknown,
  [step, ...rest]: readonly (string | null)[],
  change: (value: unknown) => unknown,
): unknown {
  if (step === undefined) return change(json)
  if (step === null) {
    return Array.isArray(json) ? json.map((one) => changed(one, rest, change)) : json
  }
  return isObject(json) && step in json
    ? { ...json, [step]: changed(json[step], rest, change) }
    : json
}

/** What is removed and what is null are told apart elsewhere. */
function withoutNulls(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(withoutNulls)
  if (!isObject(json)) return json
  const entries = Object.entries(json).filter(([, value]) => value !== null)
  return Object.fromEntries(entries.map(([key, value]) => [key, withoutNulls(value)]))
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isJson(value: OddStored[string] | undefined): value is StoredJson {
  return typeof value === 'object' && value !== null
}

/** What the foreign key of `owner` does to a row by itself. */
function pulledAlong({ world, gone }: Scene, table: string, row: OddStored): string | null {
  const { key } = world.tables[Number(table.slice(1))] ?? { key: null }
  if (!world.enforced || key === null) return null
  return gone.some((user) => isSame(row['owner'], user['id'])) ? key : null
}
