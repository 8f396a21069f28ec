/**
 * What a part of the benchmark is asked and what it answers.
 *
 * @module
 */
import type { Chart } from './charts.ts'

export interface Settings {
  /** Users in the file. */
  readonly users: number
  readonly rounds: number
  /** Users whom each of the peers deletes. */
  readonly peers: number
  /** A folder for files, removed at the end. */
  readonly folder: string
  /** The file with so many users, filled at the first call. */
  template(users: number, layout?: 'scattered' | 'clustered'): string
}

export interface Part {
  readonly title: string
  run(settings: Settings): Promise<PartResult>
}

export interface PartResult {
  readonly tables: readonly Table[]
  readonly charts: readonly Chart[]
  /** Figures that something is promised of. */
  readonly goals: readonly Goal[]
}

export interface Table {
  readonly title: string
  readonly note: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
}

export interface Goal {
  readonly what: string
  readonly figure: number
  readonly unit: string
  readonly target: number
  /** Whether the figure has to reach the target or to stay below it. */
  readonly is: 'at least' | 'at most'
}

export function isMet({ figure, target, is }: Goal): boolean {
  return is === 'at least' ? figure >= target : figure <= target
}
