/**
 * A first policy from the live schema, for a person to finish.
 *
 * @module
 */
import { UserDeletionError } from '../errors.ts'
import type { Store } from '../store/store.ts'
import { printPolicy } from './print-policy.ts'
import { proposeTables } from './propose-tables.ts'
import { pathsToSample, readSchema } from './read-schema.ts'

export interface DraftOptions {
  /** The table of the users, where its name does not show it. */
  readonly user?: string
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
 * @throws {@link UserDeletionError} `invalid_argument` where no table, or more than one, may be that of the users.
 *
 * @example
 * writeFileSync('policy.ts', await draftPolicy(sqliteStore(db)))
 */
export async function draftPolicy(
  store: Pick<Store, 'describe'>,
  options: DraftOptions = {},
): Promise<string> {
  const { user = null, name = 'draft' } = optionsOf(options)
  const promised = await store.describe()
  const paths = pathsToSample(promised)
  const described = paths.length === 0 ? promised : await store.describe({ paths })
  const schema = readSchema(described, user)
  return printPolicy(name, schema, proposeTables(schema))
}

function optionsOf(options: DraftOptions): DraftOptions {
  for (const [key, value] of Object.entries(options)) {
    if ((key === 'user' || key === 'name') && (typeof value === 'string' || value === undefined)) {
      continue
    }
    throw new UserDeletionError('invalid_argument', `"${key}" is not an option of draftPolicy.`, {
      details: { path: key },
    })
  }
  return options
}
