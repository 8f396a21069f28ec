import { after, describe, it } from 'node:test'
import PgAdapter from '@auth/pg-adapter'
import { annLeaves } from '../worlds/presets/authjs-world.ts'
import { isThere, openPostgresHost, stopPostgresHosts } from '../worlds/presets/postgres-host.ts'

/** As Auth.js' documentation has it; and the key and the indexes that it has not. */
const SCHEMA = `
CREATE TABLE verification_token (identifier TEXT NOT NULL, expires TIMESTAMPTZ NOT NULL, token TEXT NOT NULL, PRIMARY KEY (identifier, token));
CREATE TABLE accounts (
  id SERIAL, "userId" INTEGER NOT NULL, type VARCHAR(255) NOT NULL, provider VARCHAR(255) NOT NULL,
  "providerAccountId" VARCHAR(255) NOT NULL, refresh_token TEXT, access_token TEXT, expires_at BIGINT, id_token TEXT,
  scope TEXT, session_state TEXT, token_type TEXT, PRIMARY KEY (id)
);
CREATE TABLE sessions (
  id SERIAL, "userId" INTEGER NOT NULL, expires TIMESTAMPTZ NOT NULL, "sessionToken" VARCHAR(255) NOT NULL, PRIMARY KEY (id)
);
CREATE TABLE users (id SERIAL, name VARCHAR(255), email VARCHAR(255), "emailVerified" TIMESTAMPTZ, image TEXT, PRIMARY KEY (id));
ALTER SEQUENCE users_id_seq RESTART 7000001;
CREATE UNIQUE INDEX ON users (email);
CREATE INDEX ON accounts ("userId");
CREATE INDEX ON sessions ("userId");
`

describe("a user of Auth.js, deleted through the engine from its pg adapter's tables", {
  skip: !isThere,
}, () => {
  if (!isThere) return
  annLeaves(
    it,
    async () => {
      const { pool, ...host } = await openPostgresHost(SCHEMA)
      return { ...host, adapter: PgAdapter(pool) }
    },
    {
      options: { adapter: 'pg' },
      places: [
        ...['accounts.userId', 'sessions.userId', 'users.email', 'users.id'],
        'verification_token.identifier',
      ],
    },
  )
  after(stopPostgresHosts)
})
