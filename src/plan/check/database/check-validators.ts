/**
 * Do the validators of collections take what the policy writes?
 *
 * @module
 */
import { isInstant, literalOf } from '../../../program/placeholders.ts'
import type { AuditTemplate, IdType, Scalar } from '../../../program/program.ts'
import type { TableSchema, ValidatedField, ValidatorSchema } from '../../../program/schema.ts'
import { typesOfId, typesOfInstant, typesOfValue, type Written } from '../../../program/writes.ts'
import type { SchemaFinding } from '../../schema-finding.ts'

type Found = Pick<SchemaFinding, 'code' | 'severity' | 'message'>

/** What a validator has against one write; at most one finding. `creates`: into a place that may not be there yet. */
export function validatorRefusals(
  { name, validator }: Pick<TableSchema, 'name' | 'validator'>,
  place: string,
  written: Written,
  creates: boolean,
): readonly Found[] {
  if (validator === undefined) return []
  const refused = refusalOf(validator, place, written, creates)
  if (refused !== null) {
    const isNull = written.kind === 'unset' || (written.kind === 'value' && written.value === null)
    const code = isNull ? 'null_into_not_null' : 'value_refused'
    return [{ code, ...verdict(validator, `"${name}.${place}" ${refused}`) }]
  }
  if (!isUnsure(validator, place, written)) return []
  const message = `"${name}.${place}" is overwritten, and the validator of "${name}" says more about it than is read here: try whether it takes such a document, and accept the finding if it does.`
  return [{ code: 'value_refused', severity: 'warning', message }]
}

/** What a validator has against the entry that the policy adds to the audit log. */
export function entryRefusals(
  { name, validator }: TableSchema,
  entry: AuditTemplate['entry'],
  idType: IdType,
): readonly (Found & { readonly column: string })[] {
  if (validator === undefined) return []
  const given = Object.keys(entry)
  const has = (path: string) =>
    path === '' || given.some((key) => key === path || key.startsWith(`${path}.`))
  const left = validator.fields
    .filter(({ path, required }) => required && path !== '_id' && !has(path) && has(above(path)))
    .map(({ path }) => ({
      ...{ code: 'null_into_not_null' as const, column: path },
      ...verdict(
        validator,
        `"${name}.${path}" has to be there by the validator of "${name}", and the audit entry gives it no value: add it to \`audit.entry\``,
      ),
    }))
  const written = Object.entries(entry).flatMap(([column, value]) =>
    validatorRefusals({ name, validator }, column, writtenInEntry(value, idType), true).map(
      (found) => ({
        ...found,
        column,
      }),
    ),
  )
  return [...left, ...written]
}

/** What is wrong with it, and what to do; `null` where nothing is, as far as it is known. */
function refusalOf(
  { fields }: ValidatorSchema,
  place: string,
  written: Written,
  creates: boolean,
): string | null {
  const own = fields.filter(({ path }) => path === place)
  if (written.kind === 'fewer') return null
  if (written.kind === 'unset') {
    if (!own.some(({ required }) => required)) return null
    return 'has to be there by its validator, and is taken out: overwrite it in `set`, or let the validator do without it'
  }
  const [type = ''] = written.types
  const wanted = own.find(({ types }) => types !== null && !overlap(types, written.types))
  if (wanted !== undefined) {
    return type === 'null'
      ? 'may not be null by its validator: write a constant or a token, or let it take null'
      : `takes ${wanted.types?.join(' or ')} by its validator, and is given ${type}: write what it takes, or let it take that`
  }
  if (own.some(({ values }) => values !== null && !isAmong(values, written))) {
    return `takes only some values by its validator (\`enum\`), and is given ${type === 'null' ? 'null' : 'another'}: write one of them, or let it take that`
  }
  if (creates && isShutOut(fields, place)) {
    return 'is no field that its validator knows (`additionalProperties: false`), and is written where it is not there: declare it there'
  }
  return null
}

function overlap(taken: readonly string[], written: readonly string[]): boolean {
  return written.some((type) => taken.includes(type))
}

/** An id or a token is made for the purpose: none is foreseen, but ids of other types are not compared here. */
function isAmong(
  values: readonly unknown[],
  written: Extract<Written, { kind: 'value' }>,
): boolean {
  if (written.value !== undefined) return values.includes(written.value)
  return values.some((value) => typeof value === 'object' && value !== null)
}

/** Whether some document around it takes only fields that are declared, and this is none of them. */
function isShutOut(fields: readonly ValidatedField[], place: string): boolean {
  const keys = place.split('.')
  return keys.some((_, depth) => {
    const around = keys.slice(0, depth).join('.')
    const within = keys.slice(0, depth + 1).join('.')
    const isClosed = fields.some(({ path, closed }) => closed && path === around)
    return isClosed && !fields.some(({ path }) => path === within)
  })
}

/** Whether something is asked of the place, or around it, that nobody here has read. */
function isUnsure({ fields, unread }: ValidatorSchema, place: string, written: Written): boolean {
  if (unread.some((path) => isWithin(path, place) || isWithin(place, path))) return true
  const types = written.kind === 'value' ? written.types : ['array']
  return fields.some(({ path, more }) => {
    if (path === place && written.kind !== 'unset') {
      return more.includes('any') || overlap(more, types)
    }
    // What is asked of a document as a whole may be about any of its fields.
    return path !== place && isWithin(place, path) && more.includes('object')
  })
}

function isWithin(path: string, around: string): boolean {
  return around === '' || path === around || path.startsWith(`${around}.`)
}

/** The server refuses, or makes a note of it and goes on. */
function verdict({ refuses }: ValidatorSchema, text: string): Pick<Found, 'severity' | 'message'> {
  return refuses
    ? { severity: 'error', message: `${text}.` }
    : { severity: 'warning', message: `${text}. The server only makes a note of it.` }
}

/** What a value of the entry becomes. */
export function writtenInEntry(value: Scalar, idType: IdType): Written {
  const types = typeof value === 'string' ? ENTRY_TYPES[value] : undefined
  if (value === '$userId') return { kind: 'value', types: typesOfId(idType) }
  if (types !== undefined) return { kind: 'value', types }
  if (isInstant(value)) return { kind: 'value', types: typesOfInstant(value) }
  const literal = literalOf(value)
  return { kind: 'value', types: typesOfValue(literal), value: literal }
}

/** What the placeholders of an entry become. */
const ENTRY_TYPES: Readonly<Record<string, readonly string[]>> = {
  $id: ['string'],
  $tenantId: ['string', 'null'],
  $requestedBy: ['string', 'null'],
}

function above(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('.')))
}
