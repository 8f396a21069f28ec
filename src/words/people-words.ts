/**
 * Words for somebody, as names of columns have them.
 *
 * @module
 */

export interface PersonWord {
  /** `owner`: whom the row is about; `actor`: who had a hand in it; `listed`: one of several. */
  readonly part: 'owner' | 'actor' | 'listed'
  /** Whether the word means somebody without an `id` behind it too: some are words for something else as well. */
  readonly alone: 'always' | 'mostly' | 'seldom'
}

/** In the singular. */
export const PEOPLE: ReadonlyMap<string, PersonWord> = new Map([
  ...words('owner', 'always', 'user owner'),
  ...words('owner', 'mostly', 'holder person customer member subscriber employee patient student'),
  ...words('owner', 'seldom', 'contact'),
  ...words(
    'actor',
    'always',
    'author creator editor inviter invitee sender receiver recipient actor',
  ),
  ...words('actor', 'always', 'assignee reviewer approver reporter uploader'),
  ...words('actor', 'mostly', 'manager admin'),
  ...words('actor', 'mostly', 'applicant candidate respondent consultant colleague'),
  ...words('actor', 'seldom', 'friend guest artist assistant guardian resident delegate'),
  ...words('listed', 'mostly', 'participant viewer attendee follower'),
])

function words(
  part: PersonWord['part'],
  alone: PersonWord['alone'],
  list: string,
): readonly (readonly [string, PersonWord])[] {
  return list.split(' ').map((word) => [word, { part, alone }])
}
