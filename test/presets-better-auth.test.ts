import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { getAuthTables } from '@better-auth/core/db'
import { passkey } from '@better-auth/passkey'
import { sqliteStore } from '../adapters/sqlite/index.ts'
import { type SchemaFinding, UserDeletionEngine, type UserDeletionError } from '../src/index.ts'
import {
  type BetterAuthOptions,
  type BetterAuthPolicy,
  betterAuthPolicy,
} from '../src/presets/better-auth/index.ts'
import {
  authOptions,
  cookiesOf,
  openBetterAuth,
  PASSWORD,
  PLUGINS,
  type SentCodes,
} from './support/better-auth-world.ts'
import { placesOf } from './support/raw-scan.ts'

const ANN = 'ann@example.com'
const PHONE = '+4915112345678'

/** Ann, Bob and Cat, made by better-auth's own routes. Bob owns the organization in which Ann is a member. */
async function openWorld() {
  const codes: SentCodes = new Map()
  const world = await openBetterAuth(authOptions(codes))
  const { api } = world.auth
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
  world.db.prepare('UPDATE user SET role = ? WHERE id IN (?, ?)').run('admin', ann.id, cat.id)
  return { ...world, api, codes, signUp, ann, bob, cat }
}

type World = Awaited<ReturnType<typeof openWorld>>

/** Ann leaves something in every table. */
async function useEverything({ db, api, auth, codes, ann, bob, cat }: World): Promise<void> {
  const { adapter } = await auth.$context
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
  await api.createApiKey({ body: { name: 'of Ann' }, headers: ann.headers })
  await api.createApiKey({ body: { name: 'of Bob' }, headers: bob.headers })
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
  await api.signInMagicLink({ body: { email: ANN }, headers: new Headers() })
  await api.generateOneTimeToken({ headers: ann.headers })
  await api.generatePasskeyRegistrationOptions({ headers: ann.headers })
  await adapter.create({ model: 'passkey', data: passkeyOf(ann.id) })
  await adapter.create({ model: 'passkey', data: passkeyOf(bob.id) })
  await adapter.create({
    model: 'walletAddress',
    data: { userId: ann.id, address: '0x1', chainId: 1, createdAt: new Date() },
  })
  const { user_code: userCode } = await api.deviceCode({ body: { client_id: 'tv' } })
  await api.deviceVerify({ query: { user_code: userCode }, headers: ann.headers })
  await api.deviceApprove({ body: { userCode }, headers: ann.headers })
  await api.impersonateUser({ body: { userId: bob.id }, headers: ann.headers })
  // Administrators may not stand in for each other.
  db.prepare("UPDATE user SET role = 'user' WHERE id = ?").run(ann.id)
  await api.impersonateUser({ body: { userId: ann.id }, headers: cat.headers })
  db.prepare("UPDATE user SET role = 'admin' WHERE id = ?").run(ann.id)
  // A second factor comes with a new session.
  for (const user of [ann, bob]) {
    const { headers } = await api.enableTwoFactor({
      body: { password: PASSWORD },
      headers: user.headers,
      returnHeaders: true,
    })
    user.headers = cookiesOf(headers)
  }
  await api.signInEmail({ body: { email: ANN, password: PASSWORD } })
}

const passkeyOf = (userId: string) => ({
  userId,
  publicKey: 'key',
  credentialID: `credential of ${userId}`,
  counter: 0,
  deviceType: 'singleDevice',
  backedUp: false,
  transports: 'internal',
})

function engineOf(
  { db }: Pick<World, 'db'>,
  options: BetterAuthOptions = { plugins: PLUGINS },
): UserDeletionEngine<BetterAuthPolicy> {
  return new UserDeletionEngine({ store: sqliteStore(db), policy: betterAuthPolicy(options) })
}

describe('a user of better-auth, deleted through the engine', () => {
  let world: World
  let numberBefore: readonly string[]
  let placesBefore: readonly string[]
  let others: readonly unknown[]
  const sessionOf = (headers: Headers) => world.api.getSession({ headers })
  const signIn = (email: string) => world.api.signInEmail({ body: { email, password: PASSWORD } })

  before(async () => {
    world = await openWorld()
    await useEverything(world)
    placesBefore = placesOf(world.db, [world.ann.id, ANN])
    numberBefore = placesOf(world.db, [PHONE])
    others = rowsOfOthers(world)
    assert.equal((await sessionOf(world.ann.headers))?.user.id, world.ann.id)
    const engine = engineOf(world)
    await engine.migrate()
    await engine.delete(world.ann.id, {})
  })
  after(() => world.close())

  it('stood in every table that better-auth keeps for users', () => {
    assert.deepEqual(placesBefore, [
      'account.accountId',
      'account.userId',
      'apikey.referenceId',
      'deviceCode.userId',
      'invitation.email',
      'invitation.inviterId',
      'member.userId',
      'passkey.credentialID',
      'passkey.userId',
      'session.impersonatedBy',
      'session.userId',
      'teamMember.userId',
      'twoFactor.userId',
      'user.email',
      'user.id',
      'verification.identifier',
      'verification.value',
      'walletAddress.userId',
    ])
    assert.deepEqual(numberBefore, ['user.phoneNumber', 'verification.identifier'])
  })

  it('stands in none of them any more: no id, no address, no number', () => {
    assert.deepEqual(placesOf(world.db, [world.ann.id, ANN, PHONE]), [])
  })

  it('leaves every row of the others as it was', () => {
    assert.deepEqual(rowsOfOthers(world), others)
  })

  it('is refused with the old cookie and at the sign-in', async () => {
    assert.equal(await sessionOf(world.ann.headers), null)
    await assert.rejects(signIn(ANN), { status: 'UNAUTHORIZED' })
  })

  it('does not keep others from their sessions or from signing in', async () => {
    assert.equal((await sessionOf(world.bob.headers))?.user.id, world.bob.id)
    assert.equal((await signIn('cat@example.com')).user?.id, world.cat.id)
  })

  it('can sign up again under the address, as somebody new', async () => {
    const again = await world.signUp(ANN)
    assert.notEqual(again.id, world.ann.id)
    assert.equal((await sessionOf(again.headers))?.user.email, ANN)
  })
})

