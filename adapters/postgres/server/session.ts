/**
 * One connection for the time of one piece of work: statements with named parameters, values as text.
 *
 * @module
 */
import { UserDeletionError } from '../../../src/errors.ts'
import type { Row, Statement } from '../../sql/flow.ts'
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

/** As the server takes it: places are numbered. */
export interface RawStatement {
  readonly text: string
  readonly values: readonly (string | null)[]
}

/**
 * Runs statements in this order, on one way to the server and back where the driver can: then none behind one that
 * fails is run.
 */
export type Run = (statements: readonly RawStatement[]) => Promise<readonly RawResult[]>

/** For a driver that takes the next statement once the one before is answered. */
export function oneByOne(run: (statement: RawStatement) => Promise<RawResult>): Run {
  return async (statements) => {
    const results: RawResult[] = []
    for (const statement of statements) results.push(await run(statement))
    return results
  }
}

/** For a driver that sends the next statement at once. Behind one that fails, the server refuses the rest of a transaction. */
export function allAtOnce(run: (statement: RawStatement) => Promise<RawResult>): Run {
  return async (statements) => {
    const settled = await Promise.allSettled(statements.map(run))
    return settled.map((one) => {
      if (one.status === 'rejected') throw one.reason
      return one.value
    })
  }
}

export interface Session {
  /** Runs statements in this order; the answer of each. */
  together(statements: readonly Statement[]): Promise<readonly unknown[]>
  /** Runs a statement ahead of those that come next, and on the same way. `take` may throw. */
  ahead(sql: string, take?: (rows: readonly Row[]) => void): void
  /** Values as JavaScript has them; JSON that is a plain value as that value. */
  rows(sql: string, parameters?: Parameters): Promise<readonly (readonly unknown[])[]>
  /** Rows as objects; JSON as its text. */
  records(
    sql: string,
    parameters?: Parameters,
  ): Promise<readonly Readonly<Record<string, unknown>>[]>
  change(sql: string, parameters?: Parameters): Promise<number>
}

export function sessionOf(run: Run): Session {
  let waiting: Prepared[] = []
  async function send(prepared: readonly Prepared[]): Promise<readonly unknown[]> {
    const first = waiting
    waiting = []
    const all = [...first, ...prepared]
    const results = await run(all.flatMap(({ statements }) => statements))
    let place = 0
    const answers = all.map(({ statements, answer }) => {
      const own = results.slice(place, place + statements.length)
      place += statements.length
      return answer(own)
    })
    return answers.slice(first.length)
  }
  async function one<T>(statement: Statement): Promise<T> {
    const [answer] = await send([prepare(statement)])
    return answer as T
  }
  return {
    rows: (sql, parameters = {}) => one({ kind: 'rows', sql, parameters }),
    records: (sql, parameters = {}) => one({ kind: 'records', sql, parameters }),
    change: (sql, parameters = {}) => one({ kind: 'change', sql, parameters }),
    together: (statements) => send(statements.map(prepare)),
    ahead(sql, take = () => {}) {
      const { statements, answer } = prepare({ kind: 'rows', sql, parameters: {} })
      waiting.push({ statements, answer: (results) => take(answer(results) as readonly Row[]) })
    },
  }
}

interface Prepared {
  readonly statements: readonly RawStatement[]
  answer(results: readonly RawResult[]): unknown
}

function prepare(statement: Statement): Prepared {
  if (statement.kind === 'change_each') {
    return { statements: partsOf(statement.sql, statement.lists), answer: () => undefined }
  }
  const { kind, sql, parameters } = statement
  const answer = ([result]: readonly RawResult[]): unknown => {
    if (result === undefined) throw new Error('a statement was not answered')
    if (kind === 'change') return result.changes
    if (kind === 'records') return recordsOf(result)
    const rows = rowsOf(result)
    if (kind === 'rows') return rows
    for (const row of rows) if (statement.visit(row) === false) break
    return undefined
  }
  return { statements: [numbered(sql, parameters)], answer }
}

function rowsOf({ rows, types }: RawResult): readonly Row[] {
  return rows.map((row) => row.map((text, place) => valueFrom(text, types[place], plainJson)))
}

function recordsOf({
  rows,
  types,
  names,
}: RawResult): readonly Readonly<Record<string, unknown>>[] {
  return rows.map((row) =>
    Object.fromEntries(row.map((text, place) => [names[place], valueFrom(text, types[place])])),
  )
}

/** Few statements for all the lists. */
function partsOf(sql: string, lists: Iterable<readonly unknown[]>): readonly RawStatement[] {
  const parts: RawStatement[] = []
  let part: (readonly unknown[])[] = []
  const end = (): void => {
    if (part.length > 0) parts.push({ text: withLists(sql, part), values: part.flat().map(textOf) })
    part = []
  }
  for (const list of lists) {
    part.push(list)
    // A statement has 65,535 parameters at most.
    if ((part.length + 1) * list.length > MOST_PARAMETERS) end()
  }
  end()
  return parts
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
function numbered(sql: string, parameters: Parameters): RawStatement {
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
  if (value instanceof Uint8Array) return `\\x${Buffer.from(value).toString('hex')}`
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
