import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { callStatements } from '../../worlds/sql/call-statements.ts'
import { GOLDEN_POLICIES } from '../../worlds/sql/golden-policies.ts'
import { recordStatements } from '../../worlds/sql/record-statements.ts'
import { secondDialect } from '../../worlds/sql/second-dialect.ts'
import { type NamedStatement, statementsOf } from '../../worlds/sql/sql-statements.ts'

/** What only SQLite understands. */
const WORDS_OF_SQLITE: readonly (readonly [string, RegExp])[] = [
  ['functions for JSON', /\bjson_?(each|tree|extract|valid|type|set|replace|remove|quote)?\(/],
  ['row ids', /\browid\b/],
  ['its main schema', /\bmain\./],
  ['a conflict clause', /\bOR (ABORT|IGNORE|REPLACE|FAIL)\b/],
  ['its collations', /\bCOLLATE "?(BINARY|NOCASE|RTRIM)\b/],
  ['equality with NULL', /\bIS (NOT )?(?!NOT\b|NULL\b|TRUE\b|FALSE\b|DISTINCT FROM\b)/],
  ['types of values', /\btypeof\(/],
  ['patterns', /\bGLOB\b/],
  ['positions', /\binstr\(/],
  ['characters by their number', /\bchar\(/],
  ['bytes', /\bx'/],
  ['a condition on a cross join', /\bCROSS JOIN (?:(?!\b(?:JOIN|WHERE)\b).)* ON\b/],
  ['numbers for truth', /\b(THEN|ELSE|WHEN|AND|OR|NOT) [01]\b/],
]

describe('the statements of a second SQL', () => {
  for (const { name, fit } of GOLDEN_POLICIES) {
    it(`hold no word of SQLite, of the policy "${name}"`, async () => {
      const fitted = await fit()
      const statements = statementsOf(secondDialect, fitted)
      assert.ok(statements.length > 0)
      for (const one of [...statements, ...callStatements(secondDialect, fitted)]) {
        assertForeign(one)
      }
    })
  }

  it('hold no word of SQLite, of records', () => {
    for (const one of recordStatements(secondDialect)) assertForeign(one)
  })

  it('name values by the types of their columns', async () => {
    const odd = GOLDEN_POLICIES.find(({ name }) => name === 'odd')
    assert.ok(odd !== undefined)
    const statements = new Map(statementsOf(secondDialect, await odd.fit()))
    assert.match(statements.get('find user rows') ?? '', /CAST\(value AS INTEGER\)/)
    assert.match(
      statements.get('owners#0 delete: count by value') ?? '',
      /CAST\(value AS INTEGER\)/,
    )
  })
})

function assertForeign([name, sql]: NamedStatement): void {
  const text = sql.replaceAll(/"(?:[^"]|"")*"/g, 'name')
  for (const [what, pattern] of WORDS_OF_SQLITE) {
    assert.doesNotMatch(text, pattern, `${name} holds ${what}: ${text}`)
  }
  for (const rest of behindSubqueries(text)) {
    assert.match(
      rest,
      /^ AS \w/,
      `${name} has a SELECT in the place of a table without a name: ${text}`,
    )
  }
}

/** What stands behind each SELECT that is in the place of a table. */
function behindSubqueries(sql: string): readonly string[] {
  const text = sql.replaceAll(/'(?:[^']|'')*'/g, "''")
  return [...text.matchAll(/(?:FROM|JOIN) \((?:SELECT|WITH)\b/g)].map(({ 0: found, index }) => {
    let end = index + found.indexOf('(') + 1
    for (let depth = 1; depth > 0 && end < text.length; end += 1) {
      depth += Number(text[end] === '(') - Number(text[end] === ')')
    }
    return text.slice(end)
  })
}
