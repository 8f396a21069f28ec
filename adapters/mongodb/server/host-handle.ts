/**
 * What a host passes as its database: taken where it is the driver's `Db`, named where it is something else.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { MongoDb } from './driver.ts'

/** @throws {@link UserDeletionError} `invalid_argument` naming what was passed instead of the driver's `Db`. */
export function databaseOf(given: unknown): MongoDb {
  if (isDatabase(given)) return given
  throw new UserDeletionError(
    'invalid_argument',
    `mongoStore takes the driver's Db, as in mongoStore(client.db('auth')). It was given ${nameOf(given)}.`,
    { details: { path: 'db' } },
  )
}

function isDatabase(given: unknown): given is MongoDb {
  if (typeof given !== 'object' || given === null) return false
  const { collection, command, listCollections, databaseName } = given as Members
  return (
    [collection, command, listCollections].every(isFunction) && typeof databaseName === 'string'
  )
}

type Members = Readonly<Record<string, unknown>>

function nameOf(given: unknown): string {
  if (given === undefined || given === null) return 'nothing'
  if (typeof given === 'string') return 'a text: connect a MongoClient first'
  if (typeof given !== 'object' && typeof given !== 'function') return `a ${typeof given}`
  const { db, connect, getClient, prepare, createCollection } = given as Members
  if (isFunction(db) && isFunction(connect)) return "a MongoClient: pass client.db('name')"
  if (isFunction(getClient) && isFunction(createCollection)) {
    return "a connection of Mongoose: pass connection.getClient().db('name')"
  }
  return isFunction(prepare) ? 'a handle of SQLite: use sqliteStore' : 'an object that is no Db'
}

function isFunction(value: unknown): boolean {
  return typeof value === 'function'
}
