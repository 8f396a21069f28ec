/**
 * Plain data as TypeScript, laid out as common formatters do: single quotes, no semicolons, 100 columns.
 *
 * @module
 */

/** Data, with calls and comments among it. */
export type Code = string | number | boolean | null | readonly Code[] | Call | CodeObject

export interface Call {
  readonly call: string
  readonly args: readonly Code[]
}

export interface CodeObject {
  readonly properties: readonly CodeProperty[]
}

export interface CodeProperty {
  readonly key: string
  readonly value: Code
  /** Lines above the entry. */
  readonly comments?: readonly string[]
}

/** A JSON value as code. */
export function codeOf(value: unknown): Code {
  if (Array.isArray(value)) return value.map(codeOf)
  if (typeof value !== 'object' || value === null) return value as Code
  return { properties: Object.entries(value).map(([key, one]) => ({ key, value: codeOf(one) })) }
}

/** `used`: columns that are taken on the first line already, and those that follow on the last one. */
export function print(code: Code, indent: number, used: number): string {
  const flat = flatten(code)
  if (flat !== null && used + flat.length <= WIDTH) return flat
  if (isList(code)) {
    return lines(
      '[',
      ']',
      indent,
      code.map((item) => print(item, indent + 2, indent + 3)),
    )
  }
  if (typeof code !== 'object' || code === null) return flat ?? ''
  return 'call' in code ? printCall(code, indent, used) : printObject(code, indent)
}

/** One paragraph as comment lines. */
export function commentLines(text: string, indent: number): readonly string[] {
  const found: string[] = []
  for (const word of text.split(' ')) {
    const last = found.at(-1)
    if (last !== undefined && indent + last.length + word.length + 1 <= WIDTH) {
      found[found.length - 1] = `${last} ${word}`
    } else found.push(`// ${word}`)
  }
  return found
}

const WIDTH = 100

function printObject({ properties }: CodeObject, indent: number): string {
  const inner = indent + 2
  const items = properties.flatMap(({ key, value, comments = [] }) => {
    const name = `${keyOf(key)}: `
    const above = comments.flatMap((comment) => commentLines(comment, inner))
    const entry = `${name}${print(value, inner, inner + name.length + 1)}`
    return [...above.map((line) => ({ line, end: '' })), { line: entry, end: ',' }]
  })
  const pad = ' '.repeat(inner)
  const body = items.map(({ line, end }) => `${pad}${line}${end}`).join('\n')
  return `{\n${body}\n${' '.repeat(indent)}}`
}

/** The last argument opens on the line of the call where the others leave room. */
function printCall({ call, args }: Call, indent: number, used: number): string {
  const last = args.at(-1)
  const others = args.slice(0, -1).map(flatten)
  const head = `${call}(${others.map((one) => `${one}, `).join('')}`
  const isObject = typeof last === 'object' && last !== null && 'properties' in last
  if (isObject && used + head.length <= WIDTH) {
    return `${head}${printObject(last, indent)})`
  }
  return lines(
    `${call}(`,
    ')',
    indent,
    args.map((one) => print(one, indent + 2, indent + 3)),
  )
}

function lines(open: string, close: string, indent: number, items: readonly string[]): string {
  const pad = ' '.repeat(indent + 2)
  return `${open}\n${items.map((item) => `${pad}${item},\n`).join('')}${' '.repeat(indent)}${close}`
}

/** On one line; `null` for what never stands on one. */
function flatten(code: Code): string | null {
  if (typeof code === 'string') return quoted(code)
  if (typeof code !== 'object' || code === null) return String(code)
  if (isList(code)) {
    if (code.length > 1 && code.every(hasSeveralProperties)) return null
    const items = code.map(flatten)
    return items.includes(null) ? null : `[${items.join(', ')}]`
  }
  if ('call' in code) {
    const args = code.args.map(flatten)
    return args.includes(null) ? null : `${code.call}(${args.join(', ')})`
  }
  const items = code.properties.map(({ key, value, comments }) => {
    const flat = comments === undefined || comments.length === 0 ? flatten(value) : null
    return flat === null ? null : `${keyOf(key)}: ${flat}`
  })
  if (items.includes(null)) return null
  return items.length === 0 ? '{}' : `{ ${items.join(', ')} }`
}

function hasSeveralProperties(code: Code): boolean {
  return (
    typeof code === 'object' && code !== null && 'properties' in code && code.properties.length > 1
  )
}

function isList(code: Code): code is readonly Code[] {
  return Array.isArray(code)
}

function keyOf(key: string): string {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? key : quoted(key)
}

/** In double quotes only where that needs fewer backslashes. */
function quoted(text: string): string {
  const plain = JSON.stringify(text)
  const singles = text.split("'").length
  if (singles > text.split('"').length) return plain
  return `'${plain.slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}
