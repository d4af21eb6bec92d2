/** Answers in EventBridge's shape: names in capitals where it went well, in small letters where it did not, which is how its SDKs read them. */
import { dataworksCode, Refusal, type RefusalCode, refusalStatus } from '@holdpoint/core/refusal'
import { type Answer, JSON_HEADERS, retryAfter } from '../dataworks/errors.ts'

/** A refusal with its own code and sentence; anything else is a fault, of which nothing but the request id leaves. */
export function eventBridgeError(error: unknown, requestId: string): Answer {
  if (!(error instanceof Refusal)) {
    const message = `An internal error occurred; the server's log names it under request id ${requestId}.`
    const body = JSON.stringify({ code: 'InternalError', message, requestId })
    return { status: 500, headers: JSON_HEADERS, body }
  }
  const body = JSON.stringify({ code: eventBridgeCode(error), message: error.message, requestId })
  return { status: refusalStatus(error), headers: { ...JSON_HEADERS, ...retryAfter(error) }, body }
}

/** Where EventBridge has a word of its own it is that; where it is the gateway's, that of the DataWorks dialect. */
export function eventBridgeCode(refusal: Refusal): string {
  const ofThing = BY_THING[refusal.code]?.[String(refusal.details.thing)]
  return ofThing ?? BY_CODE[refusal.code] ?? dataworksCode(refusal)
}

const BY_THING: Partial<Record<RefusalCode, Readonly<Record<string, string>>>> = {
  NOT_FOUND: { 'event bus': 'EventBusNotExist', rule: 'EventRuleNotExisted', target: 'EventTargetNotExisted' },
  NAME_TAKEN: {
    'event bus': 'EventBusAlreadyExisted',
    rule: 'EventRuleAlreadyExisted',
    target: 'EventTargetAlreadyExisted',
  },
}

const ARGUMENT = 'InvalidArgument'
const BY_CODE: Partial<Record<RefusalCode, string>> = {
  PARAMETER_MISSING: ARGUMENT,
  PARAMETER_INVALID: ARGUMENT,
  REQUEST_INVALID: ARGUMENT,
  BODY_MALFORMED: ARGUMENT,
  CONTENT_TYPE_UNSUPPORTED: ARGUMENT,
  TARGET_REFUSED: ARGUMENT,
  PATTERN_INVALID: 'EventPatternInvalid',
  EVENT_BUS_IN_USE: 'EventBusInUse',
}
