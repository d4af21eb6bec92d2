import { randomUUID } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { type EventCode, eventByCode, functionVerdict, MOST_FUNCTION_VARIABLES, may, Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { workspaceFor } from '../../access.ts'
import { compile } from '../../functions/compile.ts'
import { sealVariable } from '../../functions/secrets.ts'
import { toldOfOperation } from '../../modules/data-development/event-detail.ts'
import { requestOf } from '../../openevent/envelope.ts'
import { sampleBody } from '../../openevent/sample.ts'
import type { Platform } from '../../platform.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Sql } from '../../store/database.ts'
import { type ExtensionRow, touchVersion } from '../../store/extensions.ts'
import * as functions from '../../store/functions.ts'
import { type InvocationRow, invocationById, invocationsOf, usageOf } from '../../store/invocations.ts'
import { messageById } from '../../store/messages.ts'
import type { Caller } from '../../store/principals.ts'
import { draftOf, lockedExtension, recordStep } from '../extension-draft.ts'
import {
  FunctionChange,
  FunctionDeliveryChange,
  FunctionTestRan,
  FunctionTestRun,
  FunctionUsage,
  FunctionView,
  InvocationDetail,
  InvocationOutcomeShape,
  InvocationView,
} from '../function-shapes.ts'
import { cursorRefusal, page, pageOf, pageQuery, route } from '../route.ts'
import { mayReadInvocations, person } from '../views.ts'
import { codeParams, ensureTestWorkspace, foundExtension, tellExtension } from './extensions.ts'
import { mayManageCredentials } from './service-users.ts'

const versionQuery = z.object({
  version: z.coerce
    .number()
    .int()
    .positive()
    .max(2 ** 31 - 1)
    .optional(),
})
const flag = z.enum(['true', 'false']).transform((text) => text === 'true')
const MOST_REQUEST_LENGTH = 1_048_576
const MOST_TEST_RUNS = 4

const SETTINGS = ['language', 'environment', 'secrets', 'allowedHosts', 'timeoutMs', 'memoryMb'] as const

export const functionRoutes = [
  route({
    method: 'GET',
    path: '/extensions/:code/function',
    access: 'extension.read',
    tag: 'Functions',
    summary: 'The code of a function, with what it may use; the newest version if none is named',
    params: codeParams,
    query: versionQuery,
    answer: FunctionView,
    async run({ platform, caller, params, query }) {
      const extension = await functionExtension(platform.db, caller, params.code)
      return await viewOf(platform.db, caller, extension, query.version ?? newestOf(extension).number)
    },
  }),
  route({
    method: 'PATCH',
    path: '/extensions/:code/function',
    access: 'extension.write',
    tag: 'Functions',
    summary:
      'Change the code of a function, or what it may use: the version in testing or rejected, else in a new one; what runs goes on as it is',
    params: codeParams,
    body: FunctionChange,
    answer: FunctionView,
    async run({ platform, caller, params, body }) {
      // Before anything is locked: it takes as long as the code takes to load.
      const code = await codeOf(platform, caller, params.code, body)
      return await platform.db.transaction(async (tx) => {
        const extension = ensureFunction(await lockedExtension(tx, caller, params.code))
        const draft = await draftOf(tx, caller, extension, body.revision)
        await ensureTestWorkspace(tx, caller, draft.test_workspace_id)
        const row = await functionVersion(tx, extension, draft.number)
        const given = body.secrets ?? {}
        // Rule 20: under what somebody else has changed no secret stays that they did not give themselves.
        const keepsAll = mayManageCredentials(caller, extension) || !reachesSecrets(row, code, body)
        const names = keepsAll ? [] : Object.keys(row.secrets).toSorted()
        const removed = names.filter((name) => !Object.hasOwn(given, name))
        const missing = [...new Set([...row.missing_secrets, ...removed])].filter((name) => !Object.hasOwn(given, name))
        await functions.updateFunction(tx, extension.id, draft.number, {
          code,
          environment: body.environment ?? row.environment,
          secrets: secretsOf(platform.secretKey, extension.id, keepsAll ? row.secrets : {}, given),
          missingSecrets: missing.toSorted().slice(0, MOST_FUNCTION_VARIABLES),
          allowedHosts: body.allowedHosts ?? row.allowed_hosts,
          timeoutMs: body.timeoutMs ?? row.timeout_ms,
          memoryMb: body.memoryMb ?? row.memory_mb,
        })
        await touchVersion(tx, extension.id, draft.number, caller.userId)
        const fields = (['settings', 'source'] as const).filter((field) =>
          field === 'source' ? body.source !== undefined : SETTINGS.some((one) => body[one] !== undefined),
        )
        await recordStep(
          tx,
          caller,
          extension,
          { version: draft.number, step: 'change', from: draft.status, to: 'testing', fields },
          {
            ...(body.secrets && { secrets: Object.keys(given) }),
            ...(removed.length > 0 && { removedSecrets: removed }),
          },
        )
        tellExtension(platform, tx, caller, extension.code)
        return await viewOf(tx, caller, await functionExtension(tx, caller, params.code), draft.number)
      })
    },
  }),
  route({
    method: 'PATCH',
    path: '/extensions/:code/function/delivery',
    access: 'extension.write',
    tag: 'Functions',
    summary:
      'Change how often a function is tried, and how many of its runs are under way at once; for all versions, at once',
    params: codeParams,
    body: FunctionDeliveryChange,
    answer: FunctionView,
    async run({ platform, caller, params, body }) {
      return await platform.db.transaction(async (tx) => {
        const extension = await functionExtension(tx, caller, params.code)
        const known = await functions.functionDelivery(tx, extension.id)
        const delivery = {
          retryPolicy: body.retryPolicy ?? known.retryPolicy,
          mostConcurrent: body.maxConcurrency ?? known.mostConcurrent,
        }
        await functions.updateFunctionDelivery(tx, extension.id, delivery)
        writeAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: 'function.delivery',
          object: extension.code,
          details: delivery,
        })
        tellExtension(platform, tx, caller, extension.code)
        // Whoever keeps targets in memory reads them again.
        tx.afterCommit(() =>
          platform.live.publish({
            kind: 'openevent',
            tenantId: caller.tenantId,
            workspaceId: null,
            id: extension.code,
          }),
        )
        return await viewOf(tx, caller, extension, newestOf(extension).number)
      })
    },
  }),
  route({
    method: 'POST',
    path: '/extensions/:code/function/test-runs',
    access: 'extension.write',
    tag: 'Functions',
    summary:
      'Run a function once, for a sample event or a message that was sent before; nothing is answered with what it returns, and its secrets are given to it only if the caller may manage them',
    params: codeParams,
    body: FunctionTestRun,
    answer: FunctionTestRan,
    async run({ platform, caller, params, body }) {
      const extension = await functionExtension(platform.db, caller, params.code)
      const version = body.version ?? newestOf(extension).number
      const { secrets, missing_secrets } = await functionVersion(platform.db, extension, version)
      // Rule 20: what a run returns and logs is read by who tries it, in whatever form.
      const withSecrets = mayManageCredentials(caller, extension)
      const missingSecrets = [...missing_secrets, ...(withSecrets ? [] : Object.keys(secrets))].toSorted()
      const message = await messageFor(platform.db, caller, extension, body)
      const text = body.body === undefined ? message.body : JSON.stringify(body.body)
      if (text.length > MOST_REQUEST_LENGTH) throw new Refusal('BODY_TOO_LARGE', { limitBytes: MOST_REQUEST_LENGTH })
      const request = requestOf({ ...message, body: text }, message.operation_id ?? randomUUID())
      const about = await functions.triedAbout(platform.db, extension.id, message.workspace_id, message.operation_id)
      const told = await toldOfOperation(platform.db, { ...message, ...about })
      await platform.db.transaction(async (tx) =>
        writeAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: 'function.test',
          object: extension.code,
          details: { version, event: message.event_code, message: body.messageId },
        }),
      )
      const run = await testRun(platform, caller, () =>
        platform.runs.run({
          tenantId: caller.tenantId,
          extensionId: extension.id,
          version,
          revision: Number.POSITIVE_INFINITY,
          workspaceId: message.workspace_id,
          messageId: body.messageId ?? null,
          deliveryId: null,
          attempt: null,
          testedBy: caller.userId,
          eventCode: message.event_code,
          request,
          chosen: about.chosen,
          snapshot: body.snapshot ?? told,
          asked: true,
          withSecrets,
        }),
      )
      const invocationId = (await run?.recorded) ?? null
      if (run === null || run.outcome === 'refused' || invocationId === null)
        throw new Refusal('FUNCTION_NO_PLACE', { problem: run?.problem ?? 'its version is gone' })
      const { ended, verdict } = run
      return {
        invocationId,
        outcome: run.outcome,
        checkResult: verdict?.result ?? null,
        comment: verdict?.comment ?? null,
        error: run.problem === null ? null : [run.problem, ...(ended.error?.split('\n').slice(1) ?? [])].join('\n'),
        result: run.result,
        missingSecrets,
        request,
        logs: ended.logs.map((line) => ({ ...line })),
        logsCut: ended.logsCut,
        durationMs: ended.durationMs,
        cpuMs: ended.cpuMs,
        memoryBytes: ended.memoryBytes,
      }
    },
  }),
  route({
    method: 'GET',
    path: '/extensions/:code/function/invocations',
    access: 'extension.read',
    tag: 'Functions',
    summary: 'The runs of a function, the newest first; for its owner and those who write extensions',
    params: codeParams,
    query: pageQuery.extend(versionQuery.shape).extend({
      outcome: InvocationOutcomeShape.optional(),
      failed: flag.optional().describe('Only those that gave no result, or only the others'),
      tests: flag.optional().describe('Only trials, or only what messages asked for'),
      messageId: z.uuid().optional(),
    }),
    answer: pageOf(InvocationView),
    async run({ platform, caller, params, query }) {
      const extension = await watched(platform.db, caller, params.code)
      const { limit, cursor, ...filter } = query
      const rows = await invocationsOf(
        platform.db,
        { ...filter, extensionId: extension.id },
        { beforeId: cursor === undefined ? null : idOf(cursor), limit: limit + 1 },
      )
      return page(rows, limit, (row) => String(row.id), invocationView)
    },
  }),
  route({
    method: 'GET',
    path: '/extensions/:code/function/invocations/:invocationId',
    access: 'extension.read',
    tag: 'Functions',
    summary: 'One run of a function, with what it returned and logged',
    params: codeParams.extend({ invocationId: z.coerce.number().int().positive().max(Number.MAX_SAFE_INTEGER) }),
    answer: InvocationDetail,
    async run({ platform, caller, params }) {
      const extension = await watched(platform.db, caller, params.code)
      const row = await invocationById(platform.db, extension.id, params.invocationId)
      if (!row) throw new Refusal('NOT_FOUND', { thing: 'invocation', id: params.invocationId })
      return { ...invocationView(row), result: row.result, logs: row.logs, logsCut: row.logs_cut }
    },
  }),
  route({
    method: 'GET',
    path: '/extensions/:code/function/usage',
    access: 'extension.read',
    tag: 'Functions',
    summary: 'What the runs of a function used, by the day; for its owner and those who write extensions',
    params: codeParams,
    query: z.object({ days: z.coerce.number().int().min(1).max(366).default(30) }),
    answer: FunctionUsage,
    async run({ platform, caller, params, query }) {
      const extension = await watched(platform.db, caller, params.code)
      const rows = await usageOf(platform.db, extension.id, query.days)
      return {
        days: rows.map((row) => ({
          day: row.day,
          invocations: row.invocations,
          failures: row.failures,
          seconds: row.duration_ms / 1000,
          cpuSeconds: row.cpu_ms / 1000,
          gigabyteSeconds: row.gigabyte_seconds,
          mostMemoryBytes: row.most_memory_bytes,
        })),
      }
    },
  }),
]

