/** Documents as Auth.js' MongoDB adapter writes them. */
import { type Db, ObjectId } from 'mongodb'

export async function fillAuthjs(db: Db): Promise<void> {
  const userId = new ObjectId()
  const expires = new Date('2026-04-01T00:00:00.000Z')
  const documents = {
    users: { _id: userId, email: 'ann@example.com', name: 'Ann', image: null, emailVerified: null },
    accounts: {
      userId,
      type: 'oauth',
      provider: 'github',
      providerAccountId: '7',
      access_token: 's',
    },
    sessions: { userId, sessionToken: 'secret', expires },
    verification_tokens: { identifier: 'ann@example.com', token: 'hash', expires },
  }
  for (const [name, document] of Object.entries(documents)) {
    await db.collection<object>(name).insertOne(document)
  }
}
