/**
 * Mistakes that people make between a schema and a policy, put into every place of a world that has room for
 * them. Each says which finding is to tell of it, and where.
 */
import type { SchemaFinding, SchemaFindingCode } from '../../../src/index.ts'
import { quote } from '../sql/sqlite-schema.ts'
import { pickTwo } from './mistake-sites.ts'
import {
  auditColumn,
  blankUser,
  generated,
  inPrimaryKey,
  misspeltOverwrite,
  nameIn,
  notNull,
  notNullReference,
  personInUsers,
  plannedOverwrite,
  renamedCondition,
  renamedField,
  renamedReference,
  uniqueConstant,
  uniquePair,
} from './mistakes-in-columns.ts'
import {
  auditTrigger,
  keptKey,
  keyBetweenUsers,
  keyIn,
  numericUsers,
  partialIndex,
  selfKey,
  sharedParentKey,
  trigger,
  typed,
  unrelatedKey,
  userTrigger,
  withoutIndex,
} from './mistakes-in-keys.ts'
import {
  droppedParent,
  droppedTable,
  fullText,
  movedTable,
  newTable,
  plannedTable,
  renamedTable,
  renamedUsers,
  rowKey,
  userKey,
  viewInstead,
} from './mistakes-in-tables.ts'
import type { Mistake, Put } from './schema-mistake.ts'
import { columnsIn, tablesThat, withColumn } from './schema-world.ts'

