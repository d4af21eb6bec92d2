/** Why alerts cannot be posted to an address, as far as can be said before anybody connects; null: they can. */
import net from 'node:net'
import type { OutboundPolicy } from './guard.ts'

/** An address that is written as one is judged at once; a name whenever it is connected to. */
export function webhookProblem(webhook: string, outbound: OutboundPolicy): string | null {
  const { hostname, protocol, port, username, password, hash } = new URL(webhook)
  if (username !== '' || password !== '') return 'it carries a user name or password'
  if (hash !== '') return 'it carries a fragment, which is never sent'
  const host = hostname.replace(/^\[|\]$/g, '')
  return net.isIP(host) === 0 ? null : outbound.refuse(host, host, Number(port || (protocol === 'https:' ? 443 : 80)))
}
