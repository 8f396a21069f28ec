/**
 * A drafted policy as the text of a module.
 *
 * @module
 */

import { saysOneOf, wordsOf } from '../words/name-words.ts'
import { type Code, type CodeProperty, codeOf, commentLines, print } from './print-code.ts'
import type { ProposedLine, ProposedTable } from './proposal.ts'
import type { DraftSchema } from './read-schema.ts'
import type { TableKind } from './table-kinds.ts'

export function printPolicy(
  name: string,
  schema: DraftSchema,
  tables: readonly ProposedTable[],
): string {
  const isAsking = tables.some(({ lines }) => lines.some(({ question }) => question !== null))
  const names = isAsking ? 'definePolicy, undecided' : 'definePolicy'
  const policy: Code = {
    properties: [
      { key: 'name', value: name },
      { key: 'version', value: 1 },
      { key: 'user', value: codeOf(userOf(schema)), comments: notesOnUsers(schema) },
      { key: 'tables', value: { properties: tables.map(propertyOf) } },
    ],
  }
  return `${HEADING}
import { ${names} } from 'user-deletion-engine'

${DECLARATION}${print({ call: 'definePolicy', args: [policy] }, 0, DECLARATION.length)}
`
}

const HEADING = commentLines(
  'Drafted from the schema. Read every line. Put a rule in the place of each `undecided`: until then this does not compile, and `definePolicy` refuses it.',
  0,
).join('\n')

const DECLARATION = 'export const policy = '

function userOf(schema: DraftSchema): object {
  const { user, userId, idType, tenant, createdAt, email } = schema
  return {
    ...{ table: user.name, id: userId },
    ...(idType === null ? {} : { idType }),
    ...(tenant === null ? {} : { tenant }),
    ...(createdAt === null ? {} : { createdAt }),
    ...(email === null ? {} : { fields: { email } }),
  }
}

/** What a policy can say of the users and a schema cannot. */
function notesOnUsers({ user }: DraftSchema): readonly string[] {
  const states = user.columns.filter(({ name }) => saysOneOf(wordsOf(name), STATES))
  const names = states.map(({ name }) => `\`${name}\``).join(', ')
  return states.length === 0 ? [] : [`\`status\` may say how a disabled user looks: ${names}.`]
}

const STATES: readonly string[] = ['status', 'state', 'disabled', 'banned', 'active', 'suspended']

function propertyOf(table: ProposedTable): CodeProperty {
  const { lines, precedence } = table
  const [first] = lines
  const rules = lines.length === 1 && first !== undefined ? lineOf(first) : lines.map(lineOf)
  return {
    key: table.table,
    comments: [noteOn(table)],
    value:
      precedence === null
        ? rules
        : {
            properties: [
              { key: 'rules', value: rules },
              { key: 'precedence', value: [...precedence] },
            ],
          },
  }
}

function lineOf({ rule, question }: ProposedLine): Code {
  const code = codeOf(rule)
  return question === null ? code : { call: 'undecided', args: [question, code] }
}

/** What the proposal stands on. */
function noteOn({ kind, foreignKeys, lines }: ProposedTable): string {
  const keys = foreignKeys.map((column) => `\`${column}\``).join(', ')
  const byKey = foreignKeys.length === 0 ? '' : `Foreign key to the users: ${keys}.`
  const byName = KINDS[kind] === null ? '' : `${KINDS[kind]}, by its name.`
  const hasRules = lines.some(({ rule }) => rule !== 'unrelated')
  const said = [hasRules ? byName : '', byKey].filter((part) => part !== '').join(' ')
  if (said !== '') return said
  return hasRules ? 'By the names of its columns.' : 'No column names a user.'
}

const KINDS: Readonly<Record<TableKind, string | null>> = {
  access: 'Lets the user in',
  credential: 'Proves who the user is',
  part: 'Ties the user to something',
  invitation: 'Addressed to somebody',
  proof: 'May have to be shown later',
  log: 'Says what happened',
  money: 'Belongs to the books',
  other: null,
}
