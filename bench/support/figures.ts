/**
 * Options from the command line and figures out of rounds.
 *
 * @module
 */
import { parseArgs } from 'node:util'

/** Whole numbers given as `--name 5`, with defaults. */
export function numbersFrom<const T extends Record<string, number>>(
  defaults: T,
): { readonly [K in keyof T]: number } {
  const options = Object.fromEntries(
    Object.keys(defaults).map((name) => [name, { type: 'string' as const }]),
  )
  const { values } = parseArgs({ options })
  const entries = Object.entries(defaults).map(([name, fallback]) => {
    const number = Number(values[name] ?? fallback)
    if (!Number.isSafeInteger(number) || number < 0) throw new Error(`--${name} is no whole number`)
    return [name, number]
  })
  return Object.fromEntries(entries)
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export function round(value: number, digits = 0): number {
  return Number(value.toFixed(digits))
}

export function print(text: string): void {
  process.stdout.write(`${text}\n`)
}
