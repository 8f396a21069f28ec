/**
 * Types of columns: what a text becomes before it is compared with one.
 *
 * @module
 */

/** Stands for a value inside JSON. */
export const JSON_VALUE = 'jsonb'

export type TypeKind = 'text' | 'integer' | 'number' | 'uuid' | 'boolean' | 'json' | 'other'

/** Of a type as the catalogue writes it. */
export function kindOf(type: string): TypeKind {
  return KINDS[withoutModifier(type)] ?? 'other'
}

const KINDS: Readonly<Record<string, TypeKind>> = {
  ...{ text: 'text', 'character varying': 'text', varchar: 'text', character: 'text' },
  ...{ char: 'text', bpchar: 'text', name: 'text', citext: 'text' },
  ...{ smallint: 'integer', integer: 'integer', bigint: 'integer', int: 'integer' },
  ...{ numeric: 'number', real: 'number', 'double precision': 'number' },
  ...{ uuid: 'uuid', boolean: 'boolean', json: 'json', jsonb: 'json' },
}

/** Whether texts that are not the same are one to a column of the type: spaces at the end, or the case of letters. */
export function isLooseType(type: string): boolean {
  return /^(character|char|bpchar|citext|"?\w+"?\.citext)\b(?! varying)/i.test(type)
}

/** A cast to a length would cut a value off, and what is left might be somebody else's. */
function withoutModifier(type: string): string {
  return type.toLowerCase().replace(/\(.*\)/, '')
}

/** Text as a value of the type; NULL where it is none, so that it equals nothing. */
export function fitted(text: string, type: string): string {
  switch (kindOf(type)) {
    case 'text':
      return isLooseType(type) && kindOf(type) === 'text' && /citext/i.test(type)
        ? `CAST(${text} AS ${type})`
        : text
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
