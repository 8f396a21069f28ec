/** better-auth itself with every plugin that the preset knows, on a database of its own making. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiKey } from '@better-auth/api-key'
import { passkey } from '@better-auth/passkey'
import { type BetterAuthOptions as AuthOptions, betterAuth } from 'better-auth'
import { mongodbAdapter } from 'better-auth/adapters/mongodb'
import { getMigrations } from 'better-auth/db/migration'
import {
  admin,
  deviceAuthorization,
  emailOTP,
  jwt,
  magicLink,
  oneTimeToken,
  organization,
  phoneNumber,
  siwe,
  twoFactor,
  username,
} from 'better-auth/plugins'
import Database from 'better-sqlite3'
import type { MongoStoreOptions } from '../../../adapters/mongodb/index.ts'
import { sqliteStore } from '../../../adapters/sqlite/index.ts'
import type { Store } from '../../../src/index.ts'
import type { BetterAuthPlugin } from '../../../src/presets/better-auth/index.ts'
import type { PooledDatabase } from '../mongodb/mongo-pool.ts'
import { placesInMongo, placesOf } from '../sql/raw-scan.ts'

export const PASSWORD = 'correct horse battery'

/** What `authOptions` switches on, by the names of the preset. */
export const PLUGINS: readonly BetterAuthPlugin[] = [
  'admin',
  'apiKey',
  'deviceAuthorization',
  'dynamicAccessControl',
  'emailOTP',
  'jwt',
  'magicLink',
  'oneTimeToken',
  'organization',
  'passkey',
  'phoneNumber',
  'siwe',
  'teams',
  'twoFactor',
  'username',
]

const nothing = async () => {}

/** Codes that were sent to phones, by number. */
export type SentCodes = Map<string, string>

export function authOptions(
  codes: SentCodes = new Map(),
  advanced: NonNullable<AuthOptions['advanced']> = {},
) {
  return {
    advanced,
    baseURL: 'http://localhost:3000',
    secret: 'a secret of the tests, long enough to be taken',
    emailAndPassword: { enabled: true, sendResetPassword: nothing },
    socialProviders: { github: { clientId: 'client', clientSecret: 'secret' } },
    logger: { disabled: true },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    plugins: [
      organization({
        teams: { enabled: true },
        dynamicAccessControl: { enabled: true },
        sendInvitationEmail: nothing,
      }),
      twoFactor({ skipVerificationOnEnable: true, otpOptions: { sendOTP: nothing } }),
      admin(),
      username(),
      phoneNumber({
        sendOTP: ({ phoneNumber: to, code }) => {
          codes.set(to, code)
        },
        sendPasswordResetOTP: nothing,
      }),
      emailOTP({ sendVerificationOTP: nothing, changeEmail: { enabled: true } }),
      magicLink({ sendMagicLink: nothing }),
      oneTimeToken(),
      deviceAuthorization({ verificationUri: '/device' }),
      siwe({
        domain: 'localhost',
        getNonce: async () => 'nonce',
        verifyMessage: async () => false,
      }),
      jwt(),
      passkey(),
      apiKey(),
    ],
  } satisfies AuthOptions
}

/** A server, and its database past better-auth and past the engine. */
export interface AuthHost<Auth> {
  readonly auth: Auth
  readonly store: Store
  /** `table.column` of every value that holds one of the texts. */
  places(texts: readonly string[]): Promise<readonly string[]>
  /** Rows in the order of their ids. */
  rows(table: string): Promise<readonly Readonly<Record<string, unknown>>[]>
  close(): Promise<void>
}

/** On an SQLite file, with the tables that better-auth's own migration creates there. */
export async function openBetterAuth<const O extends AuthOptions>(options: O) {
  const folder = mkdtempSync(join(tmpdir(), 'better-auth-'))
  const db = new Database(join(folder, 'auth.sqlite'))
  const { runMigrations } = await getMigrations({ ...options, database: db })
  await runMigrations()
  return {
    auth: betterAuth({ ...options, database: db } as O),
    store: sqliteStore(db),
    places: async (texts) => placesOf(db, texts),
    rows: async (table) =>
      db.prepare(`SELECT * FROM "${table}" ORDER BY id`).all() as Record<string, unknown>[],
    async close() {
      db.close()
      rmSync(folder, { recursive: true })
    },
  } satisfies AuthHost<unknown>
}

/** On MongoDB, where collections come with their first document if they are not there. */
export async function openBetterAuthOn<const O extends AuthOptions>(
  { db, createStore, release }: PooledDatabase,
  options: O,
  storeOptions: MongoStoreOptions = {},
) {
  const database = mongodbAdapter(db, { client: db.client })
  return {
    auth: betterAuth({ ...options, database } as O),
    store: createStore(storeOptions),
    places: (texts) => placesInMongo(db, texts),
    rows: (table) => db.collection(table).find().sort('_id', 1).toArray(),
    close: release,
  } satisfies AuthHost<unknown>
}

/** The cookies of an answer, as the browser sends them back. */
export function cookiesOf(headers: Headers): Headers {
  const pairs = headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
  return new Headers({ cookie: pairs.join('; ') })
}
