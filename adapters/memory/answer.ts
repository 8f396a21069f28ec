/**
 * Answers every question about rows and records.
 *
 * @module
 */
import { lastMembers } from '../../src/program/rows/bereft-groups.ts'
import { countRows, stepContents, stepRows } from '../../src/program/rows/count-rows.ts'
import { hurdleRows } from '../../src/program/rows/hurdle-rows.ts'
import { heldOutside } from '../../src/program/rows/shared-rows.ts'
import { tableRows } from '../../src/program/rows/table-page.ts'
import {
  blankRows,
  fieldsOf,
  heldIds,
  userIds,
  userRows,
} from '../../src/program/rows/user-rows.ts'
import type { Answer, Question } from '../../src/store/inquiry.ts'
import { findSpellings, findTenant } from '../../src/store/plain/spellings.ts'
import type { Records } from './records.ts'
import type { Tables } from './tables/rows.ts'

export interface Database {
  readonly tables: Tables
  readonly records: Records
}

export function answerIn(
  { tables, records }: { readonly tables: Tables; readonly records: Pick<Records, 'ask'> },
  question: Question,
): Answer {
  const ledger = () => records.ask({ kind: 'records', table: 'ledger' })
  switch (question.kind) {
    case 'records':
      return records.ask(question)
    case 'users': {
      const { user } = question.program
      return userRows(tables, user, question.tenantId, question.ids).map((row) =>
        row === null ? null : fieldsOf(user, row),
      )
    }
    case 'user_rows':
      return structuredClone(
        userRows(tables, question.program.user, question.tenantId, question.ids),
      )
    case 'blank_rows':
      return blankRows(tables, question)
    case 'user_ids':
      return userIds(tables, question, tables.schema())
    case 'holders':
      return heldOutside(tables, question)
    case 'counts':
      return countRows(tables, question)
    case 'step_rows':
      return stepRows(tables, question)
    case 'table_rows':
      return tables.table(question.table) === undefined ? null : tableRows(tables, question)
    case 'contents':
      return stepContents(tables, question)
    case 'bereft':
      return lastMembers(tables, question)
    case 'hurdles':
      return hurdleRows(tables, question)
    case 'references':
      return heldIds(tables, question)
    case 'spellings':
      return findSpellings(tables, ledger, question)
    case 'tenant_spelling':
      return findTenant(tables, ledger, question)
  }
}
