/**
 * The host whose databases stand in `test/fixtures`, as a program with version 0.1.0 of the engine has left them.
 *
 * On 2026-02-01 members 1 and 2 are deleted (2 with a hold on the retained invoices), 3 is to be deleted on the
 * 20th, the deletion of 4 was interrupted, the erasure of 5 waits for an external eraser, 6 is under a hold, 7 is
 * disabled, 8 has asked for a token, 9 and 10 were deleted by a run under a key, and 11 is as ever. A table of
 * staff has the same numbers.
 *
 * @module
 */

import type { ExternalEraser } from '../../src/execution/context/external-eraser.ts'
import { definePolicy, type PolicyInput } from '../../src/index.ts'

export const LEDGER_KEY = 'the ledger key of the fixtures'
export const SUBJECT_KEY = 'the subject key of the fixtures'

/** The instant at which the databases were left. */
export const LEFT_AT = '2026-02-01T00:00:00.000Z'

const rules = {
  sessions: { match: 'member_id', action: 'delete', grantsAccess: true, event: 'session.revoked' },
  notes: { match: 'member_id', action: 'delete' },
  invoices: {
    match: 'member_id',
    action: 'retain',
    reason: 'tax law',
    for: 'P1Y',
    then: 'delete',
  },
  staff: 'unrelated',
} as const satisfies PolicyInput['tables']

const user = {
  table: 'members',
  id: 'id',
  fields: { email: 'email' },
  status: { disabled: { status: 'disabled' } },
} as const

export const memberPolicy = definePolicy({ name: 'members', version: 1, user, tables: rules })

/** The same with tenants. */
export const tenantMemberPolicy = definePolicy({
  name: 'members',
  version: 1,
  user: { ...user, tenant: 'club' },
  tables: { ...rules, clubs: 'unrelated' },
  tenant: {
    table: 'clubs',
    id: 'id',
    tables: {
      sessions: 'unrelated',
      notes: 'unrelated',
      invoices: 'unrelated',
      staff: 'unrelated',
    },
  },
})

/** The engine of the other table of people. */
export const staffPolicy = definePolicy({
  name: 'members',
  version: 1,
  user: { table: 'staff', id: 'id', status: { disabled: { status: 'disabled' } } },
  tables: {
    members: 'unrelated',
    sessions: 'unrelated',
    notes: 'unrelated',
    invoices: 'unrelated',
  },
})

/** Cleans up outside the database, or is away. */
export function mailing(isAway: () => boolean): ExternalEraser {
  return {
    name: 'mailing',
    attempts: 1,
    page: async () => {
      if (isAway()) throw new Error('the mailing service is away')
      return { removed: 1 }
    },
  }
}
