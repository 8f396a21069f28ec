/** The documents of the HelloJohn preset on MongoDB, with a few people. */
import { type Db, ObjectId } from 'mongodb'
import { mongoStore } from '../../../adapters/mongodb/index.ts'
import { type EngineOptions, UserDeletionEngine } from '../../../src/index.ts'
import { createIndexes, helloJohnPolicy } from '../../../src/presets/hellojohn-mongodb/index.ts'
import { fixedClock } from '../fixed-clock.ts'

type Options = Partial<EngineOptions<typeof helloJohnPolicy>>

export const ANN: ObjectId = new ObjectId('0000000000000000000000a1')
export const BOB: ObjectId = new ObjectId('0000000000000000000000b0')
/** Another Ann, with the same address, in another tenant. */
export const ANN_2: ObjectId = new ObjectId('0000000000000000000000a2')

/**
 * The platform's documents with Ann and Bob in tenant tnt_1 and another Ann, with the same address, in tnt_2. Ann
 * owns org_1 alone; she and Bob own org_2. The database is emptied first; its indexes stay.
 */
export async function openHelloJohnOn(db: Db, options: Options = {}) {
  const collections = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()
  if (collections.length === 0) await createIndexes(db)
  await Promise.all(collections.map(({ name }) => db.collection(name).deleteMany({})))
  const documents = Object.entries(documentsOfAll())
  await Promise.all(documents.map(([name, all]) => db.collection<object>(name).insertMany(all)))
  const warnings: unknown[] = []
  const engine = new UserDeletionEngine({
    store: mongoStore(db),
    policy: helloJohnPolicy,
    clock: fixedClock(),
    logger: { warn: (message, details) => void warnings.push([message, details]) },
    ...options,
  })
  await engine.migrate()
  /** Raw documents, past the adapter. */
  const read = (collection: string, filter = {}) => db.collection(collection).find(filter).toArray()
  /** The users whom the documents of a collection name. */
  const owners = async (collection: string, field = 'userId') =>
    [...new Set((await read(collection)).map((document) => String(document[field])))].sort()
  return { db, engine, read, owners, warnings }
}

const PERSON = [
  [ANN, 'tnt_1', 'ann@example.com'],
  [BOB, 'tnt_1', 'bob@example.com'],
  [ANN_2, 'tnt_2', 'ann@example.com'],
] as const

const AT = new Date('2026-01-01T00:00:00.000Z')

function documentsOfAll(): Record<string, object[]> {
  const all: Record<string, object[]> = {
    organizations: [
      { _id: 'org_1', tenantId: 'tnt_1', name: 'One' },
      { _id: 'org_2', tenantId: 'tnt_1', name: 'Two' },
    ],
    organizationMemberships: [
      { organizationId: 'org_1', userId: ANN, tenantId: 'tnt_1', role: 'owner', joinedAt: AT },
      { organizationId: 'org_2', userId: ANN, tenantId: 'tnt_1', role: 'owner', joinedAt: AT },
      { organizationId: 'org_2', userId: BOB, tenantId: 'tnt_1', role: 'owner', joinedAt: AT },
    ],
    invitations: [
      // To Ann, from Ann to somebody else, and to Ann in the other tenant.
      { _id: 'inv_to', tenantId: 'tnt_1', email: 'ann@example.com', invitedBy: BOB },
      { _id: 'inv_by', tenantId: 'tnt_1', email: 'carl@example.com', invitedBy: ANN },
      { _id: 'inv_far', tenantId: 'tnt_2', email: 'ann@example.com', invitedBy: ANN_2 },
    ],
  }
  for (const [id, tenantId, email] of PERSON) {
    for (const [name, documents] of Object.entries(documentsOf(id, tenantId, email))) {
      all[name] = [...(all[name] ?? []), ...documents]
    }
  }
  return all
}

function documentsOf(userId: ObjectId, tenantId: string, email: string): Record<string, object[]> {
  const own = (more: object) => ({ userId, tenantId, createdAt: AT, ...more })
  const place = { ipAddress: '10.0.0.1', userAgent: 'Firefox', country: 'NL' }
  const id = String(userId)
  const entry = (more: object) => ({ tenantId, result: 'success', createdAt: AT, ...more })
  return {
    users: [
      {
        ...{ _id: userId, tenantId, email, name: 'Somebody', status: 'active', createdAt: AT },
        mfaEnabled: true,
      },
    ],
    sessions: [own({ ...place, status: 'active' }), own({ ...place, status: 'expired' })],
    trustedDevices: [own({ name: 'Phone' })],
    passwordResetTokens: [own({ tokenHash: `reset ${id}` })],
    emailVerificationTokens: [
      own({ tokenHash: `verify ${id}` }),
      { tenantId, email, createdAt: AT },
    ],
    recoveryCodes: [own({ codeHash: `code ${id}` })],
    webauthnCredentials: [own({ credentialId: `key ${id}` })],
    mfaFactors: [own({ type: 'totp', secret: `secret ${id}` })],
    oauthConnections: [own({ provider: 'github', providerUserId: id, email })],
    passwordHistory: [own({ passwordHash: `hash ${id}` })],
    roleAssignments: [own({ organizationId: 'org_2', role: 'editor' })],
    userConsents: [own({ ...place, purpose: 'newsletter' })],
    auditLog: [
      entry({
        ...{ _id: `did_${id}`, type: 'session.created', ...place },
        actor: { id: userId, email, type: 'user' },
        resource: { id: `ses_${id}`, type: 'session' },
        metadata: { sessionId: `ses_${id}`, email, device: { name: "Somebody's phone" } },
      }),
      entry({
        ...{ _id: `key_${id}`, type: 'user.disabled', ...place, ipAddress: '10.9.9.9' },
        actor: { id: 'key_1', type: 'api_key' },
        resource: { id: userId, type: 'user' },
        metadata: { email, disabledReason: `${email} asked` },
      }),
      entry({
        ...{ _id: `fail_${id}`, type: 'user.sign_in_failed', ...place },
        actor: { email, type: 'user' },
        metadata: { email },
      }),
    ],
    webhookEvents: [
      {
        ...{ _id: `evt_${id}`, type: 'user.created', tenantId, createdAt: AT },
        data: { user: { id, email, name: 'Somebody' }, plan: 'pro' },
      },
    ],
    webhookDeliveries: [{ _id: `del_${id}`, eventId: `evt_${id}`, webhookId: 'wh_1' }],
  }
}
