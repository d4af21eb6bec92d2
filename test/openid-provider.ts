// A real OpenID provider on this machine, and as much of a browser as it takes to sign in there.
import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What the provider knows of a person. */
export type Account = {
  readonly email?: string
  readonly email_verified?: boolean
  readonly name?: string
  readonly preferred_username?: string
}

export type TestProvider = {
  readonly issuer: string
  readonly clientId: string
  readonly clientSecret: string
  /** By the name with which they sign in there. */
  readonly accounts: Map<string, Account>
  /** Lets servers at these addresses be its client; until then it answers nothing. */
  serve(publicUrls: readonly string[]): Promise<void>
  stop(): Promise<void>
}

export async function startProvider(): Promise<TestProvider> {
  let answer: RequestListener = (_request, response) => response.writeHead(503).end()
  const server = createServer((request, response) => answer(request, response)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clientId = 'holdpoint'
  const clientSecret = randomBytes(24).toString('base64url')
  const accounts = new Map<string, Account>()
  return {
    issuer,
    clientId,
    clientSecret,
    accounts,
    async serve(publicUrls) {
      // It says on standard error that parts of it are for trying out only, which is what is done here.
      const { warn, info } = console
      console.warn = console.info = () => {}
      const { default: Provider } = await import('oidc-provider')
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
      const provider = new Provider(issuer, {
        clients: [
          {
            client_id: clientId,
            client_secret: clientSecret,
            redirect_uris: publicUrls.map((url) => `${url}/api/v1/session/openid/callback`),
            post_logout_redirect_uris: publicUrls.map((url) => `${url}/console/`),
          },
        ],
        jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig', kid: 'one' }] },
        cookies: { keys: [randomBytes(16).toString('hex')] },
        claims: { email: ['email', 'email_verified'], profile: ['name', 'preferred_username'] },
        findAccount: (_context: unknown, id: string) => {
          const account = accounts.get(id)
          return account && { accountId: id, claims: async () => ({ sub: id, ...account }) }
        },
        ttl: { Session: 600, Interaction: 600, Grant: 600, IdToken: 600, AccessToken: 600 },
      })
      Object.assign(console, { warn, info })
      answer = provider.callback()
    },
    async stop() {
      server.closeAllConnections()
      server.close()
    },
  }
}

export type Browser = {
  /** Follows redirects from here, signs in and consents where the provider asks, and answers where that ends and with what. */
  go(url: string): Promise<{ readonly url: string; readonly status: number; readonly text: string }>
  /** The Cookie header that this browser sends there. */
  cookiesFor(url: string): string
  set(url: string, cookie: string): void
}

const MOST_STEPS = 20

/** Cookies are kept per origin, as if each were a host of its own. `as`: who signs in; null refuses. */
export function browser(as: string | null): Browser {
  const jars = new Map<string, Map<string, string>>()
  const jar = (url: string) => {
    const { origin } = new URL(url)
    if (!jars.has(origin)) jars.set(origin, new Map())
    return jars.get(origin)!
  }
  const cookiesFor = (url: string) => [...jar(url)].map(([name, value]) => `${name}=${value}`).join('; ')
  const set = (url: string, cookie: string) => {
    const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie)!
    if (value === '' || /max-age=0|expires=thu, 01 jan 1970/i.test(cookie)) jar(url).delete(name!)
    else jar(url).set(name!, value!)
  }
  const load = async (url: string, form?: Readonly<Record<string, string>>) => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: cookiesFor(url) },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    })
    for (const cookie of response.headers.getSetCookie()) set(url, cookie)
    return { response, text: await response.text() }
  }
  return {
    cookiesFor,
    set,
    async go(first) {
      let url = first
      let form: Readonly<Record<string, string>> | undefined
      for (let step = 0; step < MOST_STEPS; step++) {
        const { response, text } = await load(url, form)
        form = undefined
        const location = response.headers.get('location')
        const action = /<form [^>]*action="([^"]+)"/.exec(text)?.[1]
        if (location !== null) url = new URL(location, url).href
        else if (text.includes('name="prompt" value="login"')) {
          if (as === null) url = new URL(/href="([^"]+\/abort)"/.exec(text)![1]!, url).href
          else {
            url = new URL(action!, url).href
            form = { prompt: 'login', login: as, password: 'x' }
          }
        } else if (text.includes('name="prompt" value="consent"')) {
          url = new URL(action!, url).href
          form = { prompt: 'consent' }
        } else if (/name="xsrf"/.test(text)) {
          url = new URL(action!, url).href
          form = { xsrf: /name="xsrf" value="([^"]+)"/.exec(text)![1]!, logout: 'yes' }
        } else return { url, status: response.status, text }
      }
      throw new Error(`no end of redirects at ${url}`)
    },
  }
}
