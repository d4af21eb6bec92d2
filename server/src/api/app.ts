/** The HTTP server: the DataWorks dialect at /, EventBridge's under /openapi, the native API under /api/v1, the console under /console, health and certificates beside them. */

import { randomBytes, randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import cookie from '@fastify/cookie'
import statics from '@fastify/static'
import swagger from '@fastify/swagger'
import { Refusal } from '@holdpoint/core'
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject, validatorCompiler } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { ensureMay, ensurePerson, workspaceFor } from '../access.ts'
import { authenticate, authenticateProgram, type WithRawBody } from '../authentication.ts'
import { isDeeperThan, MOST_LEVELS } from '../bounded.ts'
import { answerDialect } from '../dataworks/dialect.ts'
import { errorAnswer, refusalLogFields, requestId, retryAfter } from '../dataworks/errors.ts'
import { answerEventBridge, EVENTBRIDGE_PATH } from '../eventbridge/dialect.ts'
import { eventBridgeError } from '../eventbridge/errors.ts'
import type { Platform } from '../platform.ts'
import type { Caller } from '../store/principals.ts'
import type { WorkspaceRow } from '../store/workspaces.ts'
import { traceIdOf, within } from '../watch/trace.ts'
import { exportAudit } from './audit-export.ts'
import { publishCertificates } from './certificates.ts'
import { devParams, devQuery, devStream } from './dev-stream.ts'
import { serveHealth } from './health.ts'
import { serveMetrics } from './metrics.ts'
import { serveOpenId } from './openid.ts'
import { problem, refusalOf } from './problem.ts'
import type { Route } from './route.ts'
import { auditSpan } from './routes/audit.ts'
import { ROUTES } from './routes/index.ts'
import { Problem } from './shapes.ts'
import { type OpenStreams, stream } from './stream.ts'
import { beginRequest, endRequest, traceOfThe } from './traced-request.ts'

const API = '/api/v1'
const CONSOLE_FILES = join(import.meta.dirname, '../../../console/dist')

