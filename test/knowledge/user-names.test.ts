import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isVagueReference, namedUser, typeColumnFor } from '../../src/knowledge/user-names.ts'
import { isUserList } from '../../src/knowledge/user-references.ts'
import { personalKindOf } from '../../src/words/column-names.ts'

const ACCOUNTS = ['account']
const isNamed = (name: string, users: readonly string[] = ACCOUNTS): boolean =>
  namedUser(name, users) !== null

describe('names of columns', () => {
  const people = [
    ...['user', 'owner', 'holder', 'customer', 'employee', 'contact', 'author', 'invitee'],
    ...['manager', 'approver', 'follower', 'attendee'],
  ]
  for (const word of people) {
    it(`refer to somebody, alone and in a list: ${word}`, () => {
      assert.ok(isNamed(`${word}_id`))
      assert.ok(isNamed(`${word}Ids`))
      assert.ok(isUserList({ name: `${word}_ids`, sampled: [] }, ACCOUNTS))
    })
  }

  it('say whether the row is about them', () => {
    const roles = ['owner_id', 'customer', 'contact_id', 'approver', 'invited_by', 'follower_id']
    assert.deepEqual(
      roles.map((name) => namedUser(name, ACCOUNTS)?.role),
      ['owner', 'owner', 'owner', 'actor', 'actor', 'listed'],
    )
  })

  it('refer to somebody by what they do, for any verb', () => {
    for (const name of [
      'assigner_id',
      'closerId',
      'mentionee_id',
      'moderator_uuid',
      'reacter_id',
    ]) {
      assert.deepEqual(namedUser(name, ACCOUNTS), { role: 'actor', says: 'maybe' }, name)
    }
    assert.equal(isNamed('closer'), false, 'without an id it is anything')
  })

  it('are those of things with the same ending', () => {
    const things = [
      ...['order_id', 'folder_id', 'chapter_id', 'layer_id', 'fee_id', 'coffee_id', 'server_id'],
      ...['filter_id', 'subfolder_id', 'newsletter_id', 'vendor_id', 'committee_id', 'factor_id'],
    ]
    for (const name of things) assert.equal(isNamed(name), false, name)
  })

  it('refer to users by the name of their own table, qualified and by other keys too', () => {
    for (const name of ['identity_id', 'other_identity_id', 'identity_handle', 'target_user_id']) {
      assert.ok(isNamed(name, ['identity']), name)
    }
    assert.deepEqual(namedUser('identity_id', ['identity']), { role: 'owner', says: 'users' })
    for (const name of ['identity_count', 'user_code', 'max_users']) {
      assert.equal(isNamed(name, ['identity']), false, name)
    }
  })

  it('of what is a word for something else as well refer to nobody without an id', () => {
    assert.equal(isNamed('contact'), false)
    assert.equal(isNamed('friend'), false)
  })

  it('of users of other systems are none of ours', () => {
    assert.equal(isNamed('provider_account_id'), false)
    assert.equal(isNamed('github_user_id'), false)
  })

  it('leave open what they refer to, or a column beside them says it', () => {
    assert.ok(isVagueReference('referenceId'))
    assert.equal(isVagueReference('folder_id'), false)
    assert.equal(typeColumnFor('record_id', ['id', 'record_type']), 'record_type')
    assert.equal(typeColumnFor('record_id', ['id', 'recorded_type']), null)
  })

  it('of places in documents count as a whole', () => {
    assert.ok(isNamed('meta.author.id'))
    assert.ok(isNamed('approved.by'))
    assert.equal(isNamed('github.user.id'), false)
    assert.equal(isNamed('list.order.by'), false)
    assert.equal(personalKindOf('billing.address.city'), 'address')
    assert.equal(personalKindOf('email.verified'), null)
  })

  it('say more of a person in rows that are somebody’s', () => {
    for (const name of ['city', 'avatar_url', 'gender', 'billing_name', 'created_by_name']) {
      assert.equal(personalKindOf(name), null, name)
      assert.notEqual(personalKindOf(name, true), null, name)
    }
    for (const name of ['passport_no', 'ssn', 'iban']) {
      assert.notEqual(personalKindOf(name), null, name)
    }
    for (const name of [
      'title',
      'amount_cents',
      'currency',
      'status',
      'vat_rate',
      'product_name',
    ]) {
      assert.equal(personalKindOf(name, true), null, name)
    }
  })
})
