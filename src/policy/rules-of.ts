/**
 * The one place that knows the four ways of writing a table's entry.
 *
 * @module
 */
import type { Action, RuleInput, TableInput } from './policy.ts'

/** A table's rules as a list; empty for `'unrelated'`. */
export function rulesOf(entry: TableInput): readonly RuleInput[] {
  if (entry === 'unrelated') return []
  if (isList(entry)) return entry
  return 'rules' in entry ? entry.rules : [entry]
}

const PRECEDENCE: readonly Action[] = ['block', 'retain', 'anonymize', 'delete', 'detach']

/**
 * Which action decides where rules meet on one row, the strongest first: what keeps a row goes before what deletes
 * it, and a row that goes needs no reference cut.
 */
export function precedenceOf(entry: TableInput): readonly Action[] {
  return typeof entry !== 'string' && 'precedence' in entry ? entry.precedence : PRECEDENCE
}

function isList(entry: TableInput): entry is readonly RuleInput[] {
  return Array.isArray(entry)
}
