/**
 * What the engine keeps about a user who is still there: that it has disabled them, holds, and tokens.
 *
 * @module
 */

import type { UserId } from '../../../src/program/program.ts'
import type {
  ConfirmationToken,
  DisabledUser,
  Hold,
  HoldQuery,
} from '../../../src/store/records.ts'

export interface UserRecords {
  holdsOf(userTable: string, tenantId: string | null, userId: UserId): readonly Hold[]
  listHolds(query: HoldQuery): readonly Hold[]
  placeHold(hold: Hold): void
  releaseHold(id: string): void
  disabledOf(userTable: string, tenantId: string | null, userId: UserId): DisabledUser | null
  writeDisabled(
    userTable: string,
    tenantId: string | null,
    userId: UserId,
    record: DisabledUser | null,
  ): void
  findToken(userTable: string, hash: string): ConfirmationToken | null
  /** A user has one token at a time. */
  saveToken(token: ConfirmationToken): void
  removeToken(hash: string): void
  /** Answers how many had expired. */
  removeTokens(expiredBy: string): number
  /** Removes everything that is kept about users who go. */
  forget(userTable: string, tenantId: string | null, userIds: readonly unknown[]): void
  /** Puts everything back as it was when the work throws. */
  transaction<T>(work: () => T): T
}

interface Owned {
  readonly userTable: string | null
  readonly tenantId: string | null
  readonly userId: UserId
}

export function createUserRecords(): UserRecords {
  let state = {
    holds: [] as readonly Hold[],
    disabled: [] as readonly (Owned & { readonly record: DisabledUser })[],
    tokens: [] as readonly ConfirmationToken[],
  }

  return {
    holdsOf: (userTable, tenantId, userId) =>
      state.holds.filter(binding(userTable)).filter(ofUser(tenantId, userId)),
    listHolds: ({ limit, userTable, user, afterId = '' }) =>
      state.holds
        .filter(({ id }) => id > afterId)
        .filter(userTable === undefined ? () => true : binding(userTable))
        .filter(user === undefined ? () => true : ofUser(user.tenantId, user.userId))
        .slice(0, limit),
    placeHold(hold) {
      const holds = [...state.holds, hold].sort((a, b) => (a.id < b.id ? -1 : 1))
      state = { ...state, holds }
    },
    releaseHold(id) {
      state = { ...state, holds: state.holds.filter((hold) => hold.id !== id) }
    },
    disabledOf: (userTable, tenantId, userId) =>
      state.disabled.filter(ofTable(userTable)).find(ofUser(tenantId, userId))?.record ?? null,
    writeDisabled(userTable, tenantId, userId, record) {
      const others = state.disabled.filter(
        (other) => !ofTable(userTable)(other) || !ofUser(tenantId, userId)(other),
      )
      const disabled =
        record === null ? others : [...others, { userTable, tenantId, userId, record }]
      state = { ...state, disabled }
    },
    findToken: (userTable, hash) =>
      state.tokens.filter(ofTable(userTable)).find((token) => token.hash === hash) ?? null,
    saveToken(token) {
      const { userTable, tenantId, userId } = token
      const others = state.tokens.filter(
        (other) => !ofTable(userTable)(other) || !ofUser(tenantId, userId)(other),
      )
      state = { ...state, tokens: [...others, token] }
    },
    removeTokens(expiredBy) {
      const tokens = state.tokens.filter(({ expiresAt }) => expiresAt > expiredBy)
      const removed = state.tokens.length - tokens.length
      state = { ...state, tokens }
      return removed
    },
    removeToken(hash) {
      state = { ...state, tokens: state.tokens.filter((token) => token.hash !== hash) }
    },
    forget(userTable, tenantId, userIds) {
      const stays = (owned: Owned): boolean =>
        !ofTable(userTable)(owned) || owned.tenantId !== tenantId || !userIds.includes(owned.userId)
      state = {
        holds: state.holds.filter(stays),
        disabled: state.disabled.filter(stays),
        tokens: state.tokens.filter(stays),
      }
    },
    transaction(work) {
      const before = state
      try {
        return work()
      } catch (error) {
        state = before
        throw error
      }
    },
  }
}

function ofTable(userTable: string): (owned: Pick<Owned, 'userTable'>) => boolean {
  return (owned) => owned.userTable === userTable
}

/** A hold that does not say binds the users of every table. */
function binding(userTable: string): (hold: Hold) => boolean {
  return (hold) => hold.userTable === null || hold.userTable === userTable
}

function ofUser(
  tenantId: string | null,
  userId: UserId,
): (owned: Pick<Owned, 'tenantId' | 'userId'>) => boolean {
  return (owned) => owned.tenantId === tenantId && owned.userId === userId
}
