/**
 * The OpenID Connect provider: the authorization code flow with PKCE, state and nonce, and its own sign-out.
 *
 * What the provider says of itself is read once an hour; whoever waits for it waits together. Its own host is reached although it is private, because
 * the configuration names it; every other host that it refers to is judged like the receiver of a delivery.
 */
import { Refusal, type TenantRole } from '@holdpoint/core'
import * as client from 'openid-client'
import { outboundPolicy } from '../openevent/guard.ts'
import { guardedFetch } from '../openevent/guarded-fetch.ts'

const DISCOVERED_FOR_MS = 60 * 60_000
/** After a failure the provider is left alone for a moment, however many people try. */
const FAILED_FOR_MS = 3_000
const TIMEOUT_MS = 10_000

export type ProviderSettings = {
  readonly oidcIssuer: string | null
  readonly oidcClientId: string | null
  readonly oidcClientSecret: string | null
  readonly oidcLabel: string
  readonly oidcTenant: string | null
  readonly oidcUserClaim: 'sub' | 'email'
  readonly oidcCreateUsers: boolean
  readonly oidcRole: TenantRole | null
  readonly outboundAllow: readonly string[]
  readonly outboundDeny: readonly string[]
}

/** What only this server and the browser that began know of a sign-in under way. */
export type Secrets = { readonly state: string; readonly nonce: string; readonly verifier: string }

/** Whom the provider has let in. */
export type Somebody = {
  readonly subject: string
  readonly email: string | null
  readonly emailVerified: boolean
  readonly name: string | null
  readonly displayName: string | null
  readonly idToken: string
}

export type Provider = {
  readonly issuer: string
  readonly label: string
  /** Whose users sign in there; null: the first tenant's. */
  readonly tenantName: string | null
  readonly userClaim: 'sub' | 'email'
  readonly createUsers: boolean
  readonly role: TenantRole | null
  begin(redirectUri: string): Promise<{ readonly url: string; readonly secrets: Secrets }>
  /** `came`: the address with which the browser came back. */
  finish(came: URL, secrets: Secrets): Promise<Somebody>
  /** Where the provider ends its own session; null where it does not offer to, or cannot be reached. */
  endSessionUrl(idToken: string, returnTo: string): Promise<string | null>
}

export function openIdProvider(
  settings: ProviderSettings,
  nowMs: () => number,
  log: (fields: Readonly<Record<string, unknown>>) => void,
): Provider | null {
  const { oidcIssuer, oidcClientId, oidcClientSecret } = settings
  if (oidcIssuer === null || oidcClientId === null) return null
  const server = new URL(oidcIssuer)
  const host = server.hostname.replace(/^\[|\]$/g, '')
  const fetch = guardedFetch(outboundPolicy([...settings.outboundAllow, host], settings.outboundDeny), TIMEOUT_MS)
  let known: { readonly at: number; readonly configuration: Promise<client.Configuration> } | null = null
  let failedAt = Number.NEGATIVE_INFINITY

  async function discovered(): Promise<client.Configuration> {
    if (known === null || nowMs() - known.at > DISCOVERED_FOR_MS) {
      if (nowMs() - failedAt < FAILED_FOR_MS) throw new Refusal('OPENID_UNAVAILABLE')
      const configuration = client.discovery(
        server,
        oidcClientId!,
        undefined,
        oidcClientSecret === null ? client.None() : client.ClientSecretBasic(oidcClientSecret),
        {
          [client.customFetch]: fetch as client.CustomFetch,
          timeout: TIMEOUT_MS / 1000,
          execute: [
            // A token is believed by its signature, not only by where it came from.
            client.enableNonRepudiationChecks,
            ...(server.protocol === 'http:' ? [client.allowInsecureRequests] : []),
          ],
        },
      )
      const found = { at: nowMs(), configuration }
      known = found
      configuration.catch(() => {
        if (known === found) known = null
        failedAt = nowMs()
      })
    }
    return await known.configuration.catch((error) => {
      log({ openid: 'discovery', ...whatHappened(error) })
      throw new Refusal('OPENID_UNAVAILABLE')
    })
  }

  return {
    issuer: server.href,
    label: settings.oidcLabel,
    tenantName: settings.oidcTenant,
    userClaim: settings.oidcUserClaim,
    createUsers: settings.oidcCreateUsers,
    role: settings.oidcRole,

    async begin(redirectUri) {
      const configuration = await discovered()
      const secrets = {
        state: client.randomState(),
        nonce: client.randomNonce(),
        verifier: client.randomPKCECodeVerifier(),
      }
      const url = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        scope: 'openid profile email',
        state: secrets.state,
        nonce: secrets.nonce,
        code_challenge: await client.calculatePKCECodeChallenge(secrets.verifier),
        code_challenge_method: 'S256',
      })
      return { url: url.href, secrets }
    },

    async finish(came, { state, nonce, verifier }) {
      const configuration = await discovered()
      try {
        const tokens = await client.authorizationCodeGrant(configuration, came, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        })
        const signed = tokens.claims()!
        // Some providers say more only when asked; what they say is then of the same person.
        const more: Readonly<Record<string, unknown>> =
          (signed.email === undefined || signed.name === undefined) &&
          configuration.serverMetadata().userinfo_endpoint !== undefined
            ? await client.fetchUserInfo(configuration, tokens.access_token, signed.sub)
            : {}
        const claims: Readonly<Record<string, unknown>> = { ...more, ...signed }
        const said: Readonly<Record<string, unknown>> = signed.email === undefined ? more : signed
        return {
          subject: signed.sub,
          email: text(said.email),
          emailVerified: said.email_verified === true,
          name: text(claims.preferred_username),
          displayName: text(claims.name),
          idToken: tokens.id_token!,
        }
      } catch (error) {
        log({ openid: 'sign-in', ...whatHappened(error) })
        throw refusalOf(error)
      }
    },

    async endSessionUrl(idToken, returnTo) {
      const configuration = await discovered().catch(() => null)
      if (configuration?.serverMetadata().end_session_endpoint === undefined) return null
      return client.buildEndSessionUrl(configuration, {
        id_token_hint: idToken,
        post_logout_redirect_uri: returnTo,
      }).href
    },
  }
}

const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : null)

/** What people can do about it. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof client.AuthorizationResponseError) return new Refusal('OPENID_DENIED')
  const codes = causes(error).map((one) => (one as { code?: unknown }).code)
  const unreached = codes.some(
    (code) => typeof code === 'string' && /^(E[A-Z]+|UND_ERR_\w+|ERR_ADDRESS_REFUSED)$/.test(code),
  )
  return new Refusal(unreached || timedOut(error) ? 'OPENID_UNAVAILABLE' : 'OPENID_FAILED')
}

const timedOut = (error: unknown) => causes(error).some((one) => one instanceof Error && one.name === 'TimeoutError')

function causes(error: unknown): unknown[] {
  const found: unknown[] = []
  for (let one = error; one instanceof Error && found.length < 8; one = one.cause) found.push(one)
  return found
}

/** For the log: never a token, a code or what a person is called, which some errors carry along. */
function whatHappened(error: unknown): Readonly<Record<string, unknown>> {
  const said = error as { error?: unknown; error_description?: unknown }
  return {
    message: causes(error)
      .map((one) => (one as Error).message)
      .join(': '),
    ...(typeof said.error === 'string' && { error: said.error.slice(0, 128) }),
    ...(typeof said.error_description === 'string' && { description: said.error_description.slice(0, 512) }),
  }
}
