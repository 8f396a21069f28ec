/**
 * The rows every clause of the store contract starts from.
 *
 * @module
 */

import type { Row } from './row.ts'

export type { Row } from './row.ts'

export const TENANT_A = 'tnt_a'
export const TENANT_B = 'tnt_b'

/** Has a row of every kind; shares her e-mail with `TWIN` of the other tenant. */
export const ANN = 'usr_ann'
export const BOB = 'usr_bob'
export const TWIN = 'usr_twin'
/** Has no e-mail, and no rows. */
export const NIL = 'usr_nil'
/** Has an invoice, whose foreign key keeps the user row. */
export const DEBTOR = 'usr_debtor'
/** Is under a legal hold. */
export const HELD = 'usr_held'
/** The only two owners of one organization. */
export const OWNERS: readonly [string, string] = ['usr_owner1', 'usr_owner2']
/** Ids of `accounts`, which are no text. */
export const NUMBERS: readonly [number, number] = [7, 77]
/** Is no user any more, but has a comment. */
export const LOST = 'usr_lost'
export const GHOST = 'usr_ghost'
export const SHARED_EMAIL = 'ann@example.com'

const PEOPLE: readonly (readonly [id: string, tenant: string, email: string | null])[] = [
  [GHOST, TENANT_A, null],
  [ANN, TENANT_A, SHARED_EMAIL],
  [BOB, TENANT_A, 'bob@example.com'],
  [TWIN, TENANT_B, SHARED_EMAIL],
  [NIL, TENANT_A, null],
  [DEBTOR, TENANT_A, 'debtor@example.com'],
  [HELD, TENANT_A, 'held@example.com'],
  [OWNERS[0], TENANT_A, 'owner1@example.com'],
  [OWNERS[1], TENANT_A, 'owner2@example.com'],
]

/** One person's address in several spellings, and what only looks like it. */
const ADDRESSES: Readonly<Record<string, string | null>> = {
  nl_1: SHARED_EMAIL,
  nl_capital: 'Ann@Example.com',
  nl_upper: 'ANN@EXAMPLE.COM',
  nl_longer: 'Ann@Example.com.au',
  nl_line: 'ann@example.com\n',
  nl_dot: 'Ann@Example-com',
  nl_none: null,
}

/** Fresh rows by table, parents first. JSON columns hold values, not text. */
export function contractData(): Record<string, Row[]> {
  const data: Record<string, Row[]> = {
    users: PEOPLE.map(([id, tenant_id, email]) => ({
      ...{ id, tenant_id, email },
      name: `Name of ${id}`,
      status: 'active',
    })),
  }
  const rich = PEOPLE.filter(([id]) => [ANN, BOB, TWIN].includes(id))
  const add = (table: string, ...rows: readonly Row[]): void => {
    data[table] = [...(data[table] ?? []), ...rows]
  }
  for (const [id, tenant, email] of rich) addPerson(add, id, tenant, email ?? '')
  add('invitations', {
    id: 'inv_ann_by_bob',
    tenant_id: TENANT_A,
    email: SHARED_EMAIL,
    invited_by: BOB,
  })
  add('invitations', {
    id: 'inv_ann_by_ann',
    tenant_id: TENANT_A,
    email: SHARED_EMAIL,
    invited_by: ANN,
  })
  add('invitations', { id: 'inv_none', tenant_id: TENANT_A, email: null, invited_by: null })
  add('groups', { id: 'grp_all', name: 'all', members: [ANN, BOB, TWIN, 7, { id: ANN }] })
  add('groups', { id: 'grp_nested', name: 'nested', members: { by: { ids: [BOB, ANN] } } })
  add('groups', { id: 'grp_bob', name: 'bob', members: [BOB] })
  add('settings', { id: 'set_bare', key: ANN, value: 'a' })
  add('settings', { id: 'set_longer', key: `user:${ANN}:theme`, value: 'a' })
  add('settings', { id: 'set_upper', key: `USER:${ANN}`, value: 'a' })
  add('settings', { id: 'set_twice', key: `user:user:${ANN}`, value: 'a' })
  add('settings', { id: 'set_text', key: `{"by":"${BOB}","to":"${ANN}"}`, value: ANN })
  add('rooms', { id: 'room_all', members: roomMembers(ANN, BOB, TWIN) })
  add('rooms', { id: 'room_bob', members: [{ user: { id: BOB } }, ANN] })
  for (const id of NUMBERS) add('accounts', { id, tenant_id: TENANT_A })
  add('settings', { id: 'set_7', key: '7', value: 'a' }, { id: 'set_77', key: '77', value: 'a' })
  add('settings', { id: 'set_n7', key: 'n7', value: 'a' }, { id: 'set_07', key: '07', value: 'a' })
  add('comments', { id: 'com_both', author_id: ANN, pinned_by: ANN, body: 'mine, pinned by me' })
  add('comments', { id: 'com_pinned', author_id: BOB, pinned_by: ANN, body: 'his, pinned by me' })
  add(
    'audit_log',
    entry('aud_admin', TENANT_A, BOB, { actor_type: 'admin', ip_address: '9.9.9.9' }),
  )
  add('comments', { id: 'com_lost', author_id: LOST, pinned_by: null, body: 'left over' })
  add('legal_holds', { id: 'hold_1', user_id: HELD })
  for (const [id, address] of Object.entries(ADDRESSES)) add('newsletters', { id, address })
  for (const owner of OWNERS) add('members', { org: 'org_1', user_id: owner, role: 'owner' })
  add('invoices', { id: 'bill_1', user_id: DEBTOR, amount: 100 })
  add('sessions', { id: 'ses_debtor', user_id: DEBTOR, ip: '4.4.4.4' })
  add('countries', { code: 'CH' }, { code: ANN })
  return data
}