/** Rows of tables with people in them that hold neither Ann nor what is hers. */
function rowsOfOthers({ db, ann }: World): readonly unknown[] {
  const hers = [ann.id, ANN, PHONE]
  const tables = [
    'account',
    'apikey',
    'invitation',
    'member',
    'passkey',
    'session',
    'twoFactor',
    'user',
  ]
  return tables.map((table) =>
    (db.prepare(`SELECT * FROM "${table}" ORDER BY id`).all() as object[]).filter(
      (row) => !Object.values(row).some((value) => hers.includes(value)),
    ),
  )
}

describe('betterAuthPolicy', () => {
  it('knows exactly the tables that the plugins declare', () => {
    const declared = Object.values(getAuthTables(authOptions())).map(({ modelName }) => modelName)
    const { tables, user } = betterAuthPolicy({ plugins: PLUGINS })
    assert.deepEqual([...Object.keys(tables), user.table].sort(), declared.sort())
  })

  it('refuses a database with a plugin that it was not told of, naming its tables', async () => {
    const { plugins, ...core } = authOptions()
    const world = await openBetterAuth({ ...core, plugins: [plugins[1], passkey()] })
    const engine = engineOf(world, { plugins: ['twoFactor'] })
    await engine.migrate()
    await assert.rejects(engine.plan('somebody', {}), (error: UserDeletionError) => {
      assert.equal(error.code, 'schema_mismatch')
      assert.deepEqual(
        (error.details['findings'] as readonly SchemaFinding[]).map(({ table }) => table),
        ['passkey'],
      )
      return true
    })
    world.close()
  })

  it('follows the names that better-auth was given', async () => {
    const { plugins: _, ...core } = authOptions()
    const rename = {
      user: { modelName: 'people', fields: { email: 'mail' } },
      session: { modelName: 'visits', fields: { userId: 'person' } },
    }
    const world = await openBetterAuth({ ...core, ...rename })
    const { user } = await world.auth.api.signUpEmail({
      body: { email: ANN, name: 'Ann', password: PASSWORD },
    })
    assert.deepEqual(placesOf(world.db, [ANN]), ['people.mail'])
    const engine = engineOf(world, { rename })
    await engine.migrate()
    await engine.delete(user.id, {})
    assert.deepEqual(placesOf(world.db, [user.id, ANN]), [])
    world.close()
  })

  it('adds an s where the adapter does', () => {
    const { tables, user } = betterAuthPolicy({ usePlural: true, plugins: ['organization'] })
    assert.deepEqual(
      [user.table, ...Object.keys(tables)],
      ['users', 'sessions', 'accounts', 'verifications', 'organizations', 'members', 'invitations'],
    )
  })

  it('does not let the last owner of an organization go', async () => {
    const world = await openWorld()
    const { api, ann, bob } = world
    const club = await api.createOrganization({
      body: { name: 'Club', slug: 'club' },
      headers: bob.headers,
    })
    assert.ok(club !== null)
    const engine = engineOf(world)
    await engine.migrate()
    await assert.rejects(engine.delete(bob.id, {}), { code: 'deletion_blocked' })
    // Several roles stand in one column.
    await api.addMember({
      body: { userId: ann.id, organizationId: club.id, role: ['admin', 'owner'] },
    })
    await engine.delete(bob.id, {})
    await assert.rejects(engine.delete(ann.id, {}), { code: 'deletion_blocked' })
    world.close()
  })

  it('hands the invitations of whoever goes to the ghost, where there is one', async () => {
    const world = await openWorld()
    const { api, db, ann, bob, cat } = world
    const club = await api.createOrganization({
      body: { name: 'Club', slug: 'club' },
      headers: cat.headers,
    })
    assert.ok(club !== null)
    await api.addMember({ body: { userId: ann.id, organizationId: club.id, role: 'admin' } })
    await api.createInvitation({
      body: { email: 'dan@example.com', role: 'member', organizationId: club.id },
      headers: ann.headers,
    })
    const engine = engineOf(world, { plugins: PLUGINS, ghost: { id: bob.id } })
    await engine.migrate()
    await engine.delete(ann.id, {})
    assert.deepEqual(db.prepare('SELECT email, inviterId FROM invitation').all(), [
      { email: 'dan@example.com', inviterId: bob.id },
    ])
    world.close()
  })

  it('disables by a ban of the admin plugin, and lifts it', async () => {
    const world = await openWorld()
    const { api, db, ann } = world
    const engine = engineOf(world)
    await engine.migrate()
    const ban = () =>
      db.prepare('SELECT banned, banReason, banExpires FROM user WHERE id = ?').get(ann.id)
    const before = ban()
    const signIn = () => api.signInEmail({ body: { email: ANN, password: PASSWORD } })
    await engine.disable(ann.id, {})
    assert.deepEqual(ban(), { banned: 1, banReason: 'disabled', banExpires: null })
    assert.equal(await api.getSession({ headers: ann.headers }), null)
    await assert.rejects(signIn(), { status: 'FORBIDDEN' })
    await engine.enable(ann.id, {})
    assert.deepEqual(ban(), before)
    assert.equal((await signIn()).user.id, ann.id)
    world.close()
  })
})
