/**
 * Many rules of mixed action on one table.
 *
 * @module
 */
import type { PolicyInput, RuleInput } from '../../src/index.ts'

const COLUMNS = 10

/** Creates the tables that the rules are about. */
export const MIXED_SCHEMA = `
CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, status TEXT);
CREATE TABLE things (id TEXT PRIMARY KEY, kind TEXT, ${columnsSql()});
${indexesSql()}`

/** By ten columns and as many kinds of rows as there are rules, every action in turn. */
export function mixedPolicy(rules: number): PolicyInput {
  return {
    name: 'mixed',
    version: 1,
    user: { table: 'users', id: 'id', fields: { email: 'email' } },
    tables: { things: Array.from({ length: rules }, (_, index) => ruleAt(index)) },
  }
}

/** Each action by each of the columns. */
function ruleAt(index: number): RuleInput {
  const column = Math.floor(index / 5) % COLUMNS
  const matching = {
    match: `owner${column}`,
    where: { kind: [`kind${index}`, `kind${index + 7}`] },
  }
  const set = { [`note${column}`]: null }
  const reason = 'kept by law'
  const rules: readonly RuleInput[] = [
    { ...matching, action: 'delete' },
    { ...matching, action: 'detach' },
    { ...matching, action: 'anonymize', reason, set },
    { ...matching, action: 'retain', reason, set },
    { ...matching, action: 'block', remedy: 'settle it first' },
  ]
  return rules[index % rules.length] ?? { ...matching, action: 'delete' }
}

function columnsSql(): string {
  return [...Array(COLUMNS).keys()]
    .map((column) => `owner${column} TEXT, note${column} TEXT`)
    .join(', ')
}

function indexesSql(): string {
  return [...Array(COLUMNS).keys()]
    .map((column) => `CREATE INDEX things_owner${column} ON things (owner${column});`)
    .join('\n')
}
