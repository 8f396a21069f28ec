/**
 * Finds a PostgreSQL server for tests.
 *
 * In this order: the one that runs at `POSTGRES_URL`, the programs in the folder `POSTGRES_BIN`, the newest ones where
 * Debian puts them (`POSTGRES_VERSIONS` names another such folder), those on the PATH.
 *
 * @module
 */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs'
import path from 'node:path'

export type PostgresSource =
  /** Somebody else's server, in which the role of the address may create databases. */
  | { readonly kind: 'running'; readonly url: string }
  | { readonly kind: 'programs'; readonly folder: string; readonly foundAt: ProgramPlace }
  | { readonly kind: 'none'; readonly because: string }

type ProgramPlace = 'POSTGRES_BIN' | 'DEBIAN' | 'PATH'

const DEBIAN = '/usr/lib/postgresql'

/** Throws where `POSTGRES_BIN` names a folder without the programs: that is a mistake, not a missing server. */
export function findPostgres(env: NodeJS.ProcessEnv = process.env): PostgresSource {
  const { POSTGRES_URL: url, POSTGRES_BIN: named, POSTGRES_VERSIONS: debian = DEBIAN } = env
  if (url) return { kind: 'running', url }
  if (named) {
    if (!hasPrograms(named)) throw new Error(`POSTGRES_BIN has no initdb and postgres: ${named}`)
    return { kind: 'programs', folder: named, foundAt: 'POSTGRES_BIN' }
  }
  const versions = existsSync(debian) ? readdirSync(debian) : []
  const packaged = versions
    .sort((a, b) => Number(b) - Number(a))
    .map((version) => path.join(debian, version, 'bin'))
    .find(hasPrograms)
  if (packaged !== undefined) return { kind: 'programs', folder: packaged, foundAt: 'DEBIAN' }
  const folders = (env['PATH'] ?? '').split(path.delimiter).filter((folder) => folder !== '')
  const onPath = folders.find(hasPrograms)
  if (onPath !== undefined) return { kind: 'programs', folder: onPath, foundAt: 'PATH' }
  const because = `no POSTGRES_URL, no POSTGRES_BIN, none in ${debian}, none on the PATH`
  return { kind: 'none', because }
}

function hasPrograms(folder: string): boolean {
  try {
    for (const name of ['initdb', 'postgres']) accessSync(path.join(folder, name), constants.X_OK)
    return true
  } catch {
    return false
  }
}
