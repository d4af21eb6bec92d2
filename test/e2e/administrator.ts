// The first administrator: signs in as the console does, then works through the client as a program does.
import { type Client, createClient } from '../../sdk/src/index.ts'

export type Pair = { readonly id: string; readonly secret: string }

export type Administrator = {
  readonly pair: Pair
  readonly client: Client
}

/** Signs in with the printed password and makes an AccessKey pair. */
export async function administratorOf(server: {
  readonly url: string
  readonly password: string | null
}): Promise<Administrator> {
  const { cookie } = await signIn(server.url, server.password ?? '')
  const response = await fetch(`${server.url}/api/v1/access-keys`, {
    method: 'POST',
    headers: { cookie, 'x-holdpoint-console': '1' },
  })
  if (response.status !== 201) throw new Error(`No AccessKey pair: ${response.status} ${await response.text()}`)
  const pair = (await response.json()) as Pair
  return { pair, client: clientOf(server, pair) }
}

export async function signIn(
  url: string,
  password: string,
): Promise<{ status: number; cookie: string; body: unknown }> {
  const response = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'admin', password }),
  })
  return {
    status: response.status,
    cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '',
    body: await response.json(),
  }
}

/** The same user's client for another server, or for the same one after its next start. */
export function clientOf(server: { readonly url: string }, pair: Pair): Client {
  return createClient({ endpoint: server.url, accessKeyId: pair.id, accessKeySecret: pair.secret })
}
