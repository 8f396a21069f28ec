/** A server in front of a server, at which a statement can fail, or the connection be cut. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import {
  extendedQuery,
  fromClient,
  fromServer,
  isIdle,
  type Message,
  simpleQuery,
  sqlOf,
} from './wire.ts'

/** `refuse`: the server itself answers with this SQLSTATE. */
export type Fault =
  | { readonly kind: 'refuse'; readonly sqlState: string }
  | { readonly kind: 'cut'; readonly side: 'before' | 'after' }

export interface FaultyProxy {
  readonly port: number
  /** Strikes once a statement is sent of which `isMeant` says so. It is given the statement. */
  arm(fault: Fault, isMeant: (sql: string) => boolean): void
  disarm(): void
  /** Connections on which a transaction is open. */
  open(): number
  close(): Promise<void>
}

export async function openFaultyProxy(target: number): Promise<FaultyProxy> {
  let armed: { readonly fault: Fault; readonly isMeant: (sql: string) => boolean } | null = null
  const sockets = new Set<Socket>()
  const inTransaction = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    const end = (): void => {
      inTransaction.delete(client)
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
    let batch: Message[] = []
    let isDoomed = false
    fromClient(client, (message) => {
      batch.push(message)
      // A statement with parameters is several messages, of which this is the last.
      if (!['Q', 'S', '', 'X', 'p'].includes(message.letter)) return
      const sent = batch
      batch = []
      // Of several statements on one way to the server, those ahead of the one that is meant run.
      for (const one of sent) {
        const sql = sqlOf(one)
        const fault = sql !== '' && armed?.isMeant(sql) === true ? armed.fault : null
        if (fault?.kind === 'refuse') {
          const refused = refusal(fault.sqlState)
          upstream.write(one.letter === 'Q' ? simpleQuery(refused) : extendedQuery(refused))
          return
        }
        if (fault?.kind === 'cut' && fault.side === 'before') {
          end()
          return
        }
        isDoomed ||= fault?.kind === 'cut'
        upstream.write(one.bytes)
      }
    })
    fromServer(upstream, (message) => {
      if (isDoomed) {
        if (message.letter === 'Z') end()
        return
      }
      if (message.letter === 'Z') {
        if (isIdle(message)) inTransaction.delete(client)
        else inTransaction.add(client)
      }
      client.write(message.bytes)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    arm(fault, isMeant) {
      armed = { fault, isMeant }
    },
    disarm() {
      armed = null
    },
    open: () => inTransaction.size,
    async close() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Has the server say it, so that a transaction is over as it would be. */
function refusal(sqlState: string): string {
  return `DO $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '${sqlState}'; END $$`
}
