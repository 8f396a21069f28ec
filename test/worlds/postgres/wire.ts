/** Messages of PostgreSQL's protocol, for servers that stand in front of a server. */
import type { Socket } from 'node:net'

/** From a client: the start of a connection has no letter. From the server: each has one. */
export interface Message {
  readonly letter: string
  readonly bytes: Buffer
}

/** Cuts what a client sends into its messages. */
export function fromClient(socket: Socket, take: (message: Message) => void): void {
  let hasBegun = false
  cut(
    socket,
    () => (hasBegun ? 1 : 0),
    (message) => {
      hasBegun = true
      take(message)
    },
  )
}

/** Cuts what the server sends into its messages. */
export function fromServer(socket: Socket, take: (message: Message) => void): void {
  cut(socket, () => 1, take)
}

function cut(socket: Socket, letters: () => number, take: (message: Message) => void): void {
  let rest = Buffer.alloc(0)
  socket.on('data', (data) => {
    rest = Buffer.concat([rest, data as Buffer])
    for (;;) {
      const start = letters()
      if (rest.length < start + 4) return
      const end = start + rest.readInt32BE(start)
      if (rest.length < end) return
      const bytes = rest.subarray(0, end)
      rest = rest.subarray(end)
      take({ letter: start === 0 ? '' : bytes.toString('latin1', 0, 1), bytes })
    }
  })
}

/** A message of statements without parameters. */
export function simpleQuery(sql: string): Buffer {
  return message('Q', Buffer.from(`${sql}\0`))
}

/** Messages of one statement without parameters, and the end of those that belong together. */
export function extendedQuery(sql: string): Buffer {
  return Buffer.concat([
    message('P', Buffer.from(`\0${sql}\0\0\0`)),
    message('B', Buffer.alloc(8)),
    message('E', Buffer.alloc(5)),
    message('S', Buffer.alloc(0)),
  ])
}

function message(letter: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(letter)
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** The statements that a message holds; empty where it holds none. */
export function sqlOf({ letter, bytes }: Message): string {
  if (letter === 'Q') return bytes.toString('utf8', 5, bytes.length - 1)
  if (letter !== 'P') return ''
  const start = bytes.indexOf(0, 5) + 1
  return bytes.toString('utf8', start, bytes.indexOf(0, start))
}

/** The server is ready, and no transaction is open on the connection. */
export function isIdle({ letter, bytes }: Message): boolean {
  return letter === 'Z' && bytes.toString('latin1', 5, 6) === 'I'
}
