/**
 * trial: an author asks an extension under test about an operation that nobody asked for.
 *
 * It has what an operation that is held has, a message, its deliveries and a check, and takes the same answers; but whatever the verdict, nothing
 * happens. A regular event is told the same way and asks nobody. Rule 33.
 */
import { randomUUID } from 'node:crypto'
import {
  applies,
  checkBody,
  type EventDefinition,
  eventByCode,
  MESSAGE_LIFETIME_MS,
  may,
  Refusal,
  readParameters,
  trialEvents,
} from '@holdpoint/core'
import { messageBody, takesTrial } from '../openevent/publish.ts'
import { sampleBody } from '../openevent/sample.ts'
import { writeAudit } from '../store/audit.ts'
import type { Sql } from '../store/database.ts'
import { attachedDevTarget, type DevTargetRow, nameOf as nameOfMachine } from '../store/dev-connections.ts'
import { functionTargetId } from '../store/functions.ts'
import { type RouteRow, routesOf } from '../store/openevent.ts'
import type { Caller } from '../store/principals.ts'
import * as trials from '../store/trials.ts'
import { currentTrace, spanned } from '../watch/trace.ts'
import { type Gate, tellChange } from './gate.ts'

/** Trials of a tenant that wait for an answer at a time. */
const MOST_HELD = 1_000

export type Trial = {
  readonly extensionCode: string
  readonly eventCode: string
  /** The event's body as the author wrote it; null: the catalogue's sample. */
  readonly body: Readonly<Record<string, unknown>> | null
  /** What is told of the object to an extension that asks for it. */
  readonly snapshot: Readonly<Record<string, unknown>>
}

/** The version under test, where the caller may try it. */
export async function triedVersion(
  sql: Sql,
  caller: Caller,
  extensionCode: string,
): Promise<trials.VersionUnderTestRow> {
  const version = await trials.versionUnderTest(sql, caller.tenantId, extensionCode)
  if (version === undefined) throw new Refusal('EXTENSION_UNKNOWN', { extensionCode })
  if (version === null) throw new Refusal('EXTENSION_NOT_IN_TESTING')
  // Testing covers the owner's own operations (tenant level) or one workspace.
  if (eventByCode(version.points[0]!)?.scope === 'tenant') {
    if (version.owner_id !== caller.userId) throw new Refusal('TRIAL_NOT_OWNER')
  } else if (version.test_workspace_id === null) throw new Refusal('TEST_WORKSPACE_MISSING')
  else if (!may(caller, 'extension.test', version.test_workspace_id))
    throw new Refusal('FORBIDDEN', { action: 'extension.test' })
  return version
}

/** The members of a body that say where it comes from and who asked; they are set here, whatever was written. */
export function ownMembers(event: EventDefinition): readonly string[] {
  const own = event.scope === 'workspace' ? [...OWN, ...PLACE] : OWN
  return event.body.flatMap(({ name }) => (own.includes(name) ? name : []))
}
const OWN = ['eventCode', 'tenantId', 'operator', 'extensionBizId', 'blockBusiness']
/** An event of the tenant may tell of any workspace. */
const PLACE = ['projectId', 'appId']

