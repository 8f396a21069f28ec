/** What has to hold on every database once a user of better-auth is deleted through the engine. */
import assert from 'node:assert/strict'
import { after, before } from 'node:test'
import { type DriftReport, UserDeletionEngine } from '../../../src/index.ts'
import {
  type BetterAuthOptions,
  type BetterAuthPolicy,
  betterAuthPolicy,
} from '../../../src/presets/better-auth/index.ts'
import {
  ANN,
  ANN_NEW,
  type OpenHost,
  openPeople,
  type People,
  PHONE,
  useEverything,
  useIds,
} from './better-auth-people.ts'
import { PASSWORD } from './better-auth-world.ts'

export type RegisterTest = (name: string, test: () => Promise<void>) => unknown

export function engineOf(
  { store }: Pick<People, 'store'>,
  options: BetterAuthOptions,
): UserDeletionEngine<BetterAuthPolicy> {
  const logger = { warn: () => {} } // On MongoDB: that better-auth creates no indexes.
  return new UserDeletionEngine({ store, policy: betterAuthPolicy(options), logger })
}

/** Registers the tests in a group of their own; `userId` is the column of the id in the user table. */
export function annLeaves(
  it: RegisterTest,
  open: OpenHost,
  { options, userId }: { readonly options: BetterAuthOptions; readonly userId: string },
): void {
  let people: People
  let numberBefore: readonly string[]
  let placesBefore: readonly string[]
  let hers: readonly string[]
  let others: readonly unknown[]
  let fit: DriftReport
  const sessionOf = (headers: Headers) => people.api.getSession({ headers })
  const signIn = (email: string) => people.api.signInEmail({ body: { email, password: PASSWORD } })

  before(async () => {
    people = await openPeople(open)
    await useEverything(people)
    placesBefore = await people.places([people.ann.id, ANN])
    numberBefore = await people.places([PHONE])
    hers = [people.ann.id, ANN, ANN_NEW, PHONE, ...(await tokensOf(people.ann.id, people))]
    others = await rowsOfOthers(people, hers)
    assert.equal((await sessionOf(people.ann.headers))?.user.id, people.ann.id)
    const engine = engineOf(people, options)
    await engine.migrate()
    fit = await engine.checkSchema()
    await engine.delete(people.ann.id, {})
  })
  after(() => people.close())

  it('is fitted by the policy', async () => {
    assert.deepEqual(fit, { fits: true, findings: [] })
  })

  it('stood in every table that better-auth keeps for users', async () => {
    assert.deepEqual(placesBefore, [
      ...['account.accountId', 'account.userId', 'apikey.referenceId', 'deviceCode.userId'],
      ...['invitation.email', 'invitation.inviterId', 'member.userId'],
      ...['passkey.credentialID', 'passkey.userId', 'session.impersonatedBy', 'session.userId'],
      ...['teamMember.userId', 'twoFactor.userId'],
      ...[`user.${userId}`, 'user.email'].sort(),
      ...['verification.identifier', 'verification.value', 'walletAddress.userId'],
    ])
    assert.deepEqual(numberBefore, ['user.phoneNumber', 'verification.identifier'])
  })

  it('stands in none of them any more: no id, no address, no number, no token', async () => {
    assert.deepEqual(await people.places(hers), [])
  })

  it('leaves every row of the others as it was', async () => {
    assert.deepEqual(await rowsOfOthers(people, hers), others)
  })

  it('is refused with the old cookie and at the sign-in', async () => {
    assert.equal(await sessionOf(people.ann.headers), null)
    await assert.rejects(signIn(ANN), { status: 'UNAUTHORIZED' })
  })

  it('does not keep others from their sessions or from signing in', async () => {
    assert.equal((await sessionOf(people.bob.headers))?.user.id, people.bob.id)
    assert.equal((await signIn('cat@example.com')).user?.id, people.cat.id)
  })

  it('can sign up again under the address, as somebody new', async () => {
    const again = await people.signUp(ANN)
    assert.notEqual(again.id, people.ann.id)
    assert.equal((await sessionOf(again.headers))?.user.email, ANN)
  })
}

async function tokensOf(id: string, { rows }: People): Promise<readonly string[]> {
  const own = (await rows('session')).filter(({ userId }) => String(userId) === id)
  return own.map(({ token }) => String(token))
}

/** Rows of tables with people in them that hold nothing of Ann. */
async function rowsOfOthers(
  { rows }: People,
  hers: readonly string[],
): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for (const table of WITH_PEOPLE) {
    const kept = (await rows(table)).filter(
      (row) =>
        !Object.values(row).some((value) => hers.some((text) => String(value).includes(text))),
    )
    assert.notEqual(kept.length, 0, table)
    found.push(kept)
  }
  return found
}

