/**
 * The rows of `verification`: one table for every code, link and lock that better-auth hands out. What a
 * row belongs to stands in `identifier` or in `value`, in a spelling of each use.
 *
 * @module
 */
import type { RuleInput, WayInput } from '../../policy/policy.ts'
import type { BetterAuthPlugin, Setup } from './options.ts'
import { idReference } from './references.ts'

/** Rules for the table, in the order of the sources they come from. */
export function verificationRules(setup: Setup): readonly RuleInput[] {
  const { names, has } = setup
  const table = 'verification'
  const identifier = names.column(table, 'identifier')
  const value = names.column(table, 'value')
  const when = (plugin: BetterAuthPlugin, ...rules: readonly RuleInput[]) =>
    has(plugin) ? rules : []
  // The value may be a text of JSON, which no path leads into in MongoDB.
  const within = (column: string, field: 'id' | 'email', around: Around, reason: string) =>
    open({ column, equals: { user: field }, inText: true, ...around }, reason)
  return [
    open(
      idReference(setup, value),
      'resets, confirmed deletions, second factors under way and trusted devices name the user as their value',
    ),
    within(
      value,
      'id',
      { prefix: '"userId":"', suffix: '"' },
      'an OAuth flow under way links an account to the user',
    ),
    open(
      { column: identifier, equals: { user: 'email' } },
      'a code sent to the address is keyed by it',
    ),
    ...when(
      'emailOTP',
      ...['sign-in', 'email-verification', 'forget-password'].map((use) =>
        open(
          { column: identifier, equals: { user: 'email' }, prefix: `${use}-otp-` },
          `a code sent to the address (${use})`,
        ),
      ),
    ),
    ...when(
      'emailOTP',
      within(
        identifier,
        'email',
        { prefix: 'change-email-otp-', suffix: '-' },
        'a code sent to the address that is to take its place',
      ),
    ),
    ...when(
      'twoFactor',
      within(
        identifier,
        'id',
        { prefix: '2fa-otp-', suffix: '!' },
        'a code sent to a user who is signed in',
      ),
    ),
    ...when(
      'magicLink',
      within(
        value,
        'email',
        { prefix: '{"email":"', suffix: '"' },
        'a link sent to the address signs in',
      ),
    ),
    ...when(
      'passkey',
      within(
        value,
        'id',
        { prefix: '"userData":{"id":"', suffix: '"' },
        'a passkey about to be registered',
      ),
    ),
    ...when(
      'siwe',
      open(
        { column: identifier, equals: { user: 'email' }, prefix: 'siwe-email-claim-' },
        'a wallet that lays claim to the address',
      ),
    ),
    ...when(
      'phoneNumber',
      open(
        { column: identifier, equals: { user: 'phoneNumber' } },
        'a code sent to the phone is keyed by its number',
      ),
      open(
        {
          column: identifier,
          equals: { user: 'phoneNumber' },
          suffix: '-request-password-reset',
        },
        'a code sent to the phone sets a new password',
      ),
    ),
    ...when(
      'oneTimeToken',
      open(
        {
          column: value,
          through: { table: names.table('session'), key: names.column('session', 'token') },
        },
        'a single-use token opens a session of the user',
      ),
    ),
  ]
}

/** What stands before and behind the user's value. */
interface Around {
  readonly prefix: string
  readonly suffix: string
}

/** Each of these rows lets somebody in, or is about to. */
function open(match: WayInput, reason: string): RuleInput {
  return { match, action: 'delete', grantsAccess: true, reason }
}
