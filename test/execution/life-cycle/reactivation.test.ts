import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type HostVerdict, verdictOfHost } from '../../../src/execution/user-state/reactivation.ts'
import type { UserTable } from '../../../src/program/program.ts'

type Columns = NonNullable<UserTable['disabled']>

interface Case {
  readonly name: string
  readonly disabled: Columns | null
  readonly active?: Columns
  readonly before?: Columns
  readonly row: Readonly<Record<string, unknown>>
  readonly verdict: HostVerdict
}

const WORD = { status: 'disabled', disabled_at: '$at' }
const ACTIVE = { status: 'active', disabled_at: null }
const THEN = '2026-03-01T12:00:00.000Z'
const FLAGS = { disabled: { status: 'disabled', enabled: false }, active: { status: 'active' } }

const CASES: readonly Case[] = [
  {
    name: 'without columns of the host',
    disabled: null,
    row: { status: 'active' },
    verdict: 'shut_out',
  },
  {
    name: 'as the engine has written them',
    disabled: WORD,
    active: ACTIVE,
    row: { status: 'disabled', disabled_at: THEN },
    verdict: 'shut_out',
  },
  {
    name: 'disabled with the instant cleared',
    disabled: WORD,
    active: ACTIVE,
    row: { status: 'disabled', disabled_at: null },
    verdict: 'shut_out',
  },
  {
    name: 'active',
    disabled: WORD,
    active: ACTIVE,
    row: { status: 'active', disabled_at: null },
    verdict: 'active',
  },
  {
    name: 'active with the instant left over',
    disabled: WORD,
    active: ACTIVE,
    row: { status: 'active', disabled_at: THEN },
    verdict: 'active',
  },
  {
    name: 'banned',
    disabled: WORD,
    active: ACTIVE,
    before: ACTIVE,
    row: { status: 'banned', disabled_at: null },
    verdict: 'shut_out',
  },
  {
    name: 'as before, by a word that is not mapped',
    disabled: WORD,
    active: ACTIVE,
    before: { status: 'trial', disabled_at: null },
    row: { status: 'trial', disabled_at: THEN },
    verdict: 'active',
  },
  {
    name: 'active by the word, and banned in a column beside it',
    disabled: WORD,
    active: { ...ACTIVE, banned: 0 },
    row: { status: 'active', disabled_at: null, banned: 1 },
    verdict: 'shut_out',
  },
  {
    name: 'disabled, where an active user has a column beside it',
    disabled: WORD,
    active: { ...ACTIVE, banned: 0 },
    row: { status: 'disabled', disabled_at: THEN, banned: 0 },
    verdict: 'shut_out',
  },
  {
    name: 'two columns that contradict each other',
    ...FLAGS,
    before: { status: 'active', enabled: true },
    row: { status: 'disabled', enabled: 1 },
    verdict: 'unclear',
  },
  {
    name: 'a column that the active state does not name, as it was before',
    ...FLAGS,
    before: { status: 'active', enabled: true },
    row: { status: 'active', enabled: 1 },
    verdict: 'active',
  },
  {
    name: 'a column that was the same before as when disabled',
    ...FLAGS,
    before: { status: 'active', enabled: false },
    row: { status: 'active', enabled: 0 },
    verdict: 'active',
  },
  {
    name: 'the active state not mapped, as before',
    disabled: WORD,
    before: { status: 'trial', disabled_at: null },
    row: { status: 'trial', disabled_at: THEN },
    verdict: 'active',
  },
  {
    name: 'the active state not mapped, a word that is not known',
    disabled: WORD,
    before: ACTIVE,
    row: { status: 'banned', disabled_at: THEN },
    verdict: 'unclear',
  },
  {
    name: 'the active state not mapped, and nothing known of before',
    disabled: WORD,
    row: { status: 'active', disabled_at: null },
    verdict: 'unclear',
  },
  {
    name: 'an instant alone, there',
    disabled: { disabled_at: '$atMs' },
    row: { disabled_at: 1 },
    verdict: 'shut_out',
  },
  {
    name: 'an instant alone, gone',
    disabled: { disabled_at: '$atMs' },
    row: { disabled_at: null },
    verdict: 'active',
  },
]

for (const { name, disabled, active, before, row, verdict } of CASES) {
  test(`the columns of a scheduled user say ${verdict}: ${name}`, () => {
    const user: UserTable = {
      table: 'users',
      id: 'id',
      idType: 'plain',
      tenant: null,
      fields: { id: 'id' },
      action: 'delete',
      set: [],
      disabled,
      active: active ?? null,
      ghost: null,
    }
    const record = before === undefined ? null : { since: THEN, before }
    assert.equal(verdictOfHost(user, row, record), verdict)
  })
}