/** The code that is given, as it runs; null where none is. */
async function codeOf(
  { db, functions: hosts }: Platform,
  caller: Caller,
  extensionCode: string,
  given: z.output<typeof FunctionChange>,
): Promise<functions.FunctionCode | null> {
  if (given.source === undefined && given.language === undefined) return null
  const extension = await functionExtension(db, caller, extensionCode)
  const known = await functionVersion(db, extension, newestOf(extension).number)
  const { language = known.language, source = known.source } = given
  return { language, source, compiled: await compile(hosts, caller.tenantId, language, source) }
}

async function functionExtension(sql: Sql, caller: Caller, code: string): Promise<ExtensionRow> {
  return ensureFunction(await foundExtension(sql, caller, code))
}

function ensureFunction(row: ExtensionRow): ExtensionRow {
  if (row.deployment !== 'function') throw new Refusal('FUNCTION_NONE', { extensionCode: row.code })
  return row
}

/** The version that a change would go on from. */
const newestOf = ({ versions }: ExtensionRow) => versions.at(-1)!

/** The same, for who may read what it did and logged. */
async function watched(sql: Sql, caller: Caller, code: string): Promise<ExtensionRow> {
  const row = await functionExtension(sql, caller, code)
  if (!mayReadInvocations(caller, row)) throw new Refusal('FORBIDDEN', { action: 'reading the runs of a function' })
  return row
}

