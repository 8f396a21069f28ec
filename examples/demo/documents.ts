/**
 * The rows of the demo as documents of the same platform in MongoDB: names in camel case, ObjectIds for users,
 * dates as dates, JSON as sub-documents.
 *
 * @module
 */
import { type Document, ObjectId } from 'mongodb'
import type { SeededUser } from './seed.ts'

type Row = Readonly<Record<string, unknown>>

/** Columns that become fields of a sub-document. */
const NESTED = /^(actor|resource)_(.*)$/
const JSON_COLUMNS = ['metadata', 'data', 'public_metadata']
const USER_ID = /usr_\d+/g

export function documentOf(row: Row): Document {
  const document: Document = {}
  for (const [column, stored] of Object.entries(row)) {
    const value = fieldOf(column, stored)
    const [, parent, field = ''] = NESTED.exec(column) ?? []
    if (parent !== undefined) document[parent] = { ...document[parent], [camelCase(field)]: value }
    else document[column === 'id' ? '_id' : camelCase(column)] = value
  }
  return document
}

/** The user with the id that the documents have. */
export function withObjectId(user: SeededUser): SeededUser {
  return { ...user, id: hexOf(user.id) }
}

export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

function fieldOf(column: string, value: unknown): unknown {
  if (typeof value !== 'string') return value
  if (JSON_COLUMNS.includes(column)) return JSON.parse(value.replaceAll(USER_ID, hexOf)) as unknown
  if (column.endsWith('_at')) return new Date(value)
  return /^usr_\d+$/.test(value) ? new ObjectId(hexOf(value)) : value
}

function hexOf(id: string): string {
  return id.replace('usr_', '').padStart(24, '0')
}
