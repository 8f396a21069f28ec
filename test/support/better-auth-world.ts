/** A server on better-auth itself, on an SQLite file that its own migration made. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { apiKey } from '@better-auth/api-key'
import { passkey } from '@better-auth/passkey'
import { type BetterAuthOptions as AuthOptions, betterAuth } from 'better-auth'
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
import type { BetterAuthPlugin } from '../../src/presets/better-auth/index.ts'

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

export function authOptions(codes: SentCodes = new Map()) {
  return {
    baseURL: 'http://localhost:3000',
    secret: 'a secret of the tests, long enough to be taken',
    emailAndPassword: { enabled: true, sendResetPassword: nothing },
    logger: { disabled: true },
    telemetry: { enabled: false },
    rateLimit: { enabled: false },
    plugins: [
      organization({
        teams: { enabled: true },
        dynamicAccessControl: { enabled: true },
        sendInvitationEmail: nothing,
      }),
      twoFactor({ skipVerificationOnEnable: true }),
      admin(),
      username(),
      phoneNumber({
        sendOTP: ({ phoneNumber: to, code }) => {
          codes.set(to, code)
        },
        sendPasswordResetOTP: nothing,
      }),
      emailOTP({ sendVerificationOTP: nothing }),
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

/** Opens the file and lets better-auth create its tables there. */
export async function openBetterAuth<O extends AuthOptions>(options: O) {
  const folder = mkdtempSync(join(tmpdir(), 'better-auth-'))
  const db = new Database(join(folder, 'auth.sqlite'))
  const { runMigrations } = await getMigrations({ ...options, database: db })
  await runMigrations()
  const auth = betterAuth({ ...options, database: db } as O)
  return {
    db,
    auth,
    close: () => {
      db.close()
      rmSync(folder, { recursive: true })
    },
  }
}

/** The cookies of an answer, as the browser sends them back. */
export function cookiesOf(headers: Headers): Headers {
  const pairs = headers.getSetCookie().map((cookie) => cookie.split(';')[0] ?? '')
  return new Headers({ cookie: pairs.join('; ') })
}