async function functionVersion(sql: Sql, extension: ExtensionRow, number: number): Promise<functions.FunctionRow> {
  const row = await functions.functionOf(sql, extension.id, number)
  if (!row) throw new Refusal('NOT_FOUND', { thing: 'version', id: number })
  return row
}

/** Whether a change decides over what is done with the secrets: the code, whom it reaches, and what else it is given under their names. */
function reachesSecrets(
  row: functions.FunctionRow,
  code: functions.FunctionCode | null,
  { allowedHosts, environment, secrets }: z.output<typeof FunctionChange>,
): boolean {
  return (
    (code !== null && (code.source !== row.source || code.language !== row.language)) ||
    (allowedHosts !== undefined && !isDeepStrictEqual(allowedHosts, row.allowed_hosts)) ||
    (environment !== undefined && !isDeepStrictEqual({ ...environment }, { ...row.environment })) ||
    Object.keys(secrets ?? {}).length > 0
  )
}

function secretsOf(
  secretKey: Buffer,
  extensionId: number,
  kept: Readonly<Record<string, string>>,
  given: Readonly<Record<string, string | null>>,
): Record<string, string> {
  const secrets = { ...kept }
  for (const [name, value] of Object.entries(given)) {
    if (value === null) delete secrets[name]
    else secrets[name] = sealVariable(secretKey, extensionId, name, value)
  }
  return secrets
}

