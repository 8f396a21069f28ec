/**
 * The statements that policies are made into stay as they are, to the letter. Each policy has its file under
 * `golden/`, one statement a paragraph.
 *
 * To write the files anew after a change that is meant: `WRITE_GOLDEN=1 node --import tsx --test` with this file.
 */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { relationOf } from '../../../adapters/sql/selectors/users-sql.ts'
import { sqliteDialect } from '../../../adapters/sqlite/sql/dialect.ts'
import { callStatements } from '../../worlds/sql/call-statements.ts'
import { GOLDEN_POLICIES } from '../../worlds/sql/golden-policies.ts'
import { recordStatements } from '../../worlds/sql/record-statements.ts'
import { type NamedStatement, statementsOf } from '../../worlds/sql/sql-statements.ts'

const IS_WRITTEN = process.env['WRITE_GOLDEN'] !== undefined

describe('the statements of SQLite', () => {
  for (const { name, unlike, fit } of GOLDEN_POLICIES) {
    it(`are those that are kept, of the policy "${name}"`, async () => {
      const fitted = await fit()
      const users = relationOf(sqliteDialect, fitted.program)
      const all = [...statementsOf(sqliteDialect, fitted), ...callStatements(sqliteDialect, fitted)]
      compare(name, withUsersOnce(users, all), unlike)
    })
  }

  it('are those that are kept, of records', () => {
    compare('records', recordStatements(sqliteDialect))
  })
})

function compare(name: string, statements: readonly NamedStatement[], unlike?: string): void {
  const others = new Set(unlike === undefined ? [] : paragraphsIn(unlike))
  const own = statements.filter((statement) => !others.has(paragraph(statement)))
  if (IS_WRITTEN) writeFileSync(fileOf(name), own.map(paragraph).join('\n'))
  const kept = paragraphsIn(name)
  for (const [place, statement] of own.entries()) {
    const message = `${name}: "${statement[0]}" is another statement`
    assert.equal(paragraph(statement), kept[place], message)
  }
  assert.equal(own.length, kept.length, `${name}: statements are missing at the end`)
}

function paragraphsIn(name: string): readonly string[] {
  return readFileSync(fileOf(name), 'utf8').split(/^\n/m)
}

function fileOf(name: string): string {
  return path.join(import.meta.dirname, 'golden', `${name}.sql`)
}

/** Many statements begin with the users as a relation. */
function withUsersOnce(
  users: string,
  statements: readonly NamedStatement[],
): readonly NamedStatement[] {
  const once = statements.map(
    ([name, sql]): NamedStatement => [name, sql.replace(users, '{users}')],
  )
  return [['{users}', users], ...once]
}

function paragraph([name, sql]: NamedStatement): string {
  return `-- ${name}\n${sql.replaceAll('\n', '\\n')};\n`
}
