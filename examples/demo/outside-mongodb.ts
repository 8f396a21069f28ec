/**
 * The questions of the proof in MongoDB's language, over a client of its own.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { MongoClient, ObjectId } from 'mongodb'
import { holdsAddress, type Outside } from './proof.ts'

const OWNED = {
  users: '_id',
  sessions: 'userId',
  mfaFactors: 'userId',
  oauthConnections: 'userId',
  organizationMemberships: 'userId',
  passwordHistory: 'userId',
  notes: 'authorId',
}

const OF_EVERY_TENANT = [
  ...Object.keys(OWNED),
  'auditLog',
  'webhookEvents',
  'userConsents',
  'invitations',
]

const SOME = { $ne: null }

export function mongoOutside(uri: string, name: string): Outside {
  const client = new MongoClient(uri)
  const db = client.db(name)
  const among = (field: string, ids: readonly string[]) => ({
    [field]: { $in: ids.map((id) => new ObjectId(id)) },
  })
  const rowsOf: Outside['rowsOf'] = (collection, field, ids) =>
    db.collection(collection).countDocuments(among(field, ids))
  return {
    manner: 'plain queries over a second client',
    owned: OWNED,
    rowsOf,
    invitationsFrom: (ids) => rowsOf('invitations', 'invitedBy', ids),
    auditEntries: () => db.collection<{ _id: string }>('auditLog').countDocuments({ _id: /^aud_/ }),
    webhookEvents: () => db.collection('webhookEvents').countDocuments(),
    identifyingEntries: (ids) =>
      db.collection('auditLog').countDocuments({
        ...among('actor.id', ids),
        $or: [
          { 'actor.email': SOME },
          { ipAddress: SOME },
          { userAgent: SOME },
          { country: SOME },
          { 'metadata.device.name': SOME },
        ],
      }),
    consentsWithAddress: (ids) =>
      db.collection('userConsents').countDocuments({
        ...among('userId', ids),
        $or: [{ ipAddress: SOME }, { userAgent: SOME }],
      }),
    async valuesWith(emails) {
      let found = 0
      for (const { name: collection } of await db.listCollections().toArray()) {
        for await (const document of db.collection(collection).find()) {
          for (const value of valuesIn(document)) if (holdsAddress(value, emails)) found += 1
        }
      }
      return found
    },
    async hashOfOthers(tenantId) {
      const hash = createHash('sha256')
      for (const collection of OF_EVERY_TENANT) {
        const others = db.collection(collection).find({ tenantId: { $ne: tenantId } })
        for await (const document of others.sort({ _id: 1 })) hash.update(JSON.stringify(document))
      }
      return hash.digest('hex')
    },
    async onlyOwner(tenantId) {
      const [single] = await db
        .collection('organizationMemberships')
        .aggregate([
          { $match: { tenantId, role: 'owner' } },
          { $group: { _id: '$organizationId', owners: { $push: '$userId' } } },
          { $match: { owners: { $size: 1 } } },
          { $sort: { _id: 1 } },
          { $limit: 1 },
        ])
        .toArray()
      return String(single?.['owners'][0])
    },
    close: () => client.close(),
  }
}

function* valuesIn(value: unknown): Generator<unknown> {
  if (Array.isArray(value)) for (const item of value) yield* valuesIn(item)
  else if (value?.constructor === Object) yield* valuesIn(Object.values(value))
  else yield value
}
