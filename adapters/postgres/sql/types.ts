/**
 * Types of columns: what a text becomes before it is compared with one.
 *
 * @module
 */
import type { ColumnKind } from '../../../src/program/schema.ts'

/** Stands for a value inside JSON. */
export const JSON_VALUE = 'jsonb'

export type TypeKind = 'text' | 'integer' | 'number' | 'uuid' | 'boolean' | 'json' | 'other'

/** Of a type as the catalogue writes it. */
export function kindOf(type: string): TypeKind {
  return isAnyCase(type) ? 'text' : (KINDS[withoutModifier(type)] ?? 'other')
}

/** Numbers that are kept about as they are given are left out: two ids would be one. */
const KINDS: Readonly<Record<string, TypeKind>> = {
  ...{ text: 'text', 'character varying': 'text', varchar: 'text', character: 'text' },
  ...{ char: 'text', bpchar: 'text', name: 'text' },
  ...{ smallint: 'integer', integer: 'integer', bigint: 'integer', int: 'integer' },
  ...{ numeric: 'number', uuid: 'uuid', boolean: 'boolean', jsonb: 'json' },
}

/** Of a type that is a list: that of its elements. */
export function elementType(type: string): string | null {
  return type.endsWith('[]') ? type.slice(0, -2) : null
}

/** What a column of the type holds, in the words of every store. */
export function columnKind(type: string): ColumnKind {
  const element = elementType(type)
  // Where its schema is not on the search path, neither are its comparisons: other ones would find less.
  if (isAnyCase(element ?? type) && type.includes('.')) return 'other'
  if (element !== null) return { listOf: kindOf(element) }
  if (type === 'json') return 'json'
  const kind = kindOf(type)
  return kind === 'other' && /^(date|timestamp)\b(?!.*\[\])/.test(type) ? 'instant' : kind
}

/** Whether texts that are not the same are one to a column of the type: spaces at the end, or the case of letters. */
export function isLooseType(type: string): boolean {
  return isAnyCase(type) || /^(character|char|bpchar)\b(?! varying)/i.test(type)
}

/** With its schema where the session does not look into that. */
export function isAnyCase(type: string): boolean {
  return /(^|\.)"?citext"?$/.test(type)
}

/** A cast to a length would cut a value off, and what is left might be somebody else's. */
function withoutModifier(type: string): string {
  return type.toLowerCase().replace(/\(.*\)/, '')
}

/** Text as a value of the type; NULL where it is none, so that it equals nothing. */
export function fitted(text: string, type: string): string {
  switch (kindOf(type)) {
    case 'text':
      return isAnyCase(type) ? `CAST(${text} AS ${type})` : text
    case 'integer':
      return `CASE WHEN ${text} ~ '^(0|-?[1-9][0-9]{0,17})$' THEN CAST(${text} AS bigint) WHEN ${text} ~ '^-?[1-9][0-9]{18}$' THEN CASE WHEN CAST(${text} AS numeric) BETWEEN -9223372036854775808 AND 9223372036854775807 THEN CAST(${text} AS bigint) END END`
    case 'number':
      return `CASE WHEN ${text} ~ '^-?[0-9]+([.][0-9]+)?([eE][-+]?[0-9]{1,2})?$' THEN CAST(${text} AS ${withoutModifier(type)}) END`
    case 'uuid':
      return `CASE WHEN ${text} ~ '^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$' THEN CAST(${text} AS uuid) END`
    case 'boolean':
      return `CASE WHEN ${text} IN ('true', 'false') THEN CAST(${text} AS boolean) END`
    case 'json':
      return `to_jsonb(${text})`
    default:
      return `CAST(${text} AS ${type})`
  }
}
