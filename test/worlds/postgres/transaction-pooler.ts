/** A pooler in transaction mode: each transaction of a client is on another connection to the server. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { fromClient, fromServer, isIdle, type Message } from './wire.ts'

export interface TransactionPooler {
  readonly port: number
  /** Transactions whose client had the one before on another connection. */
  moved(): number
  close(): Promise<void>
}

interface Upstream {
  readonly socket: Socket
  client: Socket | null
}

/** More than clients, so that no two transactions in a row are on the same. */
const UPSTREAMS_PER_CLIENT = 2

export async function openTransactionPooler(target: number): Promise<TransactionPooler> {
  const sockets = new Set<Socket>()
  const idle: Upstream[] = []
  let moved = 0

  const watch = (socket: Socket, onClose: () => void): void => {
    sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => {})
    socket.on('close', () => {
      sockets.delete(socket)
      onClose()
    })
  }

  /** `client`: hears what the server says at the beginning, if it is given. */
  function openUpstream(start: Buffer, client: Socket | null, onReady: () => void): void {
    const upstream: Upstream = { socket: connect(target, '127.0.0.1'), client }
    watch(upstream.socket, () => upstream.client?.destroy())
    upstream.socket.write(start)
    let isReady = false
    fromServer(upstream.socket, (message) => {
      upstream.client?.write(message.bytes)
      if (!isIdle(message)) return
      upstream.client = null
      idle.push(upstream)
      if (!isReady) onReady()
      isReady = true
    })
  }

  const server = createServer((client) => {
    let current: Upstream | null = null
    let last: Upstream | null = null
    watch(client, () => {
      if (current?.client === client) current.socket.destroy()
    })
    const send = ({ letter, bytes }: Message): void => {
      if (letter === '') {
        // The others first: when the client hears that it may begin, all are there.
        let waiting = UPSTREAMS_PER_CLIENT - 1
        for (let count = waiting; count > 0; count -= 1) {
          openUpstream(bytes, null, () => {
            waiting -= 1
            if (waiting === 0) openUpstream(bytes, client, () => {})
          })
        }
        return
      }
      if (letter === 'X') return
      if (current?.client !== client) {
        const next = idle.shift()
        if (next === undefined)
          throw new Error('a client has sent something before it was answered')
        next.client = client
        current = next
        if (last !== null && last !== next) moved += 1
        last = next
      }
      current.socket.write(bytes)
    }
    fromClient(client, send)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    moved: () => moved,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
