/**
 * What stands in a drafted policy where a person has yet to decide.
 *
 * @module
 */
import type { RuleInput, TableInput } from './policy.ts'

/** A question in the place of a rule, or of a table's whole entry. Neither compiles there. */
export interface Undecided {
  readonly undecided: string
  readonly proposal: TableInput
}

/**
 * Marks a line of a drafted policy that nobody has decided yet. In a policy it does not compile, and
 * `definePolicy` refuses it with the question: put the proposal, or something better, in its place.
 *
 * @example
 * const invitations = undecided('Is the address spelt as it is in users?', {
 *   match: { column: 'email', equals: { user: 'email' } },
 *   action: 'delete',
 * })
 */
export function undecided(question: string, proposal: RuleInput | 'unrelated'): Undecided {
  return { undecided: question, proposal }
}

/** The first line that is not decided; `null` when all are. Looks at what may have any shape. */
export function findUndecided(
  policy: unknown,
): { readonly path: string; readonly question: string } | null {
  for (const part of ['tables', 'tenant.tables']) {
    const tables = part.split('.').reduce(property, policy)
    if (typeof tables !== 'object' || tables === null) continue
    for (const [table, entry] of Object.entries(tables)) {
      const found = findInEntry(`${part}.${table}`, entry)
      if (found !== null) return found
    }
  }
  return null
}

function findInEntry(path: string, entry: unknown) {
  const rules: unknown = Array.isArray(entry) ? entry : property(entry, 'rules')
  const lines: readonly unknown[] = Array.isArray(rules) ? rules : [entry]
  for (const [index, line] of lines.entries()) {
    const question = property(line, 'undecided')
    if (typeof question !== 'string') continue
    return { path: lines.length === 1 ? path : `${path}[${index}]`, question }
  }
  return null
}

function property(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined
}
