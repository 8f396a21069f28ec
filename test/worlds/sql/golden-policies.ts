/**
 * Policies whose statements are kept, each with the database that it is for. An audit log, which the contract's other
 * policy has, makes no statement of a program.
 */
import Database from 'better-sqlite3'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import { definePolicy } from '../../../src/index.ts'
import { buildProgram } from '../../../src/plan/compile/build-program.ts'
import { compileCheck, compilePolicy } from '../../../src/plan/compile/compile-policy.ts'
import type { PolicyInput } from '../../../src/policy/policy.ts'
import { authjsPolicy } from '../../../src/presets/authjs/index.ts'
import { betterAuthPolicy } from '../../../src/presets/better-auth/index.ts'
import { helloJohnPolicy, helloJohnSchema } from '../../../src/presets/hellojohn/index.ts'
import type { Program } from '../../../src/program/program.ts'
import type { DatabaseSchema } from '../../../src/program/schema.ts'
import type { Store } from '../../../src/store/store.ts'
import {
  contractPolicy,
  contractSchema,
  nestedArrayPolicy,
  tombstonePolicy,
} from '../../../src/testing/contract/fixture.ts'
import { AUTHJS_SCHEMA } from '../presets/authjs-schema.ts'
import { authOptions, openBetterAuth, PLUGINS } from '../presets/better-auth-world.ts'
import { fill } from './sqlite-schema.ts'

export interface Fitted {
  readonly program: Program
  readonly schema: DatabaseSchema
}

interface GoldenPolicy {
  readonly name: string
  /** Only what differs from the statements of this policy is kept. */
  readonly unlike?: string
  fit(): Promise<Fitted>
}

export const GOLDEN_POLICIES: readonly GoldenPolicy[] = [
  ...[contractPolicy, tombstonePolicy, nestedArrayPolicy].map((policy) => ({
    name: policy.name,
    ...(policy === contractPolicy ? {} : { unlike: contractPolicy.name }),
    fit: () => fitted(policy, (db) => fill(db, contractSchema, {})),
  })),
  {
    name: 'hellojohn',
    fit: () => fitted(helloJohnPolicy, (db) => db.exec(helloJohnSchema)),
  },
  {
    name: 'authjs',
    fit: () => fitted(authjsPolicy({ adapter: 'kysely' }), (db) => db.exec(AUTHJS_SCHEMA)),
  },
  {
    name: 'better-auth',
    async fit() {
      const world = await openBetterAuth(authOptions())
      const result = await fittedTo(world.store, betterAuthPolicy({ plugins: PLUGINS }))
      await world.close()
      return result
    },
  },
  { name: 'odd', fit: () => fitted(ODD_POLICY, (db) => db.exec(ODD_SCHEMA)) },
]

async function fitted(
  policy: PolicyInput,
  create: (db: Database.Database) => unknown,
): Promise<Fitted> {
  const db = new Database(':memory:')
  db.pragma('foreign_keys = ON')
  create(db)
  const result = await fittedTo(sqliteStore(db), policy)
  db.close()
  return result
}

async function fittedTo(store: Store, policy: PolicyInput): Promise<Fitted> {
  const schema = await store.describe()
  const { stamp: _, ...unstamped } = schema
  const checks = Object.entries(policy.checks ?? {}).map(([name, check]) =>
    compileCheck(name, check),
  )
  const program = buildProgram(compilePolicy(definePolicy(policy)), checks, 'digest', unstamped)
  return { program, schema }
}

/** Tables that compare loosely, have no types or row ids, keep JSON under indexes, and write by triggers. */
const ODD_SCHEMA = `
CREATE TABLE users (id INTEGER PRIMARY KEY, tenant TEXT NOT NULL COLLATE NOCASE, email TEXT UNIQUE COLLATE NOCASE, handle TEXT, status TEXT CHECK (status <> ''), rowid TEXT);
CREATE TABLE posts (id TEXT PRIMARY KEY COLLATE NOCASE, owner REFERENCES users (id), editor INTEGER REFERENCES users (id), tenant, kind TEXT COLLATE RTRIM, note TEXT NOT NULL, UNIQUE (editor, kind));
CREATE INDEX posts_owner ON posts (owner);
CREATE INDEX posts_editor ON posts (editor);
CREATE TABLE remarks (post TEXT REFERENCES posts (id), line INTEGER, author TEXT, body TEXT CHECK (length(body) < 9), data TEXT, PRIMARY KEY (post, line)) WITHOUT ROWID;
CREATE INDEX remarks_by ON remarks (CASE WHEN json_valid(data) THEN json_extract(data, '$."by"') END);
CREATE TRIGGER remarks_kept AFTER DELETE ON remarks BEGIN INSERT INTO removed (post, line) VALUES (old.post, old.line); END;
CREATE TABLE removed (post TEXT, line INTEGER);
CREATE TABLE letters (id INTEGER PRIMARY KEY, address TEXT UNIQUE COLLATE NOCASE, answers INTEGER REFERENCES letters (id) ON DELETE CASCADE, words TEXT, seen INTEGER, doc BLOB);
CREATE INDEX letters_doc ON letters (CASE WHEN json_valid(doc, 9) THEN json_extract(doc, '$."user"."id"') END);
CREATE TABLE stamps (letter INTEGER REFERENCES letters (id), address TEXT REFERENCES letters (address), sheet TEXT);
CREATE TABLE reviews (id INTEGER PRIMARY KEY, writer INTEGER, reader INTEGER, note TEXT);
CREATE TABLE calls (id INTEGER PRIMARY KEY, caller INTEGER, kind TEXT, place TEXT, doc TEXT);
CREATE INDEX calls_caller ON calls (caller);
CREATE TABLE owners (org TEXT COLLATE NOCASE, member TEXT COLLATE NOCASE, role TEXT, PRIMARY KEY (org, member));
`

