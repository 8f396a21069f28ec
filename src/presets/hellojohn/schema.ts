/**
 * The built-in schema for SQLite.
 *
 * @module
 */
import { keptTables } from './kept-tables.ts'
import { userTables } from './user-tables.ts'

/**
 * The SQL that creates the built-in schema. Meant for a database without these tables: a second run is an error.
 *
 * E-mail addresses are compared byte for byte, so store them in one spelling (lower case, say) everywhere.
 *
 * @example
 * const db = new Database('auth.sqlite')
 * db.exec(helloJohnSchema)
 */
export const helloJohnSchema: string = `${userTables}${keptTables}`
