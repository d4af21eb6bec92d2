/** The DataWorks dialect: one path, every action; RPC style with both signature versions. */
import { Refusal } from '@holdpoint/core'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ensureMay } from '../access.ts'
import { enterSigned, receivedRequest } from '../authentication.ts'
import type { Platform } from '../platform.ts'
import type { Caller, Entering } from '../store/principals.ts'
import { currentTrace, traceIdOf } from '../watch/trace.ts'
import type { Action } from './action.ts'
import { ACTIONS } from './actions/index.ts'
import { errorAnswer, refusalLogFields, requestId, successAnswer } from './errors.ts'
import { actionOf, decodeRequest, type Parameters } from './parameters.ts'
import { bind } from './schemas/binding.ts'

const TABLE: ReadonlyMap<string, Action> = new Map(
  ACTIONS.flatMap((action) =>
    action.contract.versions.map((version) => [`${version} ${action.contract.action}`, action] as const),
  ),
)

const VERSIONS: ReadonlySet<string> = new Set(ACTIONS.flatMap((action) => action.contract.versions))

/** An action that is not here, of a version that is; or the version is none. */
function unknown(named: { readonly action: string; readonly version: string }): Refusal {
  if (VERSIONS.has(named.version)) return new Refusal('ACTION_UNKNOWN', named)
  const problem = `there is no such version of the API; there are ${[...VERSIONS].join(' and ')}`
  return new Refusal('PARAMETER_INVALID', { parameter: 'Version', problem })
}

/** Which action a request has turned out to ask for. */
export type WithAction = FastifyRequest & { dialectAction?: string }

/** Answers one request of the dialect; every error, whatever it is, in the dialect's own form. */
export async function answerDialect(platform: Platform, request: FastifyRequest, reply: FastifyReply): Promise<string> {
  const id = requestId()
  const startedMs = platform.nowMs()
  const line: Record<string, unknown> = { requestId: id, traceId: traceIdOf(currentTrace()), dialect: 'dataworks' }
  let answer: ReturnType<typeof errorAnswer>
  try {
    const received = receivedRequest(request)
    const parameters = decodeRequest(received)
    const named = actionOf(parameters, received.headers)
    line.action = named.action
    const row = TABLE.get(`${named.version} ${named.action}`)
    if (!row) throw unknown(named)
    ;(request as WithAction).dialectAction = row.contract.action
    const entering = await enterSigned(platform, received, parameters, { requireAction: true }, (caller) => {
      line.userId = caller.userId
    })
    const bound = await boundTo(row, parameters, entering)
    const body = row.early
      ? await row.run({ platform, entering, parameters: bound })
      : await row.run({ platform, caller: await admitted(row, entering), parameters: bound })
    answer = successAnswer({ RequestId: id, ...body })
  } catch (error) {
    answer = errorAnswer(error, id, request.host)
    if (error instanceof Refusal) Object.assign(line, refusalLogFields(error))
    else platform.log.error({ err: error, ...line }, 'fault')
  }
  platform.log.info({ ...line, status: answer.status, durationMs: platform.nowMs() - startedMs }, 'request')
  reply.status(answer.status).headers(answer.headers)
  return answer.body
}

/** Rule 20: what an action is for decides who may, where that is not for it to find out. */
async function admitted({ access }: Action, entering: Entering): Promise<Caller> {
  const caller = await entering.alone()
  if (typeof access === 'string' && access !== 'own' && access !== 'answer') ensureMay(caller, access)
  return caller
}

/** Who is asking comes before what they ask: what is wrong with the parameters is told only to who may enter. */
async function boundTo(row: Action, parameters: Parameters, entering: Entering): Promise<unknown> {
  try {
    return bind(row.contract.parameters, parameters)
  } catch (error) {
    await entering.alone()
    throw error
  }
}
