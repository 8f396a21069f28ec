/**
 * Answers every command as a MongoDB server answers `hello`, and can do nothing else.
 *
 * @module
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { BSON } from 'mongodb'

export interface HelloServer {
  readonly uri: string
  close(): void
}

export async function startHelloServer(
  hello: Readonly<Record<string, unknown>>,
): Promise<HelloServer> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    let received = Buffer.alloc(0)
    socket.on('data', (bytes) => {
      received = Buffer.concat([received, bytes])
      while (received.length >= 16 && received.length >= received.readInt32LE(0)) {
        socket.write(answer(received, hello))
        received = received.subarray(received.readInt32LE(0))
      }
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    uri: `mongodb://127.0.0.1:${port}/?directConnection=true`,
    close() {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

const OP_REPLY = 1
const OP_QUERY = 2004
const OP_MSG = 2013

/** In the form of the request: the handshake of a driver may come in the old one. */
function answer(request: Buffer, hello: Readonly<Record<string, unknown>>): Buffer {
  const document = Buffer.from(
    BSON.serialize({
      ok: 1,
      isWritablePrimary: true,
      minWireVersion: 0,
      maxWireVersion: 21,
      ...hello,
    }),
  )
  const isOld = request.readInt32LE(12) === OP_QUERY
  // Between header and document: flags, cursor, offset and count; or flags and the kind of the section.
  const middle = Buffer.alloc(isOld ? 20 : 5)
  if (isOld) middle.writeInt32LE(1, 16)
  const header = Buffer.alloc(16)
  header.writeInt32LE(header.length + middle.length + document.length, 0)
  header.writeInt32LE(request.readInt32LE(4), 8)
  header.writeInt32LE(isOld ? OP_REPLY : OP_MSG, 12)
  return Buffer.concat([header, middle, document])
}
