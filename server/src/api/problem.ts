/** Errors of the native API, after RFC 9457. */
import { Refusal, refusalStatus } from '@holdpoint/core'
import type { FastifyError } from 'fastify'

type Validated = {
  readonly validation?: readonly { readonly instancePath: string; readonly message?: string }[]
  readonly validationContext?: string
}

/** A refusal for what a framework error means; null when it is a fault. */
export function refusalOf(error: unknown, bodyLimitBytes: number): Refusal | null {
  if (error instanceof Refusal) return error
  const { code, validation, message, statusCode } = error as FastifyError & Validated
  if (validation) return new Refusal('REQUEST_INVALID', { problem: validationSentence(error as Validated) })
  if (code === 'FST_ERR_BAD_URL' || code === 'FST_ERR_MAX_PARAM_LENGTH')
    return new Refusal('REQUEST_INVALID', { problem: 'its address cannot be read' })
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') return new Refusal('BODY_TOO_LARGE', { limitBytes: bodyLimitBytes })
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE')
    return new Refusal('CONTENT_TYPE_UNSUPPORTED', { contentType: '(malformed)' })
  if (error instanceof SyntaxError || (typeof statusCode === 'number' && statusCode < 500))
    return new Refusal('BODY_MALFORMED', { problem: message })
  return null
}

function validationSentence(error: Validated): string {
  return faults(error)
    .map((fault) => `${fault.path}: ${fault.problem}`)
    .join('; ')
}

function faults(error: Validated): { path: string; problem: string }[] {
  return (error.validation ?? []).slice(0, 20).map((one) => ({
    path: `${error.validationContext ?? 'body'}${one.instancePath.replaceAll('/', '.')}`,
    problem: one.message ?? 'is not valid',
  }))
}

export function problem(error: unknown, refusal: Refusal | null, requestId: string): Record<string, unknown> {
  if (refusal === null)
    return {
      type: 'about:blank',
      title: 'Internal fault',
      status: 500,
      detail: `Something went wrong here, not in your request. The server log has the details under ${requestId}.`,
      code: 'FAULT',
      requestId,
    }
  const errors = [...faults(error as Validated), ...membersOf(refusal)]
  return {
    type: 'about:blank',
    title: titleOf(refusal.code),
    status: refusalStatus(refusal),
    detail: refusal.message,
    code: refusal.code,
    requestId,
    ...(errors.length > 0 ? { errors } : {}),
    ...(Object.keys(refusal.details).length > 0 ? { details: refusal.details } : {}),
  }
}

/** The members of the request that a rule refused. */
function membersOf({ message, details: { field, paths, problems } }: Refusal): { path: string; problem: string }[] {
  if (field !== undefined) return [{ path: `body.${field}`, problem: message }]
  if (!Array.isArray(paths) || !Array.isArray(problems)) return []
  return paths.map((path, i) => ({ path: `body.${path}`, problem: String(problems[i]) }))
}

const titleOf = (code: string) => code.charAt(0) + code.slice(1).toLowerCase().replaceAll('_', ' ')
