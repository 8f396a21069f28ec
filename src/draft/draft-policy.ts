/**
 * A first policy from the live schema, for a person to finish.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import type { Store } from '../store/store.ts'
import { printPolicy } from './print-policy.ts'
import { proposeTables } from './propose-tables.ts'
import { type GivenUsers, pathsToSample, readSchema } from './read-schema.ts'

export interface DraftOptions {
  /** The table of the users, where its name does not show it; with the column of their ids, where no key does. */
  readonly user?: string | { readonly table: string; readonly id: string }
  /** Name of the policy. Default `draft`. */
  readonly name?: string
}

/**
 * Reads the schema of a database and writes a first policy for it, as the text of a TypeScript module.
 *
 * Foreign keys, names and types give the proposal. Where they do not say what is to happen, the line is
 * `undecided(…)` with a question: it does not compile, and `definePolicy` refuses it, until a person has put a
 * rule in its place. Lines without one are meant to be read too: nothing but the schema was looked at, and of
 * collections a small sample.
 *
 * Changes nothing. The same schema gives the same text.
 *
 * @throws {@link UserDeletionError} `invalid_argument` where no table, or more than one, may be that of the users,
 * or no key tells which column holds their ids.
 *
 * @example
 * writeFileSync('policy.ts', await draftPolicy(sqliteStore(db)))
 */
export async function draftPolicy(
  store: Pick<Store, 'describe'>,
  options: DraftOptions = {},
): Promise<string> {
  const { user, name = 'draft' } = optionsOf(options)
  const promised = await store.describe({ paths: [], everything: true })
  const paths = pathsToSample(promised)
  const described =
    paths.length === 0 ? promised : await store.describe({ paths, everything: true })
  const schema = readSchema(described, givenUsers(user))
  return printPolicy(name, schema, proposeTables(schema))
}

function givenUsers(user: DraftOptions['user']): GivenUsers {
  if (user === undefined || typeof user === 'string') return { table: user ?? null, id: null }
  return user
}

function optionsOf(options: DraftOptions): DraftOptions {
  for (const [key, value] of Object.entries(options)) {
    if (value === undefined && (key === 'user' || key === 'name')) continue
    if (key === 'name' && typeof value === 'string') continue
    if (key === 'user' && (typeof value === 'string' || namesUsers(value))) continue
    throw new UserDeletionError('invalid_argument', `"${key}" is not an option of draftPolicy.`, {
      details: { path: key },
    })
  }
  return options
}

function namesUsers(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { table, id, ...others } = value as Readonly<Record<string, unknown>>
  return typeof table === 'string' && typeof id === 'string' && Object.keys(others).length === 0
}