/** The users with the rows of some tables alone: a deletion in chunks of a row each is then a short one. */
export function dataOf(...tables: readonly string[]): Record<string, Row[]> {
  const kept = ['users', ...tables]
  return Object.fromEntries(Object.entries(contractData()).filter(([name]) => kept.includes(name)))
}

/** A sub-document for each id, and what looks like one and is none. */
export function roomMembers(...ids: readonly string[]): readonly unknown[] {
  const members = ids.map((id) => ({ user: { id }, role: 'guest' }))
  return [...members, ANN, { user: ANN }, { id: ANN }, { user: [{ id: ANN }] }, null]
}

type Add = (table: string, ...rows: readonly Row[]) => void

function addPerson(add: Add, id: string, tenant: string, email: string): void {
  for (const part of [1, 2]) {
    const session = `ses_${id}_${part}`
    add('sessions', { id: session, user_id: id, ip: '1.1.1.1' })
    add('session_hints', { id: `hint_${session}`, session_id: session, hint: 'a laptop' })
    add('hint_items', { id: `item_${session}`, hint_id: `hint_${session}`, item: 'a screen' })
  }
  add('invitations', { id: `inv_${id}`, tenant_id: tenant, email, invited_by: null })
  add('invitations', { id: `inv_by_${id}`, tenant_id: tenant, email: `x@${id}`, invited_by: id })
  add('posts', { id: `post_${id}`, author_id: id, title: 'kept' })
  add('audit_log', entry(`aud_did_${id}`, tenant, id, { actor_email: email }, email))
  add('audit_log', {
    ...entry(`aud_done_to_${id}`, tenant, 'usr_admin', { actor_type: 'admin' }, email),
    ...{ resource_id: id, resource_type: 'user' },
  })
  add('audit_log', {
    ...entry(`aud_failed_${id}`, tenant, null, { actor_type: null }, email),
    type: 'user.sign_in_failed',
  })
  add('webhook_events', {
    id: `hook_${id}`,
    data: { user: { id, email, name: 'a name' }, kind: 'user.updated' },
  })
  add('crm_contacts', { id: `crm_${id}`, user_id: id })
  add('feedback', { id: `fb1_${id}`, author: id, text: 'good' })
  add('feedback', { id: `fb2_${id}`, author: id, text: 'bad' })
  add('visits', { id: `vis1_${id}`, visitor: id, page: '/a' })
  add('visits', { id: `vis2_${id}`, visitor: id, page: '/b' })
  add('comments', { id: `com_${id}`, author_id: id, pinned_by: null, body: 'mine' })
  add('members', { org: 'org_1', user_id: id, role: 'member' })
  add('settings', { id: `set_${id}`, key: `user:${id}`, value: 'a' })
}

function entry(id: string, tenant: string, actor: string | null, more: Row, email?: string): Row {
  return {
    ...{ id, tenant_id: tenant, type: 'profile.changed', actor_id: actor, actor_type: 'user' },
    ...{ actor_email: null, resource_id: null, resource_type: null, ip_address: '2.2.2.2' },
    user_agent: 'Browser',
    metadata: { ...(email === undefined ? {} : { email }), device: { name: 'a phone', os: 'x' } },
    ...more,
  }
}
