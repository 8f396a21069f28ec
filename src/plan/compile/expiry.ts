/**
 * What happens at the end of a retention, as programs: the retained steps turned into what their rules say
 * comes then.
 *
 * @module
 */

import { sha256 } from '../../ports.ts'
import { parentTablesOf, writesKeptRows } from '../../program/columns/touches.ts'
import type { Program, Step } from '../../program/program.ts'
import { neverEndsBefore } from '../../program/retention-term.ts'
import type { DatabaseSchema } from '../../program/schema.ts'
import type { CompiledPolicy } from './compile-policy.ts'
import { fitSteps } from './fit-schema.ts'
import { markReferences } from './mark-references.ts'
import { orderSteps } from './order-steps.ts'

/** A retained step whose retention has an end. */
export interface RetainedStep extends Step {
  readonly retention: {
    readonly term: string
    readonly then: 'delete' | 'anonymize'
    readonly thenSet: Step['set']
  }
}

/** The end of one retained step. */
export interface Expiry {
  /** Id of the retained step. */
  readonly stepId: string
  readonly table: string
  readonly action: 'delete' | 'anonymize'
  /** How long rows stay, counted from the deletion. */
  readonly term: string
  /** Runs for users who are gone: of their fields only the id is known. */
  readonly program: Program
  /** Over what the program does: another rule under the same id starts from the beginning. */
  readonly fingerprint: string
  /** Expiries that find their rows through what this one removes or overwrites, so it stays behind them. */
  readonly after: readonly string[]
}

/** The expiries of a policy, children before parents. Pure. */
export function buildExpiries(
  compiled: CompiledPolicy,
  digest: string,
  schema: DatabaseSchema | null,
): readonly Expiry[] {
  const steps = fitSteps(markReferences(compiled.user, compiled.steps, schema), schema)
  const retained = steps.filter(hasEnd)
  const terms = new Map(retained.map((step) => [step.id, step.retention.term]))
  const ordered = orderSteps(
    retained.map((step) => expiryStep(step, steps)),
    schema,
  )
  return ordered.flatMap((step, place): readonly Expiry[] => {
    const term = terms.get(step.id)
    if (term === undefined) return []
    // References that have to be cut first stand before the step as steps of their own.
    const cut = ordered.filter(({ id }) => id === step.id || id.startsWith(`${step.id}/unlink:`))
    const late = retained.flatMap((other) => lateSteps(other, step, steps))
    const own = late.length === 0 ? cut : orderSteps([...late, ...cut], schema)
    const { user, derived } = compiled
    const stamp = schema?.stamp === undefined ? {} : { schemaStamp: schema.stamp }
    const program = { digest, ...stamp, user, steps: own, checks: [], audit: null, derived }
    return [
      {
        stepId: step.id,
        table: step.table,
        action: step.action === 'delete' ? 'delete' : 'anonymize',
        term,
        program,
        fingerprint: sha256([...late, step].map((one) => fingerprintText(one, derived)).join('\n')),
        after: ordered
          .slice(0, place)
          .filter((earlier) => hasParent(earlier, step))
          .map(({ id }) => id),
      },
    ]
  })
}

export function hasEnd(step: Step): step is RetainedStep {
  return step.retention?.term != null && step.retention.then !== null
}

/** Retained steps of the same table that keep a row longer than this one. */
export function outlasting(step: RetainedStep, steps: readonly Step[]): readonly Step[] {
  return steps.filter(
    (other) =>
      other !== step &&
      other.table === step.table &&
      other.retention !== null &&
      stays(other, step),
  )
}

/** A row that two retained rules have stays as long as either wants it; at the same end, anonymized. */
function stays(other: Step, step: RetainedStep): boolean {
  if (!hasEnd(other)) return true
  const [its, own] = [other.retention, step.retention]
  const isLater = !neverEndsBefore(own.term, its.term)
  const isEarlier = !neverEndsBefore(its.term, own.term)
  if (isLater !== isEarlier) return isLater
  return its.then === 'anonymize' && own.then === 'delete'
}

/** Rules whose rows are left as they are at the end of this one: they retain for longer, or are stronger. */
export function keepingOn(step: RetainedStep, steps: readonly Step[]): readonly Step[] {
  const stronger = steps.filter(
    (other) =>
      other.table === step.table &&
      other.action !== 'retain' &&
      writesKeptRows(other) &&
      (other.rank ?? 0) < (step.rank ?? 0),
  )
  return [...stronger, ...outlasting(step, steps)]
}

/**
 * What a shorter retention has put off because of a longer one, at the end of that one: on rows of both, what the
 * shorter one overwrites as well.
 */
function lateSteps(shorter: RetainedStep, step: Step, steps: readonly Step[]): readonly Step[] {
  const longer = steps.filter(hasEnd).find(({ id }) => id === step.id)
  if (longer === undefined) return []
  const isPutOff = outlasting(shorter, steps).includes(longer)
  if (!isPutOff || [shorter, longer].some(({ retention }) => retention.then === 'delete')) return []
  const own = expiryStep(shorter, steps)
  const others = keepingOn(longer, steps).flatMap(({ ways }) => ways)
  const unlessBoth = shorter.ways.map((way) => ({ ...way, unless: longer.ways }))
  const except = [...shorter.except, ...unlessBoth, ...others]
  return [{ ...own, id: `${longer.id}/also:${shorter.id}`, except }]
}

function expiryStep(step: RetainedStep, steps: readonly Step[]): Step {
  const { then, thenSet } = step.retention
  const { outdone: _, ...rest } = step
  return {
    ...rest,
    action: then,
    set: then === 'anonymize' ? thenSet : [],
    except: [...step.except, ...keepingOn(step, steps).flatMap(({ ways }) => ways)],
    access: false,
    event: null,
    retention: null,
  }
}

function hasParent(step: Step, { table }: Step): boolean {
  return step.action !== 'unlink' && parentTablesOf(step).has(table)
}

/** What the step does and to which rows; not its reason, nor how long the rows are retained. */
function fingerprintText(
  { table, action, ways, except, set }: Step,
  derived: Program['derived'],
): string {
  const values = set.map((assignment) =>
    assignment.kind === 'derived' ? [assignment, derived[assignment.index]] : assignment,
  )
  // Of one way as it was when there was no more than one.
  const found = ways.length === 1 ? ways[0] : ways
  return JSON.stringify([table, action, found, except, values], leaveOutDefaults)
}

/** What a rule does not use leaves no trace, so that a fingerprint outlives what rules learn to say. */
function leaveOutDefaults(key: string, value: unknown): unknown {
  // What the schema tells is none of the rule.
  if (key === 'eitherType' || key === 'collation') return undefined
  return value === null && (key === 'element' || key === 'form') ? undefined : value
}