type TestMessage = {
  readonly message_id: string
  readonly event_code: string
  readonly workspace_id: number | null
  readonly operation_id: string | null
  readonly body: string
}

/** What the function is tried with: a message that the caller may read, or a sample of one of its points. */
async function messageFor(
  sql: Sql,
  caller: Caller,
  extension: ExtensionRow,
  given: z.output<typeof FunctionTestRun>,
): Promise<TestMessage> {
  if (given.messageId !== undefined) {
    const message = await messageById(sql, caller.tenantId, given.messageId)
    const isTheirs =
      message !== null && (message.workspace_id === null || may(caller, 'operation.read', message.workspace_id))
    if (!isTheirs) throw new Refusal('NOT_FOUND', { thing: 'message', id: given.messageId })
    return { ...message, message_id: given.messageId }
  }
  const eventCode = given.eventCode ?? extension.points[0]!
  if (!extension.points.includes(eventCode)) throw new Refusal('EXTENSION_POINT_UNKNOWN', { eventCode })
  if (given.workspaceId !== undefined) await workspaceFor(sql, caller, given.workspaceId, 'workspace.read')
  const inWorkspace = eventByCode(eventCode as EventCode).scope === 'workspace'
  const workspaceId = inWorkspace ? (given.workspaceId ?? extension.test_workspace_id) : null
  return {
    message_id: randomUUID(),
    event_code: eventCode,
    workspace_id: workspaceId,
    operation_id: null,
    body: sampleBody(eventCode as EventCode, { tenantId: caller.tenantId, workspaceId }),
  }
}