/** Rule 33: a trial asks one extension, of a version under test and where testing covers it, and ends with its verdict and without an effect. */
export async function sendTrial(gate: Gate, caller: Caller, given: Trial): Promise<string> {
  return await spanned('trial', currentTrace(), { 'holdpoint.point': given.eventCode }, (of) =>
    gate.db.transaction(async (tx) => {
      const version = await triedVersion(tx, caller, given.extensionCode)
      const possible = trialEvents(version.points)
      const event = possible.find((one) => one.eventCode === given.eventCode)
      if (event === undefined)
        throw new Refusal('TRIAL_EVENT_FOREIGN', {
          eventCode: given.eventCode,
          events: possible.map((one) => one.eventCode),
        })
      const asks = event.kind === 'extension-point'
      const workspaceId = event.scope === 'tenant' ? null : version.test_workspace_id
      const id = randomUUID()
      const set: Readonly<Record<string, unknown>> = {
        eventCode: event.eventCode,
        tenantId: caller.tenantId,
        projectId: workspaceId,
        appId: workspaceId,
        operator: String(caller.userId),
        extensionBizId: id,
        blockBusiness: asks,
      }
      const body: Readonly<Record<string, unknown>> = {
        ...(given.body ?? JSON.parse(sampleBody(event.eventCode, { tenantId: caller.tenantId, workspaceId }))),
        ...Object.fromEntries(ownMembers(event).map((name) => [name, set[name]])),
      }
      const problems = checkBody(event, body)
      if (problems.length > 0)
        throw new Refusal('TRIAL_BODY_INVALID', {
          problems: problems.slice(0, 20).map((one) => `${one.path}: ${one.problem}`),
        })
      if (asks) ensureAsked(version, caller, { point: event.eventCode, workspaceId, body, now: tx.now })
      if (asks && (await trials.countHeldTrials(tx, caller.tenantId)) >= MOST_HELD)
        throw new Refusal('LIMIT_REACHED', { limit: MOST_HELD, things: 'trials that wait for an answer' })

      await trials.insertTrial(tx, {
        id,
        tenantId: caller.tenantId,
        workspaceId,
        eventCode: event.eventCode,
        requestedBy: caller.userId,
        name: nameOf(body) ?? version.name,
        snapshot: given.snapshot,
        at: tx.now,
        heldUntil: asks ? new Date(tx.now.getTime() + MESSAGE_LIFETIME_MS) : null,
      })
      if (asks)
        await trials.insertTrialCheck(tx, {
          operationId: id,
          extensionId: version.id,
          version: version.number,
          onUnanswered: version.on_unanswered,
          manualPass: readParameters(version.parameters).manualPass,
        })
      const machine = await attachedDevTarget(tx, version.id)
      const routes =
        machine === null ? await routesOf(tx, caller.tenantId, workspaceId) : [routeTo(machine, version.code)]
      const targetId = asks && machine === null ? await functionTargetId(tx, version.id) : null
      const messageId = gate.publish(tx, {
        eventCode: event.eventCode,
        tenantId: caller.tenantId,
        workspaceId,
        operationId: id,
        always: true,
        trial: true,
        routes: routes.filter((route) => takesTrial(route, version.code, asks)),
        functions: targetId === null ? [] : [{ targetId, extensionCode: version.code }],
        trace: of,
        requestedBy: caller.userId,
        body: messageBody(event.eventCode, body),
      })
      writeAudit(tx, {
        tenantId: caller.tenantId,
        workspaceId,
        userId: caller.userId,
        action: 'trial.send',
        object: id,
        details: { extension: version.code, version: version.number, point: event.eventCode, message: messageId },
      })
      tellChange(gate, tx, { id, tenant_id: caller.tenantId, workspace_id: workspaceId })
      tx.afterCommit(() => gate.metrics.trials.inc({ point: event.eventCode }))
      return id
    }),
  )
}

/** While the author's machine is connected, it gets trials instead of the targets. */
const routeTo = (machine: DevTargetRow, code: string): RouteRow => ({
  bus_name: 'dev',
  pattern: {},
  target_id: machine.id,
  target_name: nameOfMachine(machine),
  endpoint: machine.endpoint,
  serves: [code],
})

/** An extension that its parameters or the edition keep out of real operations is not asked in a trial either. */
function ensureAsked(
  version: trials.VersionUnderTestRow,
  caller: Caller,
  given: {
    readonly point: Parameters<typeof applies>[1]['point']
    readonly workspaceId: number | null
    readonly body: Readonly<Record<string, unknown>>
    readonly now: Date
  },
): void {
  if (caller.editionExpiresAt !== null && caller.editionExpiresAt <= given.now) throw new Refusal('EDITION_EXPIRED')
  const { fileType } = given.body
  const asked = applies(
    {
      status: 'testing',
      points: version.points,
      parameters: readParameters(version.parameters),
      testWorkspaceId: version.test_workspace_id,
      ownerUserId: version.owner_id,
      // Its owner tries it also where they have not switched it on for their own operations.
      testedBy: version.owner_id,
      enabled: false,
    },
    {
      point: given.point,
      workspaceId: given.workspaceId,
      requestedBy: caller.userId,
      fileType: fileType === undefined ? null : String(fileType),
    },
  )
  if (!asked) throw new Refusal('TRIAL_LEFT_OUT', { eventCode: given.point })
}

const NAMES = ['extensionBizName', 'nodeName', 'fileName', 'tableName', 'dagName', 'name']

/** What the body itself calls the thing it is about. */
function nameOf(body: Readonly<Record<string, unknown>>): string | null {
  for (const name of NAMES) {
    const value = body[name]
    if (typeof value === 'string' && value.trim() !== '') return value.slice(0, 128)
  }
  return null
}
