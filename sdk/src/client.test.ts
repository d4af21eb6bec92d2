import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Person, startReceiver, startWorld, urlOf, type World } from '../../test/world.ts'
import { createClient, HoldpointError } from './index.ts'

let world: World
let owner: Person
beforeAll(async () => {
  world = await startWorld()
  owner = (await world.tenant()).owner
})
afterAll(() => world?.stop())

const clientOf = (endpoint: string, secret = owner.key.secret) =>
  createClient({ endpoint, accessKeyId: owner.key.id, accessKeySecret: secret })

test('a route is called with its path parameters, its query and its body, and answers what is described', async () => {
  const client = clientOf(urlOf(world.server))
  const made = await client.call('POST /workspaces', { body: { identifier: 'sdk', name: '名字 & more' } })
  expect(made).toMatchObject({ identifier: 'sdk', name: '名字 & more', mode: 'standard' })
  const read = await client.call('GET /workspaces/{workspaceId}', { params: { workspaceId: made.id } })
  expect(read).toEqual(made)
  // What has to be escaped in a query is signed as it is sent.
  const found = await client.call('GET /workspaces/{workspaceId}/nodes', {
    params: { workspaceId: made.id },
    query: { name: "_root'*()!~ +&=%中", limit: 5 },
  })
  expect(found).toEqual({ items: [], nextCursor: null })
  const all = await client.call('GET /workspaces/{workspaceId}/nodes', {
    params: { workspaceId: made.id },
    query: { name: undefined },
  })
  expect(all.items).toMatchObject([{ name: 'sdk_root', isRoot: true }])
})

test('a route without an answer answers nothing', async () => {
  const client = clientOf(urlOf(world.server))
  const { id } = await client.call('POST /access-keys')
  expect(await client.call('DELETE /access-keys/{accessKeyId}', { params: { accessKeyId: id } })).toBeUndefined()
})

test('an id goes into the path as one piece, whatever it holds', async () => {
  const client = clientOf(urlOf(world.server))
  for (const code of ['a/b', '../workspaces', 'a?b=c#d', '%2e', '扩展'])
    await expect(client.call('GET /extensions/{code}', { params: { code } })).rejects.toMatchObject({
      code: 'EXTENSION_UNKNOWN',
      message: `The extension does not exist: ${code}.`,
    })
})

test('what the server refuses is thrown as an error that says what, with everything the server said', async () => {
  const client = clientOf(urlOf(world.server))
  const error = await client
    .call('GET /workspaces/{workspaceId}', { params: { workspaceId: 1 } })
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(HoldpointError)
  expect(error).toMatchObject({
    name: 'HoldpointError',
    status: 404,
    code: 'WORKSPACE_NOT_FOUND',
    message: 'The workspace does not exist: 1.',
    problem: { status: 404, code: 'WORKSPACE_NOT_FOUND', requestId: expect.any(String), details: { id: 1 } },
  })
  await expect(client.call('POST /workspaces', { body: { identifier: '1', name: 'a\u0000b' } })).rejects.toMatchObject({
    status: 400,
    code: 'REQUEST_INVALID',
    problem: { errors: [{ path: 'body.identifier' }, { path: 'body.name' }] },
  })
})

test('with a wrong secret nothing is answered', async () => {
  await expect(clientOf(urlOf(world.server), 'wrong').call('GET /workspaces')).rejects.toMatchObject({
    status: 400,
    code: 'SIGNATURE_MISMATCH_V3',
  })
})

test('a server that is not there is the error of the network, and a redirect is not followed', async () => {
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
  const refused = clientOf(`http://127.0.0.1:${port}`).call('GET /workspaces')
  await expect(refused).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
  const elsewhere = await startReceiver(() => ({ status: 307, headers: { location: urlOf(world.server) } }))
  await expect(clientOf(elsewhere.url).call('GET /workspaces')).rejects.not.toBeInstanceOf(HoldpointError)
  await elsewhere.stop()
})

test('nothing is repeated: a request that failed was sent once', async () => {
  const receiver = await startReceiver(() => ({
    status: 503,
    headers: { 'content-type': 'application/problem+json' },
    body: JSON.stringify({
      type: 'about:blank',
      title: 'Away',
      status: 503,
      detail: 'Away',
      code: 'FAULT',
      requestId: '1',
    }),
  }))
  await expect(clientOf(receiver.url).call('GET /workspaces')).rejects.toMatchObject({ status: 503, code: 'FAULT' })
  expect(receiver.received).toHaveLength(1)
  await receiver.stop()
})

test('an answer that is not the server’s own is an error that names its status, whatever it holds', async () => {
  for (const [status, body] of [
    [502, '<html>Bad gateway</html>'],
    [503, ''],
    [500, '{"message":"not a problem"}'],
    [200, '<html>Sign in to the proxy</html>'],
  ] as const) {
    const proxy = await startReceiver(() => ({ status, headers: { 'content-type': 'text/html' }, body }))
    const error = await clientOf(proxy.url)
      .call('GET /workspaces')
      .catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(HoldpointError)
    expect(error).toMatchObject({ status, code: 'UNEXPLAINED', message: expect.stringContaining(`HTTP ${status}`) })
    await proxy.stop()
  }
})
