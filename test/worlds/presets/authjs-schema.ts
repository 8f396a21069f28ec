/** The tables of Auth.js' SQL adapters, as the documentation of the Kysely adapter has them. */
export const AUTHJS_SCHEMA = `
CREATE TABLE User (id TEXT PRIMARY KEY, name TEXT, email TEXT UNIQUE, emailVerified TEXT, image TEXT);
CREATE TABLE Account (
  id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))),
  userId TEXT NOT NULL REFERENCES User (id) ON DELETE CASCADE,
  type TEXT NOT NULL, provider TEXT NOT NULL, providerAccountId TEXT NOT NULL,
  refresh_token TEXT, access_token TEXT, expires_at INTEGER, token_type TEXT, scope TEXT, id_token TEXT, session_state TEXT
);
CREATE TABLE Session (
  id TEXT PRIMARY KEY DEFAULT (lower(hex(randomblob(16)))),
  userId TEXT NOT NULL REFERENCES User (id) ON DELETE CASCADE,
  sessionToken TEXT NOT NULL UNIQUE, expires TEXT NOT NULL
);
CREATE TABLE VerificationToken (identifier TEXT NOT NULL, token TEXT NOT NULL UNIQUE, expires TEXT NOT NULL);
`
