/** A suite that needs a server of each kind, and does nothing with it. */
import { describeMongo, describeOwnMongo } from './mongo-server.ts'

for (const topology of ['replica set', 'standalone'] as const) {
  describeMongo(topology, topology, ({ it, server }) => {
    it(`needs a ${topology}`, async () => {
      server()
    })
  })
}
describeOwnMongo('own', 'standalone', ({ it }) => {
  it('kills its server', async () => {})
})
