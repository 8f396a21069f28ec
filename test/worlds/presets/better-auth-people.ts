/** Ann, Bob and Cat on a better-auth with every plugin, made and used by its own routes. */
import assert from 'node:assert/strict'
import type { Auth } from 'better-auth'
import {
  type AuthHost,
  authOptions,
  cookiesOf,
  PASSWORD,
  type SentCodes,
} from './better-auth-world.ts'

export const ANN = 'ann@example.com'
/** Where Ann wants her mail from now on. */
export const ANN_NEW = 'ann.new@example.org'
export const PHONE = '+4915112345678'

export type AuthSetup = ReturnType<typeof authOptions>
/** Opens a database, empty but for what better-auth makes there. */
export type OpenHost = (options: AuthSetup) => Promise<AuthHost<Auth<AuthSetup>>>

export type People = Awaited<ReturnType<typeof openPeople>>

/** Bob will own the organization in which Ann is a member; Ann and Cat are administrators. */
export async function openPeople(open: OpenHost, advanced: AuthSetup['advanced'] = {}) {
  const codes: SentCodes = new Map()
  const host = await open(authOptions(codes, advanced))
  const { api } = host.auth
  const signUp = async (email: string) => {
    const name = email.split('@')[0] ?? ''
    const { headers, response } = await api.signUpEmail({
      body: { email, name, password: PASSWORD, username: name },
      returnHeaders: true,
    })
    return { id: response.user.id, headers: cookiesOf(headers) }
  }
  const ann = await signUp(ANN)
  const bob = await signUp('bob@example.com')
  const cat = await signUp('cat@example.com')
  const { internalAdapter } = await host.auth.$context
  const setRole = (id: string, role: string) => internalAdapter.updateUser(id, { role })
  await setRole(ann.id, 'admin')
  await setRole(cat.id, 'admin')
  return { ...host, api, codes, signUp, setRole, ann, bob, cat }
}

/** Ann leaves something in every table. */
export async function useEverything(people: People): Promise<void> {
  await joinOrganizations(people)
  await askForCodes(people)
  await keepCredentials(people)
  await standIn(people)
  await addSecondFactors(people)
}

/** Ann leaves her id in columns that better-auth declares as references, and in those that it does not. */
export async function useIds(people: People): Promise<void> {
  const { api, ann } = people
  await api.requestPasswordReset({ body: { email: ANN } })
  await api.generatePasskeyRegistrationOptions({ headers: ann.headers })
  await keepCredentials(people)
  await standIn(people)
}

async function joinOrganizations({ api, auth, ann, bob, cat }: People): Promise<void> {
  const club = await api.createOrganization({
    body: { name: 'Club', slug: 'club' },
    headers: bob.headers,
  })
  const house = await api.createOrganization({
    body: { name: 'House', slug: 'house' },
    headers: cat.headers,
  })
  assert.ok(club !== null && house !== null)
  await api.addMember({ body: { userId: ann.id, organizationId: club.id, role: 'admin' } })
  const team = await api.createTeam({
    body: { name: 'Team', organizationId: club.id },
    headers: bob.headers,
  })
  await api.addTeamMember({ body: { teamId: team.id, userId: ann.id }, headers: bob.headers })
  const invite = (email: string, organizationId: string, headers: Headers) =>
    api.createInvitation({ body: { email, role: 'member', organizationId }, headers })
  await invite(ANN, house.id, cat.headers)
  await invite('dan@example.com', club.id, ann.headers)
  await invite('eve@example.com', club.id, bob.headers)
  const { adapter } = await auth.$context
  await adapter.create({
    model: 'organizationRole',
    data: { organizationId: club.id, role: 'greeter', permission: '{}', createdAt: new Date() },
  })
}

/** Rows of `verification`, each in a spelling of its own. */
async function askForCodes({ api, codes, ann, bob }: People): Promise<void> {
  await api.sendPhoneNumberOTP({ body: { phoneNumber: PHONE } })
  await api.verifyPhoneNumber({
    body: { phoneNumber: PHONE, code: codes.get(PHONE) ?? '', updatePhoneNumber: true },
    headers: ann.headers,
  })
  await api.sendPhoneNumberOTP({ body: { phoneNumber: PHONE } })
  await api.requestPasswordResetPhoneNumber({ body: { phoneNumber: PHONE } })
  for (const type of ['sign-in', 'email-verification', 'forget-password'] as const) {
    await api.sendVerificationOTP({ body: { email: ANN, type } })
    await api.sendVerificationOTP({ body: { email: 'bob@example.com', type } })
  }
  await api.requestPasswordReset({ body: { email: ANN } })
  for (const body of [{ email: ANN }, { email: ANN, name: 'Ann' }, { email: 'bob@example.com' }]) {
    await api.signInMagicLink({ body, headers: new Headers() })
  }
  await api.generateOneTimeToken({ headers: ann.headers })
  for (const [{ headers }, newEmail] of [
    [ann, ANN_NEW],
    [bob, 'bob.new@example.org'],
  ] as const) {
    await api.generatePasskeyRegistrationOptions({ headers })
    await api.linkSocialAccount({ body: { provider: 'github' }, headers })
    await api.requestEmailChangeEmailOTP({ body: { newEmail }, headers })
  }
}

/** A passkey and a wallet are signed by devices, so their rows come through the adapter. */
async function keepCredentials({ api, auth, ann, bob }: People): Promise<void> {
  const { adapter } = await auth.$context
  await api.createApiKey({ body: { name: 'of Ann' }, headers: ann.headers })
  await api.createApiKey({ body: { name: 'of Bob' }, headers: bob.headers })
  await adapter.create({ model: 'passkey', data: passkeyOf(ann.id) })
  await adapter.create({ model: 'passkey', data: passkeyOf(bob.id) })
  await adapter.create({
    model: 'walletAddress',
    data: { userId: ann.id, address: '0x1', chainId: 1, createdAt: new Date() },
  })
  const { user_code: userCode } = await api.deviceCode({ body: { client_id: 'tv' } })
  await api.deviceVerify({ query: { user_code: userCode }, headers: ann.headers })
  await api.deviceApprove({ body: { userCode }, headers: ann.headers })
  await api.getToken({ headers: ann.headers })
}

export const passkeyOf = (userId: string) => ({
  userId,
  publicKey: 'key',
  credentialID: `credential of ${userId}`,
  counter: 0,
  deviceType: 'singleDevice',
  backedUp: false,
  transports: 'internal',
})

async function standIn({ api, setRole, ann, bob, cat }: People): Promise<void> {
  await api.impersonateUser({ body: { userId: bob.id }, headers: ann.headers })
  // Administrators may not stand in for each other.
  await setRole(ann.id, 'user')
  await api.impersonateUser({ body: { userId: ann.id }, headers: cat.headers })
  await setRole(ann.id, 'admin')
}

/** A second factor comes with a new session. */
async function addSecondFactors({ api, ann, bob }: People): Promise<void> {
  for (const user of [ann, bob]) {
    const { headers } = await api.enableTwoFactor({
      body: { password: PASSWORD },
      headers: user.headers,
      returnHeaders: true,
    })
    user.headers = cookiesOf(headers)
    await api.sendTwoFactorOTP({ headers: user.headers })
  }
  await api.signInEmail({ body: { email: ANN, password: PASSWORD } })
}
