/**
 * A database that is written down as SQL, on every store: memory, SQLite, and MongoDB with and without
 * transactions.
 *
 * @module
 */
import { describe, it } from 'node:test'
import { describeMongo } from '../mongodb/mongo-server.ts'
import { TOPOLOGIES_FOR_CALLS } from '../mongodb/topologies.ts'
import { openInMemory, openInSqlite, type TablesHost, tablesOnMongo } from './tables-host.ts'

/** What the tests of one store work with. */
export interface TablesGroup {
  readonly name: string
  /** Whether foreign keys refuse deletions. */
  readonly foreignKeys: boolean
  readonly describe: (name: string, group: () => void) => unknown
  readonly it: (name: string, test: () => Promise<void>) => unknown
  /** Opens the database of the statements, which create tables and insert rows; closed when the test ends. */
  readonly open: (sql: string) => Promise<TablesHost>
}

export function forEachTables(register: (group: TablesGroup) => void): void {
  const local = { foreignKeys: true, describe, it }
  register(closing({ ...local, name: 'memory', open: openInMemory }))
  register(closing({ ...local, name: 'SQLite', open: async (sql) => openInSqlite(sql) }))
  for (const topology of TOPOLOGIES_FOR_CALLS) {
    const name = `a MongoDB ${topology}`
    describeMongo(name, topology, ({ server, ...group }) => {
      register(closing({ ...group, foreignKeys: false, name, open: tablesOnMongo(server) }))
    })
  }
}

function closing({ open, ...group }: TablesGroup): TablesGroup {
  const opened: TablesHost[] = []
  return {
    ...group,
    it: (title, test) =>
      group.it(title, async () => {
        try {
          await test()
        } finally {
          for (const host of opened.splice(0)) await host.close()
        }
      }),
    async open(sql) {
      const host = await open(sql)
      opened.push(host)
      return host
    },
  }
}