const ODD_POLICY: PolicyInput = {
  name: 'odd',
  version: 1,
  user: {
    ...{ table: 'users', id: 'id', tenant: 'tenant', fields: { email: 'email', handle: 'handle' } },
    action: 'anonymize',
    reason: 'kept rows refer to it',
    set: {
      email: { randomToken: true, suffix: '@gone.example' },
      handle: { pseudonym: { user: 'handle' } },
      status: 'gone',
    },
    ghost: { id: 1 },
  },
  tables: {
    posts: [
      {
        ...{ match: 'owner', where: { kind: ['draft', null] }, tenant: 'tenant', name: 'own' },
        action: 'delete',
      },
      {
        ...{ match: 'editor', action: 'anonymize', reason: 'the text stays', name: 'edited' },
        set: { editor: null, kind: 'edited', note: '$at' },
      },
      { match: 'owner', action: 'retain', reason: 'law', for: 'P1Y', then: 'delete', name: 'kept' },
    ],
    remarks: [
      {
        match: { column: 'post', through: { table: 'posts', key: 'id', rule: 'own' } },
        action: 'delete',
      },
      {
        match: { json: 'data', path: 'by', form: 'string' },
        ...{ action: 'anonymize', reason: 'the talk stays' },
        set: {
          author: { pseudonym: { user: 'id' }, prefix: 'p_' },
          data: { scrub: ['by', 'of[].by'] },
        },
      },
      { match: { column: 'author', prefix: 'u:' }, action: 'detach' },
    ],
    removed: 'unrelated',
    letters: [
      {
        match: { column: 'address', equals: { user: 'email' }, ignoreCase: true },
        ...{ acrossTenants: true, action: 'delete', name: 'theirs' },
      },
      {
        match: {
          column: 'words',
          inText: true,
          equals: { user: 'email' },
          prefix: ',',
          suffix: ',',
        },
        ...{ acrossTenants: true, action: 'delete' },
      },
      { match: { json: 'doc', path: 'user.id' }, action: 'block', remedy: 'answer it' },
      {
        match: { json: 'doc', path: 'to[].id' },
        ...{ action: 'anonymize', reason: 'for the others' },
        set: { doc: { pull: { user: 'id' }, path: 'read' }, words: null, seen: '$atMs' },
      },
      { match: { array: 'doc', path: 'cc[].ids', form: 'string' }, action: 'detach' },
      { match: { array: 'doc', path: 'bcc', element: 'user.id' }, action: 'detach' },
      { match: { json: 'doc', path: 'from[].id' }, action: 'detach', to: 'ghost' },
    ],
    stamps: {
      match: { column: 'address', through: { table: 'letters', key: 'address', rule: 'theirs' } },
      action: 'detach',
    },
    reviews: [
      {
        match: 'writer',
        ...{ action: 'anonymize', reason: 'for the reader' },
        set: { writer: null, reader: null },
      },
      {
        match: 'reader',
        ...{ action: 'anonymize', reason: 'for the writer' },
        set: { writer: null, reader: null },
      },
    ],
    calls: [
      {
        match: 'caller',
        ...{ action: 'anonymize', reason: 'for the bill' },
        set: { place: null, doc: { scrub: ['from.city'] } },
      },
      {
        ...{ match: 'caller', where: { kind: 'long' } },
        ...{ action: 'anonymize', reason: 'for the bill' },
        set: { doc: { scrub: ['to'] } },
      },
      {
        ...{ match: 'caller', where: { kind: 'free' } },
        ...{ action: 'anonymize', reason: 'for the bill' },
        set: { kind: 'none' },
      },
    ],
    owners: { match: 'member', action: 'delete' },
  },
  checks: {
    last_owner: {
      ...{ table: 'owners', match: 'member', where: { role: ['owner', null] }, within: 'org' },
      ...{ effect: 'block', remedy: 'name another owner' },
    },
  },
}
