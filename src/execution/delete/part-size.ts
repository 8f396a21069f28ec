/**
 * How many users of a slice are tried together.
 *
 * @module
 */

/** The next users of a slice: all as one, or each so that one who is refused is so alone. */
export interface Part {
  readonly users: number
  readonly isOne: boolean
}

/** Learns from what became of the parts before. One is for all slices of a run. */
export interface PartSize {
  next(): Part
  /** Nobody of the part was refused. */
  passed(part: Part): void
  /** Somebody was. Users of a part that is one are still to be tried. */
  refused(part: Part): void
}

const ALL: Part = { users: Number.POSITIVE_INFINITY, isOne: true }

/** All of them until somebody is refused; then fewer, and more again as long as all go through. */
export function createPartSize(canCommitEach: boolean): PartSize {
  return canCommitEach ? oneByOne() : halving()
}

/**
 * Users who go one by one around one who is refused: others like that one are often near, and what a part of few users
 * has done in vain costs more than they save by being written together.
 */
const FEW = 64

function oneByOne(): PartSize {
  let part = ALL
  return {
    next: () => part,
    passed(tried) {
      if (!tried.isOne) part = { users: FEW, isOne: true }
      else if (tried.users >= part.users) part = { users: part.users * 2, isOne: true }
    },
    refused({ users, isOne }) {
      const isLarge = isOne && users > 4 * FEW
      part = isLarge ? { users: Math.floor(users / 4), isOne } : { users: FEW, isOne: false }
    },
  }
}

/** Where each user alone is a transaction of their own, with its ways to the server, most are in a half that goes through. */
function halving(): PartSize {
  let part = ALL
  return {
    next: () => part,
    passed({ users }) {
      if (users >= part.users) part = { users: part.users * 2, isOne: true }
    },
    refused({ users }) {
      part = { users: Math.max(1, Math.floor(users / 2)), isOne: true }
    },
  }
}
