/**
 * What it costs to verify a signed request, from the bytes of its query or form to the comparison, beside the bare hashes and HMACs that are in it: HMAC-SHA1 over the text that V1
 * signs; for V3 SHA-256 of the body and of the canonical request, and HMAC-SHA256. Both take turns on the same requests in one process.
 */
import { createHmac, hash, randomBytes } from 'node:crypto'
import { performance } from 'node:perf_hooks'
import { decodeQuery, decodeRequest, type ReceivedRequest } from '../server/src/dataworks/parameters.ts'
import { readSignature, stringToSignV1, verifySignature } from '../server/src/dataworks/signature.ts'
import { type Raw, signedV1, signedV3 } from '../test/conformance/raw-request.ts'
import { median, type Options, type Result, rounded } from './result.ts'

const LIMIT = 4
const TURNS = 15
const WARM_UP_MS = 500
const TURN_MS = 200
const HOST = '127.0.0.1:4180'
const NOW_MS = Date.now()
const KEY = { id: 'LTAI5tBenchmark000000000', secret: randomBytes(15).toString('hex') }

/** What an extension sends most: its result, with a few words in two languages. */
const ACTION = 'UpdateWorkbenchEventResult'
const PARAMETERS = {
  MessageId: '5f29dd4c-6a9f-4d2b-9a91-29309efd2165',
  ExtensionCode: '58e95e2acd6f408e8707f1bf2591f9e9',
  CheckResult: 'FAIL',
  CheckResultTip:
    'Freezing holds up what runs after it: 订单日汇总, ads_customer_report. Freeze (or unpublish) the nodes downstream first!',
}

type Kind = 'V1 query' | 'V1 form' | 'V3 query' | 'V3 form'
type Case = { readonly request: ReceivedRequest; readonly bare: () => void }

function received({ method, target, headers, body }: Raw): ReceivedRequest {
  const [path = '/', rawQuery = ''] = target.split('?')
  return {
    method,
    path,
    rawQuery,
    headers: [['host', HOST], ...headers.filter(([name]) => name !== 'host')],
    body: Buffer.from(body ?? ''),
  }
}

function verify(request: ReceivedRequest): void {
  const parameters = decodeRequest(request)
  verifySignature(readSignature(request, parameters), request, parameters, KEY.secret, NOW_MS)
}

function caseOf(kind: Kind): Case {
  const [version, place] = kind.split(' ') as ['V1' | 'V3', 'query' | 'form']
  const how = { place, atMs: NOW_MS }
  if (version === 'V1') {
    const request = received(signedV1(KEY, ACTION, PARAMETERS, how))
    const text = stringToSignV1(request.method, decodeRequest(request), 'included')
    return { request, bare: () => void createHmac('sha1', `${KEY.secret}&`).update(text).digest('base64') }
  }
  const request = received(signedV3(HOST, KEY, ACTION, PARAMETERS, how))
  const canonical = canonicalOf(request)
  const stringToSign = `ACS3-HMAC-SHA256\n${hash('sha256', canonical, 'hex')}`
  return {
    request,
    bare() {
      if (request.body.length > 0) hash('sha256', request.body, 'hex')
      hash('sha256', canonical, 'hex')
      createHmac('sha256', KEY.secret).update(stringToSign).digest('hex')
    },
  }
}

/** Of the same length as the real one, which is what matters here. */
function canonicalOf({ method, path, rawQuery, headers }: ReceivedRequest): Buffer {
  const query = decodeQuery(rawQuery)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&')
  const signed = headers.filter(([name]) => name === 'host' || name === 'content-type' || name.startsWith('x-acs-'))
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('')
  return Buffer.from(
    `${method}\n${path}\n${query}\n${lines}\n${signed.map(([name]) => name).join(';')}\n${'0'.repeat(64)}`,
  )
}

/** Microseconds for one, over so many milliseconds. */
function microsecondsOf(work: () => void, forMs: number): number {
  const startedMs = performance.now()
  let count = 0
  do {
    for (let n = 0; n < 100; n++) work()
    count += 100
  } while (performance.now() - startedMs < forMs)
  return ((performance.now() - startedMs) * 1_000) / count
}

export async function run({ tell }: Options): Promise<Result> {
  const kinds: Readonly<Record<string, { verified: number; bare: number; share: number }>> = Object.fromEntries(
    (['V1 query', 'V1 form', 'V3 query', 'V3 form'] as const).map((kind) => {
      const { request, bare } = caseOf(kind)
      const verified = () => verify(request)
      for (const work of [verified, bare]) microsecondsOf(work, WARM_UP_MS)
      const turns = Array.from({ length: TURNS }, () => ({
        verified: microsecondsOf(verified, TURN_MS),
        bare: microsecondsOf(bare, TURN_MS),
      }))
      const of = (which: 'verified' | 'bare') => median(turns.map((turn) => turn[which]))
      const figures = {
        verified: rounded(of('verified'), 2),
        bare: rounded(of('bare'), 2),
        share: rounded(median(turns.map((turn) => turn.verified / turn.bare)), 2),
      }
      tell(`${kind}: ${figures.verified} µs, of which hashes and HMACs ${figures.bare} µs`)
      return [kind, figures]
    }),
  )
  const value = Math.max(...Object.values(kinds).map((one) => one.share))
  return {
    value,
    limit: LIMIT,
    ratio: rounded(value / LIMIT, 3),
    unit: 'times the bare hashes and HMACs',
    of: 'the worst of four ways to sign and send; the less the better',
    microseconds: kinds,
  }
}