/** What a mistake is called, what has to be found, and how it is made. */
export const MISTAKES: readonly Mistake[] = [
  ['a table with a key to the user', 'unclassified_table', 'error', newTable(userKey)],
  ['a table that refers to another one', 'unclassified_table', 'error', newTable(rowKey)],
  ['a table that refers to nothing', 'unclassified_table', 'error', newTable(() => 'id, title')],
  ['a full-text table with content of its own', 'unclassified_table', 'error', fullText],
  ['a table under another name', 'unclassified_table', 'error', renamedTable],
  ['a table that only the policy knows', 'missing_table', 'warning', droppedTable],
  ['a rule for a table to come', 'missing_table', 'warning', plannedTable],
  ['a table that has moved into an attached database', 'missing_table', 'error', movedTable],
  ['the user table under another name', 'missing_table', 'error', renamedUsers],
  ['a table on the way to another is gone', 'unreachable_table', 'error', droppedParent],
  ['a reference under another name', 'missing_column', 'error', renamedReference],
  ['a side condition under another name', 'missing_column', 'error', renamedCondition],
  ['a field of the user under another name', 'missing_column', 'error', renamedField],
  ['an overwritten column to come', 'missing_column', 'warning', plannedOverwrite],
  ['an overwritten column, misspelt', 'missing_column', 'error', misspeltOverwrite],
  ['an overwritten column that takes no null', 'null_into_not_null', 'error', notNull],
  ['a detached reference that takes no null', 'null_into_not_null', 'error', notNullReference],
  ['an audit log that wants more than the entry has', 'null_into_not_null', 'error', auditColumn],
  ['an overwritten column in the primary key', 'key_changed', 'error', inPrimaryKey],
  ['an overwritten column that is computed', 'generated_column', 'error', generated],
  ['a constant in a unique column', 'constant_into_unique', 'error', uniqueConstant],
  ['a constant in a column unique beside another', 'constant_into_unique', 'warning', uniquePair],
  [
    'a constant in a unique column of the blank user row',
    'constant_into_unique',
    'error',
    blankUser,
  ],
  ['a key to the user in an unrelated table', 'user_reference', 'error', keyIn('unrelated')],
  ['a second key to the user', 'user_reference', 'error', keyIn('deleted')],
  ['a key between users', 'user_reference', 'error', keyBetweenUsers],
  ['a reference by name in an unrelated table', 'user_reference', 'warning', nameIn('unrelated')],
  ['a second reference by name', 'user_reference', 'warning', nameIn('deleted')],
  ['a person in a blank user row', 'personal_column', 'warning', personInUsers],
  ...personal('name', ['first_name', 'lastName', 'full_name', 'display_name', 'nickname']),
  ...personal('e-mail', ['email', 'contact_email', 'billingEmail', 'mail']),
  ...personal('phone', ['phone', 'mobile', 'contactPhone', 'fax']),
  ...personal('address', ['address', 'street', 'billing_address', 'postalCode', 'zip']),
  ...personal('IP', ['ip', 'last_ip', 'ipAddress', 'remote_addr']),
  ...personal('device', ['device', 'user_agent', 'deviceName', 'fingerprint']),
  ...personal('token', ['token', 'access_token', 'password', 'apiKey']),
  ...personal('birth', ['birthday', 'date_of_birth', 'dob', 'birthDate']),
  ['a cascade from the user into kept rows', 'foreign_key_deletes', 'error', keptKey('CASCADE')],
  [
    'a cascade from rows that go into an unrelated table',
    'foreign_key_deletes',
    'error',
    unrelatedKey('CASCADE'),
  ],
  [
    "a cascade into others' rows of the same table",
    'foreign_key_deletes',
    'warning',
    selfKey('CASCADE', 'none'),
  ],
  [
    'a cascade into rows of the same table that a rule detaches',
    'foreign_key_deletes',
    'error',
    selfKey('CASCADE', 'some'),
  ],
  ['SET NULL on kept rows', 'foreign_key_changes', 'warning', keptKey('SET NULL')],
  ['SET DEFAULT on kept rows', 'foreign_key_changes', 'warning', keptKey('SET DEFAULT')],
  ['RESTRICT from kept rows to the user', 'foreign_key_blocks', 'warning', keptKey('RESTRICT')],
  [
    'RESTRICT from an unrelated table to rows that go',
    'foreign_key_blocks',
    'warning',
    unrelatedKey('RESTRICT'),
  ],
  [
    'RESTRICT from an unrelated table to rows that go at the end of their retention',
    'foreign_key_blocks',
    'warning',
    unrelatedKey('RESTRICT', 'later'),
  ],
  [
    "NO ACTION from others' rows of the same table",
    'foreign_key_blocks',
    'warning',
    selfKey('NO ACTION'),
  ],
  ['a trigger on rows that go', 'touched_trigger', 'warning', trigger('deleted', 'DELETE')],
  [
    'a trigger on rows that are overwritten',
    'touched_trigger',
    'warning',
    trigger('kept', 'UPDATE'),
  ],
  ['a trigger on the users', 'touched_trigger', 'warning', userTrigger],
  ['a trigger on audit entries', 'touched_trigger', 'warning', auditTrigger],
  ['a key of parents that may repeat', 'shared_parent_key', 'error', sharedParentKey],
  ['a reference without an index', 'unindexed_reference', 'warning', withoutIndex],
  ['a reference whose index leaves rows out', 'unindexed_reference', 'warning', partialIndex],
  ['a reference of bytes', 'id_type_mismatch', 'error', typed('BLOB')],
  ['a reference of numbers', 'id_type_mismatch', 'warning', typed('INTEGER')],
  ['a user id of numbers', 'id_type_mismatch', 'error', numericUsers],
  ['a view in the place of a table', 'view_rule', 'error', viewInstead],
].map(toMistake)

type Row = readonly [string, SchemaFindingCode, SchemaFinding['severity'], Put]

function toMistake(row: unknown): Mistake {
  const [kind, code, severity, put] = row as Row
  return { kind, code, severity, put }
}

/** What of a person it is: in unrelated tables, and in rows that are kept. */
function personal(what: string, names: readonly string[]): readonly Row[] {
  const into =
    (are: 'unrelated' | 'kept'): Put =>
    (world, random) =>
      tablesThat(world, are).flatMap((table) => {
        const free = names.filter((name) => !columnsIn(world, table).includes(name))
        return pickTwo(free, random).map((column) => ({
          world: withColumn(world, table, `${quote(column)} TEXT`),
          ...{ table, column },
        }))
      })
  const code = 'personal_column'
  return [
    [`a person's ${what} in an unrelated table`, code, 'warning', into('unrelated')],
    [`a person's ${what} in rows that are kept`, code, 'warning', into('kept')],
  ]
}
