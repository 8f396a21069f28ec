/**
 * One connection for the time of one piece of work: statements with named parameters, values as text.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import { plainInteger } from '../../sql/integers.ts'
import type { Parameters } from '../../sql/statement.ts'

/** What a driver answers: every value as the text that the server sends. */
export interface RawResult {
  readonly names: readonly string[]
  /** Object ids of the types of the columns. */
  readonly types: readonly number[]
  readonly rows: readonly (readonly (string | null)[])[]
  readonly changes: number
}

/** Runs one statement. */
export type Run = (sql: string, values: readonly (string | null)[]) => Promise<RawResult>

export interface Session {
  /** Values as JavaScript has them; JSON that is a plain value as that value. */
  rows(sql: string, parameters?: Parameters): Promise<readonly (readonly unknown[])[]>
  /** Rows as objects; JSON as its text. */
  records(
    sql: string,
    parameters?: Parameters,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>
  change(sql: string, parameters?: Parameters): Promise<number>
  /** Once for each list, which stands in the place of question marks. */
  changeEach(sql: string, lists: Iterable<readonly unknown[]>): Promise<void>
}

export function sessionOf(run: Run): Session {
  const ask = (sql: string, parameters: Parameters = {}): Promise<RawResult> => {
    const { text, values } = numbered(sql, parameters)
    return run(text, values)
  }
  return {
    async rows(sql, parameters) {
      const { rows, types } = await ask(sql, parameters)
      return rows.map((row) => row.map((text, place) => valueFrom(text, types[place], plainJson)))
    },
    async records(sql, parameters) {
      const { rows, types, names } = await ask(sql, parameters)
      return rows.map((row) => {
        const entries = row.map((text, place) => [names[place], valueFrom(text, types[place])])
        return Object.fromEntries(entries) as Readonly<Record<string, unknown>>
      })
    },
    change: async (sql, parameters) => (await ask(sql, parameters)).changes,
    async changeEach(sql, lists) {
      let part: (readonly unknown[])[] = []
      const send = async (): Promise<void> => {
        if (part.length > 0) await run(withLists(sql, part), part.flat().map(textOf))
        part = []
      }
      for (const list of lists) {
        part.push(list)
        // A statement has 65,535 parameters at most.
        if ((part.length + 1) * list.length > MOST_PARAMETERS) await send()
      }
      await send()
    },
  }
}

const MOST_PARAMETERS = 10_000

/** `VALUES (?, ?)` once for each list, its places numbered on. */
function withLists(sql: string, lists: readonly (readonly unknown[])[]): string {
  let count = 0
  const rows = lists.map((list) => {
    const places = list.map(() => {
      count += 1
      return `$${count}`
    })
    return `(${places.join(', ')})`
  })
  return sql.replace(/\((?:\?(?:, )?)+\)/, () => rows.join(', '))
}

const NAMED = /'(?:[^']|'')*'|"(?:[^"]|"")*"|CAST\(@(\w+) AS jsonb\)|@(\w+)/g

/**
 * Each place of a name has a number of its own, since a parameter has one type; lists, which are cast, share theirs.
 */
function numbered(
  sql: string,
  parameters: Parameters,
): { readonly text: string; readonly values: readonly (string | null)[] } {
  const values: (string | null)[] = []
  const lists = new Map<string, number>()
  const text = sql.replaceAll(NAMED, (found, list?: string, name?: string) => {
    if (name !== undefined) {
      values.push(textOf(parameters[name]))
      return `$${values.length}`
    }
    if (list === undefined) return found
    const known = lists.get(list)
    if (known !== undefined) return `CAST($${known} AS jsonb)`
    values.push(withoutUnheard(String(parameters[list])))
    lists.set(list, values.length)
    return `CAST($${values.length} AS jsonb)`
  })
  return { text, values }
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  if (value instanceof Date) return value.toISOString()
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (text.includes('\0') || /\p{Surrogate}/u.test(text)) throw unheard()
  return text
}

/** A driver would send another character in its place, and that may be somebody else's. */
function unheard(): UserDeletionError {
  return new UserDeletionError(
    'invalid_argument',
    'No text of PostgreSQL holds a zero byte or half a pair of code units.',
  )
}

/** No text of PostgreSQL holds a zero byte or half a pair of code units: such a value is nobody's, and stands as null. */
function withoutUnheard(json: string): string {
  if (!/\\u(?:0000|d[89a-f])/.test(json)) return json
  return json.replaceAll(/"(?:[^"\\]|\\.)*"/g, (text) =>
    /\\u(?:0000|d[89a-f])/.test(text.replaceAll('\\\\', '')) ? 'null' : text,
  )
}

const OID = {
  ...{ bool: 16, bytea: 17, int8: 20, int2: 21, int4: 23, oid: 26, json: 114 },
  ...{ float4: 700, float8: 701, numeric: 1700, jsonb: 3802, bpchar: 1042 },
} as const

function valueFrom(
  text: string | null,
  type: number | undefined,
  json: (text: string) => unknown = (own) => own,
): unknown {
  if (text === null) return null
  switch (type) {
    case OID.bool:
      return text === 't' || text === 'true'
    case OID.int2:
    case OID.int4:
    case OID.oid:
      return Number(text)
    case OID.float4:
    case OID.float8:
      return Number.isFinite(Number(text)) ? Number(text) : text
    case OID.int8:
      return plainInteger(BigInt(text))
    case OID.numeric:
      return numberIn(text)
    // Spaces at the end are none of its value.
    case OID.bpchar:
      return text.replace(/ +$/, '')
    case OID.bytea:
      return Uint8Array.from(Buffer.from(text.slice(2), 'hex'))
    case OID.json:
    case OID.jsonb:
      return json(text)
    default:
      return text
  }
}

/** An integer whatever the scale says; what no number holds as its text. */
function numberIn(text: string): unknown {
  if (/^-?\d+(\.0+)?$/.test(text)) return plainInteger(BigInt(text.replace(/\..*/, '')))
  return String(Number(text)) === text ? Number(text) : text
}

/** A text or a number inside JSON as it is; anything else as its JSON. */
function plainJson(text: string): unknown {
  if (/^-?\d+$/.test(text)) return plainInteger(BigInt(text))
  const value: unknown = JSON.parse(text)
  return typeof value === 'string' || typeof value === 'number' ? value : text
}