export async function buildApp(
  platform: Platform,
  options: { readonly trustProxy: boolean },
): Promise<FastifyInstance> {
  const answerError = (error: unknown, request: FastifyRequest, reply: FastifyReply) => {
    const refusal = refusalOf(error, platform.bodyLimitBytes)
    if (refusal === null)
      platform.log.error(
        {
          err: error,
          requestId: request.id,
          traceId: traceIdOf(traceOfThe(request)),
          method: request.method,
          url: pathOf(request),
        },
        'fault',
      )
    // Whatever goes wrong at a dialect's path, even before its own code runs, is answered in the dialect.
    if (isDialect(request)) {
      const answer = isEventBridge(request)
        ? eventBridgeError(refusal ?? error, requestId())
        : errorAnswer(refusal ?? error, requestId(), request.host)
      return reply.status(answer.status).headers(answer.headers).send(answer.body)
    }
    const body = problem(error, refusal, request.id)
    if (refusal !== null)
      platform.log.info(
        {
          requestId: request.id,
          traceId: traceIdOf(traceOfThe(request)),
          method: request.method,
          url: pathOf(request),
          ...refusalLogFields(refusal),
          status: body.status,
          address: request.ip,
        },
        'request',
      )
    return reply
      .status(body.status as number)
      .headers(refusal === null ? {} : retryAfter(refusal))
      .type('application/problem+json')
      .send(JSON.stringify(body))
  }
  const app = Fastify({
    logger: false,
    // One proxy: the address it saw is the last of those it was told, and only that one cannot be made up.
    trustProxy: options.trustProxy ? (_address: string, hop: number) => hop === 0 : false,
    bodyLimit: platform.bodyLimitBytes,
    genReqId: () => randomUUID(),
    routerOptions: { maxParamLength: 256 },
    requestTimeout: 30_000,
    // An address that cannot be decoded does not come as far as to the error handler.
    frameworkErrors: (error, request, reply) =>
      void answerError(error, request as FastifyRequest, reply as FastifyReply),
  })
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(() => (body) => JSON.stringify(body))
  await app.register(cookie)
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Holdpoint API',
        version: '1',
        description:
          'Sign in for a session cookie, or sign each request with an AccessKey pair (ACS3-HMAC-SHA256). Errors are problem details (RFC 9457).',
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  })
  acceptBodies(app)

  app.setErrorHandler(answerError)
  app.addHook('onRequest', (request, _reply, done) => {
    beginRequest(request)
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    endRequest(request, reply)
    done()
  })
  app.addHook('onSend', (_request, reply, _payload, done) => {
    reply.header('x-content-type-options', 'nosniff')
    // What is answered is for who asked, unless it says otherwise.
    if (!reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
    done()
  })
  app.setNotFoundHandler((request, reply) => {
    if (isDialect(request)) throw new Refusal('METHOD_UNSUPPORTED', { method: request.method })
    throw Object.assign(new Refusal('NOT_FOUND', { thing: 'path', id: pathOf(request) }), { reply })
  })

  app.route({
    method: ['GET', 'POST'],
    url: '/',
    // A HEAD would carry out an action and show nothing of it.
    exposeHeadRoute: false,
    schema: { hide: true },
    handler: (request, reply) => {
      const browser =
        request.method === 'GET' &&
        /^[^?]*\??$/.test(request.raw.url ?? '/') &&
        request.headers['x-acs-action'] === undefined &&
        request.headers.authorization === undefined
      if (browser) return reply.redirect('/console/')
      return within(traceOfThe(request), () => answerDialect(platform, request, reply))
    },
  })
  app.route({
    method: 'POST',
    url: `${EVENTBRIDGE_PATH}*`,
    schema: { hide: true },
    handler: (request, reply) => within(traceOfThe(request), () => answerEventBridge(platform, request, reply)),
  })
  for (const row of ROUTES) addRoute(app, platform, row)
  serveMetrics(app, platform)
  const streams: OpenStreams = new Set()
  platform.metrics.beforeScrape(() => platform.metrics.streams.set(streams.size))
  app.addHook('preClose', async () => {
    for (const one of streams) one.end()
  })
  app.route({
    method: 'GET',
    url: `${API}/stream`,
    schema: { tags: ['Live'], summary: 'Server-sent events: what has changed, for the console to read again' },
    handler: async (request, reply) => {
      const caller = await authenticate(platform, request)
      ensurePerson(caller)
      stream(platform, caller, reply, streams)
    },
  })
  app.route({
    method: 'GET',
    url: `${API}/extensions/:code/dev-stream`,
    schema: {
      tags: ['Trials'],
      summary: 'Server-sent events: what asks the version under test, for the author’s machine (docs/command-line.md)',
      params: devParams,
      querystring: devQuery,
    },
    preValidation: async (request) => {
      // It changes who has the messages, although it is a GET.
      const caller = await authenticateProgram(platform, request)
      ensurePerson(caller)
      ;(request as WithCaller).caller = caller
    },
    handler: async (request, reply) => {
      const { code } = request.params as z.output<typeof devParams>
      const given = request.query as z.output<typeof devQuery>
      await devStream(platform, (request as WithCaller).caller!, code, given, reply, streams)
    },
  })
  app.route({
    method: 'GET',
    url: `${API}/audit/export`,
    schema: {
      tags: ['Audit trail'],
      summary: 'The audit trail as lines of JSON with the seals that prove it (docs/audit.md)',
      querystring: auditSpan,
    },
    preValidation: async (request) => {
      const caller = await authenticate(platform, request)
      ensurePerson(caller)
      ;(request as WithCaller).caller = caller
    },
    handler: async (request, reply) =>
      exportAudit(platform, (request as WithCaller).caller!, request.query as z.output<typeof auditSpan>, reply),
  })
  app.route({
    method: 'GET',
    url: `${API}/openapi.json`,
    schema: { tags: ['Reference'], summary: 'This API as OpenAPI 3.1' },
    handler: async (request) => {
      ensurePerson(await authenticate(platform, request))
      return app.swagger()
    },
  })
  serveOpenId(app, platform)
  serveHealth(app, platform)
  publishCertificates(app, platform)
  await serveConsole(app)
  return app
}

