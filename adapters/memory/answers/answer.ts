/**
 * Answers every question about rows and records.
 *
 * @module
 */
import type { Answer, Question } from '../../../src/store/inquiry.ts'
import type { Records } from '../records/records.ts'
import type { Tables } from '../tables/rows.ts'
import { membersOf } from './bereft.ts'
import { countRows, stepRows } from './counts.ts'
import { rowsAtHurdles } from './hurdles.ts'
import { heldIds } from './references.ts'
import { heldOutside } from './shared-values.ts'
import { findSpellings, findTenant } from './spellings.ts'
import { blankRows, fieldsOf, findRows, userIds } from './user-rows.ts'

export interface Database {
  readonly tables: Tables
  readonly records: Records
}

export function answerIn({ tables, records }: Database, question: Question): Answer {
  switch (question.kind) {
    case 'records':
      return records.ask(question)
    case 'users':
      return findRows(tables, question).map((row) =>
        row === null ? null : fieldsOf(question, row),
      )
    case 'user_rows':
      return findRows(tables, question)
    case 'blank_rows':
      return blankRows(tables, question)
    case 'user_ids':
      return userIds(tables, question)
    case 'holders':
      return heldOutside(tables, question)
    case 'counts':
      return countRows(tables, question)
    case 'step_rows':
      return stepRows(tables, question)
    case 'bereft':
      return membersOf(tables, question)
    case 'hurdles':
      return rowsAtHurdles(tables, question)
    case 'references':
      return heldIds(tables, question)
    case 'spellings':
      return findSpellings(tables, records, question.program, question.query)
    case 'tenant_spelling':
      return findTenant(tables, records, question.program, question.query)
  }
}
