/**
 * A look at the database that others cannot change. Types only.
 *
 * @module
 */
import type { Inquiry } from './inquiry.ts'

export interface View {
  /**
   * Whether several reads see the same, however much is written between them. Otherwise each read sees one state of the
   * database, and the next one perhaps another.
   */
  readonly isKept: boolean
  /** Answers a whole inquiry from one state of the database. */
  read<T>(inquiry: () => Inquiry<T>): Promise<T>
  /** Gives back what the view holds. Safe to repeat; never rejects. */
  close(): Promise<void>
}
