/**
 * Users with about 30 documents each.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import type { Db, Document } from 'mongodb'

export const TENANT = 'tnt_bench'

/** Field by which each collection is searched. */
const COLLECTIONS = {
  users: 'userId',
  sessions: 'userId',
  mfaFactors: 'userId',
  oauthConnections: 'userId',
  memberships: 'userId',
  posts: 'authorId',
  auditLog: 'actor.id',
  webhookEvents: 'data.user.id',
} as const

type Name = keyof typeof COLLECTIONS

/** One index after the other: built side by side over several connections they may stall a server. */
export async function createCollections(db: Db): Promise<void> {
  await db.dropDatabase()
  for (const [name, field] of Object.entries(COLLECTIONS)) {
    await db.collection(name).createIndex({ [field]: 1 }, { unique: name === 'users' })
  }
  for (const name of ['byHandReceipts', 'byHandEvents', 'byHandHead']) {
    await db.collection(name).createIndex({ userId: 1 })
  }
}

export function userIds(users: number): string[] {
  return Array.from({ length: users }, (_, number) => `usr_${String(number).padStart(8, '0')}`)
}

/** Empties everything and writes the users anew; their documents lie scattered as in a grown database. */
export async function fill(db: Db, ids: readonly string[], seed: number): Promise<void> {
  const existing = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()
  for (const { name } of existing) {
    if (!name.startsWith('user_deletion_writer')) await db.collection(name).deleteMany({})
  }
  for (let start = 0; start < ids.length; start += 1_000) {
    const page = ids.slice(start, start + 1_000)
    for (const name of Object.keys(COLLECTIONS) as Name[]) {
      const documents = Array.from({ length: COPIES[name] }, (_, copy) =>
        page.map((id) => documentOf(name, id, copy, seed)),
      ).flat()
      await db.collection(name).insertMany(documents, { writeConcern: { w: 1 } })
    }
  }
}

/**
 * For each list of users a digest of what the host's collections hold of them: the same for two lists where the
 * same is left, whichever users there are and in whatever order their documents lie.
 */
export async function digestsOf(
  db: Db,
  lists: readonly (readonly string[])[],
): Promise<readonly string[]> {
  const places = new Map(
    lists.flatMap((ids, list) => ids.map((id, place) => [id, { list, place }] as const)),
  )
  const sums = lists.map(() => new Uint8Array(32))
  for (const name of Object.keys(COLLECTIONS)) {
    for await (const document of db.collection(name).find({}, { projection: { _id: 0 } })) {
      const [id = ''] = String(document['key']).split('/')
      const owner = places.get(id)
      const sum = sums[owner?.list ?? -1]
      if (owner === undefined || sum === undefined) continue
      const text = JSON.stringify([name, document]).replaceAll(id, String(owner.place))
      for (const [index, byte] of createHash('sha256').update(text).digest().entries()) {
        sum[index] = ((sum[index] ?? 0) + byte) & 0xff
      }
    }
  }
  return sums.map((sum) => Buffer.from(sum).toString('hex'))
}

const COPIES: Readonly<Record<Name, number>> = {
  users: 1,
  sessions: 4,
  mfaFactors: 2,
  oauthConnections: 1,
  memberships: 2,
  posts: 4,
  auditLog: 12,
  webhookEvents: 4,
}

function documentOf(name: Name, id: string, copy: number, seed: number): Document {
  const key = `${id}/${copy}`
  const email = `${id}@example.com`
  const at = new Date(1_700_000_000_000 + copy * 60_000 + seed)
  switch (name) {
    case 'users':
      return { key, userId: id, tenantId: TENANT, email, name: `Name ${id}`, status: 'active', at }
    case 'sessions':
      return { key, userId: id, ip: '192.0.2.1', userAgent: `agent of ${id}`, at }
    case 'posts':
      return { key, authorId: id, title: `Title ${key}`, at }
    case 'auditLog':
      return {
        ...{ key, type: 'user.signed_in', ip: '192.0.2.1', userAgent: `agent of ${id}`, at },
        actor: { id, email },
        metadata: { email, device: { os: 'linux' } },
      }
    case 'webhookEvents':
      return { key, type: 'user.updated', data: { user: { id, email, name: `Name ${id}` } }, at }
    default:
      return { key, userId: id, kind: name, label: `label ${key}`, at }
  }
}
