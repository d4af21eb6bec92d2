/** The dialect of EventBridge's own SDKs: a path for each action under /openapi/, JSON in and out, EventBridge's signature. */
import { isUtf8 } from 'node:buffer'
import { Refusal } from '@holdpoint/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ensureMay, ensurePerson } from '../access.ts'
import { enterClaimed, receivedRequest } from '../authentication.ts'
import { isDeeperThan, MOST_LEVELS } from '../bounded.ts'
import { type Answer, refusalLogFields, requestId, successAnswer } from '../dataworks/errors.ts'
import { headerValue, type ReceivedRequest } from '../dataworks/parameters.ts'
import type { Platform } from '../platform.ts'
import { currentTrace, traceIdOf } from '../watch/trace.ts'
import { bound } from './action.ts'
import { ACTIONS } from './actions.ts'
import { eventBridgeError } from './errors.ts'
import { readEventBridgeSignature, verifyEventBridgeSignature } from './signature.ts'

/** Where the actions are. */
export const EVENTBRIDGE_PATH = '/openapi/'
const VERSION = '2015-06-06'

const TABLE = new Map(ACTIONS.map((action) => [`${EVENTBRIDGE_PATH}${action.name}`, action]))

/** Which action a request has turned out to ask for. */
export type WithEventBridgeAction = FastifyRequest & { eventBridgeAction?: string }

/** Answers one request of the dialect; every error, whatever it is, in the dialect's own form. */
export async function answerEventBridge(
  platform: Platform,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<string> {
  const id = requestId()
  const startedMs = platform.nowMs()
  const line: Record<string, unknown> = { requestId: id, traceId: traceIdOf(currentTrace()), dialect: 'eventbridge' }
  let answer: Answer
  try {
    const received = receivedRequest(request)
    const row = TABLE.get(received.path)
    if (!row) {
      const action = received.path.slice(EVENTBRIDGE_PATH.length, EVENTBRIDGE_PATH.length + 100)
      throw new Refusal('ACTION_UNKNOWN', { action, version: VERSION })
    }
    line.action = row.name
    ;(request as WithEventBridgeAction).eventBridgeAction = row.name
    const claim = readEventBridgeSignature(received)
    const verify = (secret: string) => verifyEventBridgeSignature(claim, secret, platform.nowMs())
    // Who is asking comes before what they ask, and so does whether they may.
    const caller = await (await enterClaimed(platform, claim, verify)).alone()
    line.userId = caller.userId
    ensurePerson(caller)
    ensureMay(caller, row.access)
    const given = bound(row.takes, jsonOf(received))
    const body = { RequestId: id, ResourceOwnerAccountId: String(caller.tenantId) }
    answer = successAnswer({ ...body, ...(await row.run({ platform, caller, given })) })
  } catch (error) {
    answer = eventBridgeError(error, id)
    if (error instanceof Refusal) Object.assign(line, refusalLogFields(error))
    else platform.log.error({ err: error, ...line }, 'fault')
  }
  platform.log.info({ ...line, status: answer.status, durationMs: platform.nowMs() - startedMs }, 'request')
  reply.status(answer.status).headers(answer.headers)
  return answer.body
}

const JSON_TYPE = /^application\/(?:json|cloudevents-batch\+json)\s*(?:;|$)/i

/**
 * The body. Numbers that JavaScript would write differently stay as they are written, in the data of an event too: they may be ids that are longer
 * than its numbers are exact.
 */
function jsonOf({ headers, body }: ReceivedRequest): unknown {
  const contentType = headerValue(headers, 'content-type') ?? ''
  if (!JSON_TYPE.test(contentType))
    throw new Refusal('CONTENT_TYPE_UNSUPPORTED', { contentType: contentType.slice(0, 128) || '(none)' })
  if (!isUtf8(body)) throw malformed('it is not UTF-8')
  if (isDeeperThan(body, MOST_LEVELS)) throw malformed(`it is nested more than ${MOST_LEVELS} levels deep`)
  try {
    return JSON.parse(body.toString('utf8'), asWritten)
  } catch (error) {
    if (error instanceof SyntaxError) throw malformed('it is not JSON')
    throw error
  }
}

// The third argument, and what keeps a number as it is written, are newer than the types.
const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown }
function asWritten(name: string, value: unknown, { source }: { readonly source?: string } = {}): unknown {
  if (name === '__proto__') throw malformed('a member cannot be named __proto__')
  return typeof value === 'number' && source !== undefined && String(value) !== source ? rawJSON(source) : value
}

const malformed = (problem: string) => new Refusal('BODY_MALFORMED', { problem })