const WITH_PEOPLE = [
  ...['account', 'apikey', 'invitation', 'member', 'passkey', 'session', 'twoFactor', 'user'],
  'verification',
]

/** The admin plugin's ban is how `disable` shows on the row. */
export async function disablesByBan(open: OpenHost, options: BetterAuthOptions): Promise<void> {
  const { api, ann, rows, close, store } = await openPeople(open)
  const engine = engineOf({ store }, options)
  await engine.migrate()
  const ban = async () => {
    const row = (await rows('user')).find(({ email }) => email === ANN)
    return ['banned', 'banReason', 'banExpires'].map((field) => row?.[field] ?? null)
  }
  const before = await ban()
  const signIn = () => api.signInEmail({ body: { email: ANN, password: PASSWORD } })
  await engine.disable(ann.id, {})
  const [banned, ...rest] = await ban()
  assert.deepEqual([Boolean(banned), ...rest], [true, 'disabled', null])
  assert.equal(await api.getSession({ headers: ann.headers }), null)
  await assert.rejects(signIn(), { status: 'FORBIDDEN' })
  await engine.enable(ann.id, {})
  assert.deepEqual(await ban(), before)
  assert.equal((await signIn()).user.id, ann.id)
  await close()
}

/** Nobody leaves an organization without an owner, and several roles stand in one field. */
export async function keepsLastOwner(open: OpenHost, options: BetterAuthOptions): Promise<void> {
  const { api, ann, bob, close, store } = await openPeople(open)
  const club = await api.createOrganization({
    body: { name: 'Club', slug: 'club' },
    headers: bob.headers,
  })
  assert.ok(club !== null)
  const engine = engineOf({ store }, options)
  await engine.migrate()
  await assert.rejects(engine.delete(bob.id, {}), { code: 'deletion_blocked' })
  await api.addMember({
    body: { userId: ann.id, organizationId: club.id, role: ['admin', 'owner'] },
  })
  await engine.delete(bob.id, {})
  await assert.rejects(engine.delete(ann.id, {}), { code: 'deletion_blocked' })
  await close()
}

/** Invitations of a deleted user stay, under the ghost. */
export async function handsInvitationsToGhost(
  open: OpenHost,
  optionsFor: (ghost: string) => BetterAuthOptions,
): Promise<void> {
  const { api, ann, bob, cat, rows, close, store } = await openPeople(open)
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
  const [before] = await rows('invitation')
  const engine = engineOf({ store }, optionsFor(bob.id))
  await engine.migrate()
  await engine.delete(ann.id, {})
  const [invitation, ...more] = await rows('invitation')
  assert.deepEqual(
    [invitation?.['email'], String(invitation?.['inviterId'])],
    ['dan@example.com', bob.id],
  )
  // The ghost stands there in the very type that better-auth wrote.
  assert.equal(invitation?.['inviterId']?.constructor, before?.['inviterId']?.constructor)
  assert.deepEqual(more, [])
  await close()
}

/** Where `useIds` makes better-auth write Ann's id down, in whatever type. */
const REFERENCES = [
  ...['account.userId', 'apikey.referenceId', 'deviceCode.userId', 'passkey.userId'],
  ...['session.impersonatedBy', 'session.userId', 'verification.value', 'walletAddress.userId'],
]

/** Ids of another type are found wherever they stand; those of others stay. */
export async function leavesByOtherIds(
  open: OpenHost,
  options: BetterAuthOptions,
  generateId: 'serial' | 'uuid' | ((wanted: { readonly model: string }) => string),
): Promise<void> {
  const people = await openPeople(open, { database: { generateId } })
  await useIds(people)
  const { ann, bob, rows } = people
  const referencesTo = async (id: string) => {
    const found: string[] = []
    for (const reference of REFERENCES) {
      const [table = '', column = ''] = reference.split('.')
      if ((await rows(table)).some((row) => String(row[column]) === id)) found.push(reference)
    }
    const texts = (await rows('verification')).map(({ value }) => String(value))
    return texts.some((text) => text.includes(`"id":"${id}"`)) ? [...found, IN_JSON] : found
  }
  assert.deepEqual(await referencesTo(ann.id), [...REFERENCES, IN_JSON])
  const ofBob = await referencesTo(bob.id)
  assert.ok(ofBob.includes('apikey.referenceId'))
  const engine = engineOf(people, options)
  await engine.migrate()
  await engine.delete(generateId === 'serial' ? Number(ann.id) : ann.id, {})
  assert.deepEqual(await referencesTo(ann.id), [])
  assert.deepEqual(await referencesTo(bob.id), ofBob)
  await people.close()
}

const IN_JSON = 'inside the JSON of a passkey about to be registered'
