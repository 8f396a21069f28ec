/**
 * Tests that hold on every store: memory, SQLite, and MongoDB with and without transactions.
 *
 * @module
 */
import { describe, it } from 'node:test'
import { describeMongo } from '../mongodb/mongo-server.ts'
import { TOPOLOGIES } from '../mongodb/topologies.ts'
import { type Host, openMemoryHost, openSqliteHost } from './life-cycle-host.ts'
import { mongoHosts } from './mongo-host.ts'

/** What the tests of one store work with. */
export interface HostGroup {
  readonly store: string
  readonly describe: (name: string, group: () => void) => unknown
  readonly it: (name: string, test: () => Promise<void>) => unknown
  readonly open: () => Host | Promise<Host>
}

export function forEachHost(register: (group: HostGroup) => void): void {
  for (const [store, open] of [
    ['memory', openMemoryHost],
    ['SQLite', openSqliteHost],
  ] as const) {
    register({ store, describe, it, open })
  }
  forEachMongoHost(register)
}

export function forEachMongoHost(register: (group: HostGroup) => void): void {
  for (const topology of TOPOLOGIES) {
    const store = `a MongoDB ${topology}`
    describeMongo(store, topology, ({ server, ...group }) => {
      register({ ...group, store, open: mongoHosts(server) })
    })
  }
}
