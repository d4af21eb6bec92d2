// Users of a running server: they sign in as the console does, then work through the client as a program does.
import { type Client, createClient, type Me, type TenantRole } from '../../sdk/src/index.ts'

export type Pair = { readonly id: string; readonly secret: string }

export type User = {
  readonly id: string
  readonly pair: Pair
  readonly client: Client
}

type Server = { readonly url: string; readonly password: string | null }

/** The first administrator, who signs in with the printed password and makes an AccessKey pair. */
export function administratorOf(server: Server): Promise<User> {
  return userOf(server, 'admin', server.password ?? '')
}

/** A further user of the administrator's tenant. */
export async function addUser(server: Server, administrator: User, name: string, tenantRoles: TenantRole[] = []) {
  const password = `${name} knows this`
  await administrator.client.call('POST /users', { body: { name, password, tenantRoles } })
  return await userOf(server, name, password)
}

async function userOf(server: Server, name: string, password: string): Promise<User> {
  const { cookie, body } = await signIn(server.url, password, name)
  const response = await fetch(`${server.url}/api/v1/access-keys`, {
    method: 'POST',
    headers: { cookie, 'x-holdpoint-console': '1' },
  })
  if (response.status !== 201) throw new Error(`No AccessKey pair: ${response.status} ${await response.text()}`)
  const pair = (await response.json()) as Pair
  return { id: (body as Me).user.id, pair, client: clientOf(server, pair) }
}

export async function signIn(url: string, password: string, name = 'admin') {
  const response = await fetch(`${url}/api/v1/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name, password }),
  })
  return {
    status: response.status,
    cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '',
    body: (await response.json()) as unknown,
  }
}

/** The same user's client for another server, or for the same one after its next start. */
export function clientOf(server: { readonly url: string }, pair: Pair): Client {
  return createClient({ endpoint: server.url, accessKeyId: pair.id, accessKeySecret: pair.secret })
}
