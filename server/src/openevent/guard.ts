/**
 * Where deliveries may go: public addresses, and those that the configuration allows although they are private.
 *
 * The decision is made on the address that is really connected to, after DNS, for every connection: a name that resolves to a
 * private address is refused however it is spelled, and one that changes its answer later is judged by the later answer.
 */
import dns from 'node:dns'
import net from 'node:net'
import tls from 'node:tls'
import { buildConnector } from 'undici'

/** Private, local, shared, documentation, benchmarking, multicast and reserved ranges (IANA's special-purpose registries). */
const REFUSED: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  ['::', 96],
  ['::ffff:0:0:0', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
]

export type OutboundPolicy = {
  /** Why this address may not be connected to, or null. `host` is the name or address as the target's URL writes it. */
  refuse(address: string, host: string, port?: number): string | null
  /** From now on this one port of this one address is reached, when a target names the address itself. */
  allowAlso(address: string, port: number): void
}

/**
 * Addresses, CIDR ranges and host names: `allow` are reached although they are private, `deny` are not reached whatever else is said. A name is
 * meant exactly as it is written.
 */
export function outboundPolicy(allow: readonly string[], deny: readonly string[] = []): OutboundPolicy {
  const refused = new net.BlockList()
  for (const [address, prefix] of REFUSED) refused.addSubnet(address, prefix, net.isIPv4(address) ? 'ipv4' : 'ipv6')
  const allowed = destinations(allow)
  const denied = destinations(deny)
  const ports = new Set<string>()
  return {
    allowAlso: (address, port) => void ports.add(`${address} ${port}`),
    refuse(address, host, port) {
      const plain = unmapped(address)
      // What a name leads to is told to nobody: else whoever writes names into a target could read the DNS of the network that the server is in.
      const shown = net.isIP(host) === 0 ? 'what it leads to' : plain
      if (denied.names.has(nameOf(host))) return `the configuration denies ${host}`
      if (net.isIP(plain) !== 0 && denied.addresses.check(plain, net.isIPv4(plain) ? 'ipv4' : 'ipv6'))
        return `the configuration denies ${shown}`
      if (allowed.names.has(nameOf(host))) return null
      if (ports.has(`${plain} ${port}`)) return null
      const family = net.isIPv4(plain) ? 'ipv4' : 'ipv6'
      if (net.isIP(plain) === 0) return 'it is not an address'
      if (allowed.addresses.check(plain, family) || !refused.check(plain, family)) return null
      return `${shown} is a private or special address; the configuration does not allow it`
    },
  }
}

/** A name is the same in any case, and with the dot that ends it. */
const nameOf = (host: string) => host.toLowerCase().replace(/\.$/, '')

function destinations(list: readonly string[]) {
  const addresses = new net.BlockList()
  const names = new Set<string>()
  for (const one of list) {
    const [address, prefix] = one.split('/')
    const version = net.isIP(address!)
    if (version === 0) names.add(nameOf(one))
    else addresses.addSubnet(address!, Number(prefix ?? (version === 4 ? 32 : 128)), version === 4 ? 'ipv4' : 'ipv6')
  }
  return { addresses, names }
}

/** From now on certificates that one of these (in PEM) vouches for are trusted, beside those that are anyway. */
export function trustAlso(pem: string): void {
  tls.setDefaultCACertificates([...tls.getCACertificates('default'), pem])
}

/** An IPv4 address written in IPv6 (`::ffff:127.0.0.1`) is judged as what it is. */
function unmapped(address: string): string {
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)
  if (dotted) return dotted[1]!
  const hex = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address)
  if (!hex) return address
  const [high, low] = [Number.parseInt(hex[1]!, 16), Number.parseInt(hex[2]!, 16)]
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

/**
 * The addresses of this host that may be connected to; throws where there is none. Who connects does so to one of them, not to the name,
 * which may be answered differently a moment later.
 */
export async function addressesOf(policy: OutboundPolicy, host: string): Promise<string[]> {
  const { refused, addresses } = judge(policy, host, await dns.promises.lookup(host, { all: true }))
  if (refused !== null) throw refused
  return addresses.map((one) => one.address)
}

function judge(policy: OutboundPolicy, host: string, found: readonly dns.LookupAddress[]) {
  const addresses = found.filter((one) => policy.refuse(one.address, host) === null)
  if (addresses.length > 0) return { refused: null, addresses }
  return { refused: refusal(host, found[0] ? policy.refuse(found[0].address, host) : 'it has no address'), addresses }
}

const refusal = (host: string, problem: string | null) =>
  Object.assign(new Error(`${host} is not reached: ${problem}`), { code: 'ERR_ADDRESS_REFUSED' })

/** undici's connector, which connects only to addresses the policy does not refuse. */
export function guardedConnector(policy: OutboundPolicy, timeoutMs: number): buildConnector.connector {
  const connect = buildConnector({
    timeout: timeoutMs,
    lookup(hostname, options, callback) {
      dns.lookup(hostname, { ...options, all: true }, (error, addresses) => {
        if (error) return callback(error, [])
        const judged = judge(policy, hostname, addresses)
        callback(judged.refused, judged.addresses)
      })
    },
  })
  return (options, callback) => {
    // A host that is an address already is never looked up, so it is judged here.
    const host = options.hostname.replace(/^\[|\]$/g, '')
    const problem = net.isIP(host) ? policy.refuse(host, host, Number(options.port)) : null
    if (problem !== null) {
      callback(refusal(host, problem), null)
      return
    }
    connect(options, callback)
  }
}
