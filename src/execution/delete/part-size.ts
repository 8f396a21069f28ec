/**
 * How many users of a slice are tried together.
 *
 * @module
 */

/**
 * The next users of a slice. `together`: how many of them are refused as one; where that is fewer than all, those of a
 * group that is refused are tried again, each alone.
 */
export interface Part {
  readonly users: number
  readonly together: number
}

/** Learns from what became of the parts before. One is for all slices of a run. */
export interface PartSize {
  next(): Part
  /** Nobody of the part was refused. */
  passed(part: Part): void
  /** Somebody was. Users of a part that is one are still to be tried; `refused`: those of another one who were. */
  refused(part: Part, refused: number): void
}

/** Whether nobody of the part goes where one of them is refused. */
export function isOne({ users, together }: Part): boolean {
  return together >= users
}

const ALL: Part = { users: Number.POSITIVE_INFINITY, together: Number.POSITIVE_INFINITY }

/** All of them until somebody is refused; then fewer, and more again as long as all go through. */
export function createPartSize(canCommitEach: boolean): PartSize {
  return canCommitEach ? inGroups() : halving()
}

/** Users of a part around one who is refused: others like that one are often near. */
const FEW = 64
/**
 * A group costs less than its users alone, and those of one that is refused have cost both. With one user in twenty
 * refused, groups of five took about a seventh less time than each alone; with more than one in four there are none.
 */
const GROUP = 5
const MANY = 4
/** The work of so many in vain is dear. By far fewer are tried next, and more again as long as all go through. */
const MANY_USERS = 2_000

function inGroups(): PartSize {
  let part = ALL
  return {
    next: () => part,
    passed(tried) {
      if (!isOne(tried)) part = whole(FEW)
      else if (tried.users >= part.users) part = whole(part.users * 2)
    },
    refused(tried, refused) {
      const { users } = tried
      if (isOne(tried) && users > MANY_USERS) part = whole(Math.floor(users / 16))
      // A group that was refused is to be smaller the next time.
      else if (isOne(tried) ? users <= GROUP : refused * MANY > users) part = ALONE
      else part = AROUND
    },
  }
}

const AROUND: Part = { users: FEW, together: GROUP }
const ALONE: Part = { users: FEW, together: 1 }

/** Where each user alone is a transaction of their own, with its ways to the server, most are in a half that goes through. */
function halving(): PartSize {
  let part = ALL
  return {
    next: () => part,
    passed({ users }) {
      if (users >= part.users) part = whole(part.users * 2)
    },
    refused({ users }) {
      part = whole(Math.max(1, Math.floor(users / 2)))
    },
  }
}

function whole(users: number): Part {
  return { users, together: users }
}