function addRoute(app: FastifyInstance, platform: Platform, row: Route): void {
  const statuses = {
    [row.status]: row.answer,
    ...Object.fromEntries(Object.keys(row.alsoAnswers ?? {}).map((status) => [status, row.answer])),
  }
  app.route({
    method: row.method,
    url: `${API}${row.path}`,
    schema: {
      tags: [row.tag],
      summary: row.summary,
      params: row.params,
      querystring: row.query,
      ...(row.body instanceof z.ZodUndefined ? {} : { body: row.body }),
      response: { ...(row.status === 204 ? { 204: z.null().describe('Done') } : statuses), default: Problem },
    },
    preValidation: async (request) => {
      // Who is asking and whether they may comes before what they ask: nobody else learns anything about shapes or ids.
      if (row.access === 'anyone') return
      const admitted: WithCaller = request
      admitted.caller = await authenticate(platform, request)
      // The service user of an extension has nothing to do here, also where it was let into a workspace.
      ensurePerson(admitted.caller)
      admitted.workspace = await admit(platform, admitted.caller, row, request.params)
    },
    handler: async (request, reply) => {
      const startedMs = platform.nowMs()
      reply.status(row.status)
      reply.header('cache-control', 'no-store')
      const { caller, workspace } = request as WithCaller
      const answer = await within(traceOfThe(request), () =>
        row.run({
          platform,
          caller,
          workspace,
          params: request.params,
          query: request.query,
          body: request.body,
          request,
          reply,
        }),
      )
      platform.log.info(
        {
          requestId: request.id,
          traceId: traceIdOf(traceOfThe(request)),
          method: row.method,
          route: row.path,
          userId: caller?.userId,
          status: reply.statusCode,
          durationMs: platform.nowMs() - startedMs,
        },
        'request',
      )
      if (row.status === 204) return reply.send()
      reply.type('application/json; charset=utf-8')
      return JSON.stringify(answer)
    },
  })
}

/** Rule 20: what a route is for decides who may, before anything of the request is read. Rule 21: in a workspace that is the caller's tenant's. */
async function admit(
  { db }: Platform,
  caller: Caller,
  { access, params }: Route,
  given: unknown,
): Promise<WorkspaceRow | undefined> {
  if (typeof access !== 'string' || access === 'own' || access === 'anyone') return undefined
  const named = params.safeParse(given)
  // What is no id is said when the rest of the request is read.
  if (!named.success) return undefined
  const { workspaceId } = named.data as { readonly workspaceId?: number }
  if (workspaceId !== undefined) return await workspaceFor(db, caller, workspaceId, access)
  ensureMay(caller, access)
}

type WithCaller = FastifyRequest & { caller?: Caller; workspace?: WorkspaceRow | undefined }

const pathOf = (request: FastifyRequest) => (request.raw.url ?? '/').split('?', 1)[0]!
const isEventBridge = (request: FastifyRequest) => pathOf(request).startsWith(EVENTBRIDGE_PATH)
const isDialect = (request: FastifyRequest) => pathOf(request) === '/' || isEventBridge(request)

/** JSON for the native API; at the path of a dialect whatever comes is kept as bytes and judged there. */
function acceptBodies(app: FastifyInstance): void {
  const parseJson = app.getDefaultJsonParser('error', 'error')
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    ;(request as WithRawBody).rawBody = body
    if (isDialect(request) || body.length === 0) done(null, undefined)
    else if (isDeeperThan(body, MOST_LEVELS))
      done(new Refusal('BODY_MALFORMED', { problem: `it is nested more than ${MOST_LEVELS} levels deep` }))
    else parseJson(request, body.toString('utf8'), done)
  })
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    ;(request as WithRawBody).rawBody = body
    if (isDialect(request) || body.length === 0) done(null, undefined)
    else done(new Refusal('CONTENT_TYPE_UNSUPPORTED', { contentType: request.headers['content-type'] ?? 'none' }))
  })
}

/** The built console; every address of it that is no file is answered with its page, which reads the address itself. */
async function serveConsole(app: FastifyInstance): Promise<void> {
  const page = join(CONSOLE_FILES, 'index.html')
  if (!existsSync(page)) return
  const html = readFileSync(page, 'utf8')
  const send = (reply: FastifyReply) => {
    const nonce = randomBytes(16).toString('base64')
    return reply
      .headers({
        'content-security-policy': `default-src 'self'; script-src 'self'; style-src 'self' 'nonce-${nonce}'; img-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
        'referrer-policy': 'same-origin',
        'x-content-type-options': 'nosniff',
        'cache-control': 'no-store',
      })
      .type('text/html; charset=utf-8')
      .send(html.replaceAll('__CSP_NONCE__', nonce))
  }
  await app.register(statics, {
    root: CONSOLE_FILES,
    prefix: '/console/',
    wildcard: false,
    index: false,
    decorateReply: false,
    // The copies stand beside the files themselves, and each is sent where the browser takes it.
    preCompressed: true,
    globIgnore: ['index.html', '**/*.gz'],
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Names under assets/ carry a hash of their content.
      reply.header('cache-control', path.includes('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
      reply.header('x-content-type-options', 'nosniff')
    },
  })
  app.get('/console', { schema: { hide: true } }, (_request, reply) => reply.redirect('/console/'))
  app.get('/console/*', { schema: { hide: true } }, (_request, reply) => send(reply))
}
