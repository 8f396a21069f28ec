/** What tests do that need a server, for a test that looks at it from outside. */
import { describe, it } from 'node:test'
import { startPostgres } from './postgres-server.ts'

const server = await startPostgres()

describe('needs a server', { skip: server === null }, () => {
  it('has one', () => {})
})
