/** A server in front of a server, which can lose the answer to a command that has been carried out. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

export interface LossyProxy {
  readonly port: number
  /** Cuts the connection instead of handing on the answers to the next commands, so many of them. */
  loseAnswers(count: number): void
  close(): Promise<void>
}

/** What the driver asks of itself. */
const UPKEEP = new Set(['hello', 'isMaster', 'ismaster', 'ping', 'endSessions', 'killCursors'])

export async function openLossyProxy(target: number): Promise<LossyProxy> {
  let losing = 0
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    const doomed = new Set<number>()
    const end = (): void => {
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', end)
      socket.on('close', () => {
        sockets.delete(socket)
        end()
      })
    }
    const requests = messages((message) => {
      if (losing > 0 && !UPKEEP.has(commandOf(message))) {
        losing -= 1
        doomed.add(message.readInt32LE(4))
      }
      upstream.write(message)
    })
    const answers = messages((message) => {
      if (doomed.has(message.readInt32LE(8))) end()
      else client.write(message)
    })
    client.on('data', requests)
    upstream.on('data', answers)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    loseAnswers: (count) => {
      losing = count
    },
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Cuts a stream into the messages of the wire protocol, each of which begins with its length. */
function messages(take: (message: Buffer) => void): (data: Buffer) => void {
  let rest = Buffer.alloc(0)
  return (data) => {
    rest = Buffer.concat([rest, data])
    while (rest.length >= 4 && rest.length >= rest.readInt32LE(0)) {
      const length = rest.readInt32LE(0)
      take(rest.subarray(0, length))
      rest = rest.subarray(length)
    }
  }
}

/** The first key of an OP_MSG's document; other messages are handshakes. */
function commandOf(message: Buffer): string {
  const OP_MSG = 2013
  if (message.readInt32LE(12) !== OP_MSG) return 'hello'
  const start = 26
  return message.toString('latin1', start, message.indexOf(0, start))
}
