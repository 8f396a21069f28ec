/**
 * A server in front of a server that counts the ways to the server and back.
 *
 * @module
 */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { fromServer } from './wire.ts'

export interface CountingProxy {
  readonly connectionString: string
  /** Since the last call: how often the server said that it is ready, which it says once for each answer. */
  roundTrips(): number
  close(): Promise<void>
}

/** A server in front of the server that counts. */
export async function openCountingProxy(connectionString: string): Promise<CountingProxy> {
  const target = new URL(connectionString)
  const sockets = new Set<Socket>()
  let count = 0
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname)
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => {})
      socket.on('close', () => {
        client.destroy()
        upstream.destroy()
      })
    }
    client.pipe(upstream)
    fromServer(upstream, ({ letter, bytes }) => {
      if (letter === 'Z') count += 1
      client.write(bytes)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const own = new URL(connectionString)
  own.port = String((server.address() as AddressInfo).port)
  return {
    connectionString: own.href,
    roundTrips() {
      const counted = count
      count = 0
      return counted
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
