/**
 * What happens to the rows of each table of better-auth, core and plugins.
 *
 * @module
 */
import type { RuleInput, TableInput } from '../../policy/policy.ts'
import type { BetterAuthPlugin, Setup } from './options.ts'
import { idReference } from './references.ts'
import { verificationRules } from './verification.ts'

/** Rules by better-auth's own model name. */
export type ModelRules = Readonly<Record<string, TableInput>>

/** The tables that a database has with these plugins on; the user's own is not among them. */
export function modelRules(setup: Setup): ModelRules {
  return {
    ...coreRules(setup),
    ...Object.assign(
      {},
      ...Object.entries(PLUGIN_RULES).map(([plugin, rules]) =>
        setup.has(plugin as BetterAuthPlugin) ? rules(setup) : {},
      ),
    ),
    ...(setup.options.rateLimit ? { rateLimit: 'unrelated' } : {}),
  }
}

function coreRules(setup: Setup): ModelRules {
  const { names, has } = setup
  const column = names.column
  const opened: RuleInput = {
    match: idReference(setup, column('session', 'impersonatedBy')),
    action: 'delete',
    grantsAccess: true,
    reason: 'a session that the user opened as somebody else keeps working without them',
    event: 'session.revoked',
  }
  return {
    session: [
      {
        match: column('session', 'userId'),
        action: 'delete',
        grantsAccess: true,
        reason: 'a session lets in, whoever opened it: the user, or an administrator as the user',
        event: 'session.revoked',
      },
      ...(has('admin') ? [opened] : []),
    ],
    account: {
      match: column('account', 'userId'),
      action: 'delete',
      reason: 'the password hash and the tokens of linked providers serve this account only',
      event: 'oauth.disconnected',
    },
    verification: verificationRules(setup),
  }
}

type RulesOf = (setup: Setup) => ModelRules

/** Plugins without an entry add columns to the user or the session, or nothing at all. */
const PLUGIN_RULES: Partial<Record<BetterAuthPlugin, RulesOf>> = {
  organization: (setup) => ({
    organization: 'unrelated',
    member: {
      match: setup.names.column('member', 'userId'),
      action: 'delete',
      reason: 'a membership without its member means nothing',
      event: 'org.member.removed',
    },
    invitation: invitationRules(setup),
  }),
  teams: ({ names }) => ({
    team: 'unrelated',
    teamMember: {
      match: names.column('teamMember', 'userId'),
      action: 'delete',
      reason: 'a place in a team without its member means nothing',
    },
  }),
  dynamicAccessControl: () => ({ organizationRole: 'unrelated' }),
  twoFactor: ({ names }) => ({
    twoFactor: {
      match: names.column('twoFactor', 'userId'),
      action: 'delete',
      reason: 'the secret and the backup codes pass the second factor of this account only',
      event: 'mfa.removed',
    },
  }),
  passkey: ({ names }) => ({
    passkey: {
      match: names.column('passkey', 'userId'),
      action: 'delete',
      reason: 'a passkey signs in by itself',
      event: 'mfa.removed',
    },
  }),
  apiKey: (setup) => ({
    apikey: {
      match: idReference(setup, setup.names.column('apikey', 'referenceId')),
      action: 'delete',
      grantsAccess: true,
      reason: 'a key acts as the user; keys of organizations hold another id here and stay',
    },
  }),
  deviceAuthorization: (setup) => ({
    deviceCode: {
      match: idReference(setup, setup.names.column('deviceCode', 'userId')),
      action: 'delete',
      grantsAccess: true,
      reason: 'a code that the user has approved opens a session',
    },
  }),
  siwe: ({ names }) => ({
    walletAddress: {
      match: names.column('walletAddress', 'userId'),
      action: 'delete',
      reason: 'a wallet signs in by itself',
    },
  }),
  jwt: () => ({ jwks: 'unrelated' }),
}

/** The inviter may not be null, so the ghost takes the place of one who goes, or the invitation goes along. */
function invitationRules({ names, options }: Setup): TableInput {
  const sent = names.column('invitation', 'inviterId')
  const received: RuleInput = {
    match: { column: names.column('invitation', 'email'), equals: { user: 'email' } },
    action: 'delete',
    reason: 'an invitation to the user holds the address and opens a way back in',
  }
  if (options.ghost === undefined) {
    const reason = 'an invitation needs its inviter; whoever is still wanted is invited anew'
    return [received, { match: sent, action: 'delete', reason }]
  }
  const reason = 'an invitation belongs to the organization and outlives whoever sent it'
  return {
    rules: [received, { match: sent, action: 'detach', to: 'ghost', reason }],
    // Users who invited their own address: the row holds it, so it goes.
    precedence: ['delete', 'detach'],
  }
}
