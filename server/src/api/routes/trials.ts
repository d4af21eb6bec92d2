import { eventByCode, Refusal, type RefusalCode, trialEvents } from '@holdpoint/core'
import { z } from 'zod'
import { ensureMay } from '../../access.ts'
import { ownMembers, sendTrial, triedVersion } from '../../gate/trial.ts'
import { sampleBody } from '../../openevent/sample.ts'
import type { Sql } from '../../store/database.ts'
import { replayedMessage } from '../../store/dev-connections.ts'
import type { Caller } from '../../store/principals.ts'
import { readOperationDetail } from '../read-operations.ts'
import { route } from '../route.ts'
import { NewTrial, OperationDetail, Tryable } from '../shapes.ts'

const EXPLAINED: ReadonlySet<RefusalCode> = new Set([
  'EXTENSION_NOT_IN_TESTING',
  'TRIAL_NOT_OWNER',
  'TEST_WORKSPACE_MISSING',
  'FORBIDDEN',
])
const codeParams = z.object({ code: z.string().max(64) })

export const trialRoutes = [
  route({
    method: 'GET',
    path: '/extensions/:code/trial-events',
    tag: 'Trials',
    summary: 'The events that the version under test can be tried with, each with a sample body',
    access: 'extension.write',
    params: codeParams,
    answer: Tryable,
    async run({ platform, caller, params }) {
      const nothing = { version: null, workspaceId: null, events: [] }
      try {
        const version = await triedVersion(platform.db, caller, params.code)
        const tenantLevel = eventByCode(version.points[0]!)?.scope === 'tenant'
        const workspaceId = tenantLevel ? null : version.test_workspace_id
        return {
          version: version.number,
          workspaceId,
          problem: null,
          events: trialEvents(version.points).map((event) => ({
            eventCode: event.eventCode,
            kind: event.kind,
            body: JSON.parse(sampleBody(event.eventCode, { tenantId: caller.tenantId, workspaceId })),
            setHere: [...ownMembers(event)],
          })),
        }
      } catch (error) {
        // Why it cannot be tried is what this answers then.
        if (!(error instanceof Refusal) || !EXPLAINED.has(error.code)) throw error
        return { ...nothing, problem: { code: error.code, detail: error.message } }
      }
    },
  }),
  route({
    method: 'POST',
    path: '/extensions/:code/trials',
    tag: 'Trials',
    summary:
      'Send a sample event to the version under test: a real message, real deliveries and a real check, and no effect',
    status: 201,
    access: 'extension.write',
    params: codeParams,
    body: NewTrial,
    answer: OperationDetail,
    async run({ platform, caller, params, body }) {
      const id = await sendTrial(platform, caller, {
        extensionCode: params.code,
        eventCode: body.eventCode,
        body: body.fromMessageId === null ? body.body : await bodyOf(platform.db, caller, body.fromMessageId),
        snapshot: body.snapshot,
      })
      return await readOperationDetail(platform, caller, id)
    },
  }),
]

/** Of an earlier message that the caller may read. */
async function bodyOf(sql: Sql, caller: Caller, messageId: string): Promise<Readonly<Record<string, unknown>>> {
  const message = await replayedMessage(sql, caller.tenantId, messageId, caller.userId)
  if (!message) throw new Refusal('MESSAGE_UNKNOWN', { messageId })
  if (!message.own && message.workspace_id !== null) ensureMay(caller, 'operation.read', message.workspace_id)
  return JSON.parse(message.body)
}
