import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isPersonal, isUserList, personRole } from '../../src/draft/columns.ts'
import { personalKindOf, suggestsUser } from '../../src/words/column-names.ts'

describe('names of columns', () => {
  const people = [
    ...[
      'user',
      'owner',
      'holder',
      'customer',
      'employee',
      'contact',
      'author',
      'invitee',
      'manager',
    ],
    ...['approver', 'follower', 'attendee'],
  ]
  for (const word of people) {
    it(`refer to somebody for the check as for the draft: ${word}`, () => {
      assert.ok(suggestsUser(`${word}_id`))
      assert.ok(suggestsUser(`${word}Ids`))
      const list = isUserList({ name: `${word}_ids`, sampled: [] }, ['account'])
      assert.ok(list)
    })
  }

  it('say in a draft whether the row is about them', () => {
    const roles = ['owner_id', 'customer', 'contact_id', 'approver', 'invited_by', 'follower_id']
    assert.deepEqual(
      roles.map((name) => personRole(name, ['account'])),
      ['owner', 'owner', 'owner', 'actor', 'actor', null],
    )
  })

  it('of what is a word for something else as well refer to nobody without an id', () => {
    assert.equal(suggestsUser('customer'), false)
    assert.equal(suggestsUser('contact'), false)
    assert.equal(personRole('contact', ['account']), null)
  })

  it('hold a person for the draft wherever they do for the check, and may elsewhere', () => {
    for (const name of [
      'firstName',
      'email',
      'phone',
      'street',
      'last_ip',
      'userAgent',
      'token',
      'dob',
    ]) {
      assert.notEqual(personalKindOf(name), null, name)
      assert.ok(isPersonal(name), name)
    }
    for (const name of ['name', 'city', 'avatar_url', 'iban']) {
      assert.equal(personalKindOf(name), null, name)
      assert.ok(isPersonal(name), name)
    }
    for (const name of ['email_verified', 'title', 'created_at']) {
      assert.equal(isPersonal(name), false, name)
    }
  })

  it('of places in documents count as a whole', () => {
    assert.ok(suggestsUser('meta.author.id'))
    assert.ok(suggestsUser('approved.by'))
    assert.equal(suggestsUser('github.user.id'), false)
    assert.equal(suggestsUser('list.order.by'), false)
    assert.equal(personalKindOf('billing.address.city'), 'address')
    assert.equal(personalKindOf('email.verified'), null)
  })
})
