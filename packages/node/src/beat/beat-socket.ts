import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { isIP } from 'node:net'

/** Where a socket listens, or a datagram goes: a numeric address and a port. */
export interface SocketAddress {
  readonly host: string
  readonly port: number
}

/** One UDP socket that sends and receives datagrams of beats. */
export class BeatSocket {
  readonly port: number
  readonly #socket: Socket
  readonly #family: number
  #isOpen = true

  private constructor(socket: Socket, family: number) {
    this.#socket = socket
    this.#family = family
    this.port = socket.address().port
    // What can't be sent isn't heard, and what isn't heard goes over the link again.
    socket.on('error', () => undefined)
  }

  /**
   * @throws {Error} the system's, with its code; `EINVAL` if the address is no numeric one
   */
  static async open({ host, port }: SocketAddress): Promise<BeatSocket> {
    const family = isIP(host)
    if (family === 0) throw Object.assign(new Error('not numeric'), { code: 'EINVAL' })
    const socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      // Addresses are numeric: a lookup would put each datagram off to a later tick.
      lookup: (numeric, _options, done) => done(null, numeric, family)
    })
    try {
      const listening = once(socket, 'listening')
      socket.bind(port, host)
      await listening
    } catch (error) {
      socket.close()
      throw error
    }
    return new BeatSocket(socket, family)
  }

  /** Whether datagrams can go to an address of this family. */
  reaches(host: string): boolean {
    return isIP(host) === this.#family
  }

  /** libuv hands over 32 datagrams at most before it looks after everything else. */
  receive(onDatagram: (datagram: Buffer) => void): void {
    this.#socket.on('message', onDatagram)
  }

  send(datagram: Buffer, { host, port }: SocketAddress): void {
    if (this.#isOpen) this.#socket.send(datagram, port, host)
  }

  /** At once: nothing arrives any more, and the port is free. */
  close(): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.#socket.close()
  }
}
