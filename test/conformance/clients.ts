// The vendor's npm clients, each in every way of calling that it has: version of the signature, verb, and the place of the parameters.
import { createRequire } from 'node:module'
import type * as ClientModule from '@alicloud/openapi-client'
import type * as CoreModule from '@alicloud/openapi-core'
import type PopCoreClass from '@alicloud/pop-core'
import type * as TeaUtil from '@alicloud/tea-util'
import type * as DarabonbaModule from '@darabonba/typescript'
import type { Settings } from '../../examples/freeze-guard/extension.ts'

// They are CommonJS; loaded as such they are the same under every loader.
const require = createRequire(import.meta.url)
const PopCore = require('@alicloud/pop-core') as typeof PopCoreClass
const client = require('@alicloud/openapi-client') as typeof ClientModule.default
const { RuntimeOptions } = require('@alicloud/tea-util') as typeof TeaUtil
const core = require('@alicloud/openapi-core') as typeof CoreModule.default
const darabonba = require('@darabonba/typescript') as typeof DarabonbaModule

// biome-ignore lint/suspicious/noExplicitAny: answers as they arrive; the tests say what must be in them
export type Answer = Record<string, any>
export type Parameters = Readonly<Record<string, string | number | boolean>>
/** What a client would otherwise make up itself. */
export type Signing = { readonly date?: string; readonly nonce?: string }
export type Call = (action: string, parameters?: Parameters, signing?: Signing, version?: string) => Promise<Answer>

/** What every one of the clients throws when the server refuses. */
export type ClientError = Error & { readonly code: string; readonly data: Answer }

export type Variant = { readonly name: string; connect(settings: Settings): Call }

const VERSION = '2020-05-18'
/** Longer than any machine takes; they give up within seconds otherwise. */
const PATIENCE_MS = 60_000
const TIMEOUTS = { readTimeout: PATIENCE_MS, connectTimeout: PATIENCE_MS }

function popCore(method: 'GET' | 'POST'): Variant {
  return {
    name: `pop-core, V1, ${method}`,
    connect({ endpoint, accessKeyId, accessKeySecret }) {
      return (action, parameters = {}, { date, nonce } = {}, apiVersion = VERSION) =>
        new PopCore({ endpoint: `http://${endpoint}`, apiVersion, accessKeyId, accessKeySecret }).request(
          action,
          { ...parameters, ...(date && { Timestamp: date }), ...(nonce && { SignatureNonce: nonce }) },
          { method, timeout: PATIENCE_MS },
        )
    },
  }
}

type Place = 'query' | 'form'
type Way = { readonly signature: 'V1' | 'V3'; readonly method: 'GET' | 'POST'; readonly place: Place }

const WAYS: readonly Way[] = (['V3', 'V1'] as const).flatMap((signature) => [
  { signature, method: 'GET', place: 'query' },
  { signature, method: 'POST', place: 'query' },
  { signature, method: 'POST', place: 'form' },
])

const LIBRARIES = {
  'openapi-client': (config: Answer, params: Answer, request: Answer) =>
    new client.default(new client.Config(config)).callApi(
      new client.Params(params),
      new client.OpenApiRequest(request),
      new RuntimeOptions(TIMEOUTS),
    ),
  'openapi-core': (config: Answer, params: Answer, request: Answer) =>
    new core.default(new core.$OpenApiUtil.Config(config)).callApi(
      new core.$OpenApiUtil.Params(params),
      new core.$OpenApiUtil.OpenApiRequest(request),
      new darabonba.RuntimeOptions(TIMEOUTS),
    ),
} as const

function generic(library: keyof typeof LIBRARIES, { signature, method, place }: Way): Variant {
  return {
    name: `${library}, ${signature}, ${method}, ${place}`,
    connect(settings) {
      const config = { ...settings, protocol: 'http', ...(signature === 'V1' && { signatureAlgorithm: 'v2' }) }
      return async (action, parameters = {}, { date, nonce } = {}, version = VERSION) => {
        const texts = Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]))
        const signing =
          signature === 'V1'
            ? { ...(date && { Timestamp: date }), ...(nonce && { SignatureNonce: nonce }) }
            : { ...(date && { 'x-acs-date': date }), ...(nonce && { 'x-acs-signature-nonce': nonce }) }
        const { body } = await LIBRARIES[library](
          config,
          {
            action,
            version,
            method,
            protocol: 'HTTPS',
            authType: 'AK',
            style: 'RPC',
            pathname: '/',
            reqBodyType: 'formData',
            bodyType: 'json',
          },
          {
            query: { ...(place === 'query' && texts), ...(signature === 'V1' && signing) },
            ...(place === 'form' && { body: texts }),
            ...(signature === 'V3' && { headers: signing }),
          },
        )
        return body
      }
    },
  }
}

export const VARIANTS: readonly Variant[] = [
  popCore('GET'),
  popCore('POST'),
  ...WAYS.map((way) => generic('openapi-client', way)),
  ...WAYS.map((way) => generic('openapi-core', way)),
]

export function variantNamed(name: string): Variant {
  const found = VARIANTS.find((one) => one.name === name)
  if (!found) throw new Error(`There is no ${name}; there are ${VARIANTS.map((one) => one.name).join(' · ')}`)
  return found
}
