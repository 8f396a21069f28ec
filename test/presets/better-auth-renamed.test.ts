// In a file of its own: better-auth writes the names of one server's plugins into those of the whole process.
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { apiKey } from '@better-auth/api-key'
import { passkey } from '@better-auth/passkey'
import { admin, organization, phoneNumber, twoFactor } from 'better-auth/plugins'
import { engineOf } from '../worlds/presets/better-auth-leaving.ts'
import { ANN, PHONE, passkeyOf } from '../worlds/presets/better-auth-people.ts'
import {
  authOptions,
  cookiesOf,
  openBetterAuth,
  PASSWORD,
} from '../worlds/presets/better-auth-world.ts'

/** As the host names tables and columns, in the words of better-auth's own options. */
const RENAMED = {
  user: { modelName: 'people', fields: { email: 'mail', phoneNumber: 'phone' } },
  session: { modelName: 'visits', fields: { userId: 'person', impersonatedBy: 'opened_by' } },
  member: {
    modelName: 'seats',
    fields: { userId: 'person', organizationId: 'club', role: 'duty' },
  },
  invitation: { modelName: 'bids', fields: { email: 'address', inviterId: 'sender' } },
  twoFactor: { modelName: 'factors', fields: { userId: 'person' } },
  passkey: { modelName: 'touches', fields: { userId: 'person' } },
  apikey: { modelName: 'keys_to_us', fields: { referenceId: 'owner' } },
} as const

it('betterAuthPolicy follows the names that better-auth was given, in core and plugins', async () => {
  const { plugins: _, ...core } = authOptions()
  const world = await openBetterAuth({
    ...core,
    user: RENAMED.user,
    session: RENAMED.session,
    plugins: [
      organization({ schema: { member: RENAMED.member, invitation: RENAMED.invitation } }),
      twoFactor({ skipVerificationOnEnable: true, schema: { twoFactor: RENAMED.twoFactor } }),
      admin({ schema: { session: { fields: { impersonatedBy: 'opened_by' } } } }),
      phoneNumber({ sendOTP: () => {}, schema: { user: { fields: { phoneNumber: 'phone' } } } }),
      passkey({ schema: { passkey: RENAMED.passkey } }),
      apiKey({ schema: { apikey: RENAMED.apikey } }),
    ],
  })
  const { api } = world.auth
  const signUp = async (email: string) => {
    const body = { email, name: email, password: PASSWORD }
    const { headers, response } = await api.signUpEmail({ body, returnHeaders: true })
    return { id: response.user.id, headers: cookiesOf(headers) }
  }
  const ann = await signUp(ANN)
  const bob = await signUp('bob@example.com')
  const { adapter, internalAdapter } = await world.auth.$context
  await internalAdapter.updateUser(ann.id, { role: 'admin', phoneNumber: PHONE })
  const club = await api.createOrganization({
    body: { name: 'Club', slug: 'club' },
    headers: bob.headers,
  })
  assert.ok(club !== null)
  const invite = (email: string, by: Headers) =>
    api.createInvitation({ body: { email, role: 'member', organizationId: club.id }, headers: by })
  await invite(ANN, bob.headers)
  await api.addMember({ body: { userId: ann.id, organizationId: club.id, role: 'admin' } })
  await invite('dan@example.com', ann.headers)
  await api.createApiKey({ body: { name: 'of Ann' }, headers: ann.headers })
  await adapter.create({ model: 'passkey', data: passkeyOf(ann.id) })
  await api.impersonateUser({ body: { userId: bob.id }, headers: ann.headers })
  await api.enableTwoFactor({ body: { password: PASSWORD }, headers: ann.headers })
  assert.deepEqual(await world.places([ann.id, ANN, PHONE]), [
    ...['account.accountId', 'account.userId', 'bids.address', 'bids.sender'],
    ...['factors.person', 'keys_to_us.owner', 'people.id', 'people.mail', 'people.name'],
    ...['people.phone', 'seats.person', 'touches.credentialID', 'touches.person'],
    ...['visits.opened_by', 'visits.person'],
  ])
  const engine = engineOf(world, {
    plugins: ['admin', 'apiKey', 'organization', 'passkey', 'phoneNumber', 'twoFactor'],
    rename: RENAMED,
  })
  await engine.migrate()
  assert.deepEqual(await engine.checkSchema(), { fits: true, findings: [] })
  // The last owner of the organization.
  await assert.rejects(engine.delete(bob.id, {}), { code: 'deletion_blocked' })
  await engine.delete(ann.id, {})
  assert.deepEqual(await world.places([ann.id, ANN, PHONE]), [])
  assert.equal((await api.getSession({ headers: bob.headers }))?.user.id, bob.id)
  await world.close()
})