/** Test runs do not wait for the places of deliveries; of one tenant there are a few at a time here. */
async function testRun<T>({ testRuns }: Platform, { tenantId }: Caller, run: () => Promise<T>): Promise<T> {
  const under = testRuns.get(tenantId) ?? 0
  if (under >= MOST_TEST_RUNS)
    throw new Refusal('LIMIT_REACHED', { limit: MOST_TEST_RUNS, things: 'test runs of functions at a time' })
  testRuns.set(tenantId, under + 1)
  try {
    return await run()
  } finally {
    const left = testRuns.get(tenantId)! - 1
    if (left === 0) testRuns.delete(tenantId)
    else testRuns.set(tenantId, left)
  }
}

async function viewOf(
  sql: Sql,
  caller: Caller,
  extension: ExtensionRow,
  version: number,
): Promise<z.input<typeof FunctionView>> {
  const [row, delivery] = await Promise.all([
    functionVersion(sql, extension, version),
    functions.functionDelivery(sql, extension.id),
  ])
  const writes = may(caller, 'extension.write')
  const newest = newestOf(extension)
  const testsThere = row.test_workspace_id === null || may(caller, 'extension.test', row.test_workspace_id)
  return {
    extensionCode: extension.code,
    version,
    revision: row.revision,
    language: row.language,
    source: row.source,
    environment: row.environment,
    secretNames: Object.keys(row.secrets).toSorted(),
    missingSecrets: row.missing_secrets,
    keepsSecrets: mayManageCredentials(caller, extension),
    allowedHosts: row.allowed_hosts,
    timeoutMs: row.timeout_ms,
    memoryMb: row.memory_mb,
    retryPolicy: delivery.retryPolicy,
    maxConcurrency: delivery.mostConcurrent,
    modifiedAt: row.modified_at.toISOString(),
    mayEdit: writes && version === newest.number && newest.status !== 'in-review' && testsThere,
    mayTry: writes,
    mayReadInvocations: mayReadInvocations(caller, extension),
  }
}

function invocationView(row: InvocationRow): z.input<typeof InvocationView> {
  const verdict = functionVerdict(row.answer)
  return {
    id: row.id,
    version: row.version,
    eventCode: row.event_code,
    workspaceId: row.workspace_id,
    messageId: row.message_id,
    operationId: row.operation_id,
    attempt: row.attempt,
    testedBy: row.tested_by === null ? null : person(row.tested_by, row.tested_by_name ?? ''),
    startedAt: row.started_at.toISOString(),
    outcome: row.outcome,
    checkResult: 'result' in verdict ? verdict.result : null,
    error: row.error,
    logLines: row.log_lines,
    durationMs: row.duration_ms,
    cpuMs: row.cpu_ms,
    memoryBytes: row.memory_bytes,
  }
}

function idOf(cursor: string): number {
  if (!/^\d{1,16}$/.test(cursor)) throw cursorRefusal()
  return Number(cursor)
}
