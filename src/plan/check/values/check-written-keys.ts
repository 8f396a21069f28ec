/**
 * Is something written into a foreign key that no row is called by? The database refuses every such deletion.
 *
 * Constants may name a row, and whether they do is asked of the database: plans tell.
 *
 * @module
 */

import { userWritesOf } from '../../../program/columns/named-columns.ts'
import { placeOf } from '../../../program/columns/references.ts'
import { isInstant } from '../../../program/placeholders.ts'
import type { Assignment, Program, Scalar } from '../../../program/program.ts'
import type { DatabaseSchema, ForeignKey } from '../../../program/schema.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

/** One finding for each column of an enforced key that is given a pseudonym, a token or an instant. */
export function checkWrittenKeys(
  program: Program,
  { tables, foreignKeysEnforced }: DatabaseSchema,
): readonly SchemaFinding[] {
  if (!foreignKeysEnforced) return []
  const writings = writingsOf(program)
  return tables.flatMap(({ name: table, foreignKeys }) =>
    foreignKeys.flatMap((key) =>
      writings
        .filter((one) => one.table === table && !key.columns.some((column) => one.nulls(column)))
        .flatMap(({ path, strange }) =>
          key.columns
            .filter((column) => strange(column, key))
            .map((column) => ({
              ...{ code: 'foreign_key_blocks' as const, severity: 'error' as const },
              ...{ table, column, path: `${path}.${column}` },
              message: `"${table}.${column}" refers to "${key.references.table}", and what is written into it is the key of no row there: the database refuses every such deletion. Write null or the key of a row that stays, or take the foreign key off.`,
            })),
        ),
    ),
  )
}

/** What is written into a row at once. */
interface Writing {
  readonly table: string
  /** Where in the policy. */
  readonly path: string
  /** A key with null in it refers to nothing. */
  nulls(column: string): boolean
  /** Whether the column is given what cannot be the key of a row. */
  strange(column: string, key: ForeignKey): boolean
}

function writingsOf({ user, steps, audit }: Program): readonly Writing[] {
  return [
    ...steps
      .filter(({ action }) => action !== 'unlink')
      .flatMap((step): readonly Writing[] => {
        const then = step.retention?.thenSet ?? []
        return [
          writing(step.table, `${placeOf(step)}.set`, step.set),
          writing(step.table, `${placeOf(step)}.thenSet`, then),
        ]
      }),
    ...(user.rowless ? [] : [writing(user.table, 'user.set', userWritesOf(user))]),
    ...(audit === null ? [] : [entry(audit.table, audit.entry, user)]),
  ]
}

function writing(table: string, path: string, set: readonly Assignment[]): Writing {
  const isGiven = (column: string, isMeant: (one: Assignment) => boolean): boolean =>
    set.some((one) => one.column === column && isMeant(one))
  return {
    ...{ table, path },
    nulls: (column) => isGiven(column, (one) => one.kind === 'constant' && one.value === null),
    strange: (column) => isGiven(column, ({ kind }) => kind === 'derived'),
  }
}

/** The entry of the audit log is written when the user row is gone. */
function entry(
  table: string,
  values: Readonly<Record<string, Scalar>>,
  user: Program['user'],
): Writing {
  const isUserGone = user.action === 'delete' && user.rowless !== true
  const given = (column: string): Scalar => values[column] ?? null
  return {
    ...{ table, path: 'audit.entry' },
    nulls: (column) => given(column) === null,
    strange: (column, { references }) => {
      const value = given(column)
      if (value === '$userId') return isUserGone && references.table === user.table
      return value === '$id' || isInstant(value)
    },
  }
}
