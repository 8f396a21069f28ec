/**
 * How many users one transaction may hold so that the log stays under its cap: learnt from how far it has grown.
 *
 * @module
 */

export interface LogRoom {
  /** Users of the next slice at most. */
  users(): number
  /** Pages that a slice of so many users is expected to write. */
  pagesFor(users: number): number
  /** A slice of so many users is about to be written behind `log` pages. */
  begin(users: number, log: number): void
  /** The log as it stands after that slice. Safe to repeat. */
  look(log: number): void
}

/** The first slice for a file that is larger than the cap. Three times as many, of 33 scattered rows each, fill 2 GiB. */
const UNKNOWN = 4_000
/** A cap that not even these fit under is passed. */
const LEAST = 100
/** Slices of fewer users tell little of large ones, and so do those that write fewer pages: their users had gone before. */
const TELLING = 100

/** `filePages`: pages of the database, which is all that a transaction can change of it. */
export function createLogRoom(capPages: number, filePages: number): LogRoom {
  /** By the slice that needed most: smaller ones share fewer pages, so the first is the most careful guess. */
  let pagesPerUser: number | null = null
  let begun: { readonly users: number; readonly log: number } | null = null
  return {
    users() {
      if (pagesPerUser === null) return filePages <= capPages ? Number.POSITIVE_INFINITY : UNKNOWN
      return Math.max(LEAST, Math.floor(capPages / pagesPerUser))
    },
    pagesFor: (users) => users * (pagesPerUser ?? 0),
    begin(users, log) {
      begun = { users, log }
    },
    look(log) {
      if (begun !== null && begun.users >= TELLING) {
        // A log that has begun anew is all of this slice.
        const grown = log < begun.log ? log : log - begun.log
        if (grown >= TELLING) pagesPerUser = Math.max(pagesPerUser ?? 0, grown / begun.users)
      }
      begun = null
    },
  }
}
