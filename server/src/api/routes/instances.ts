import { DAG_KINDS, Refusal, statusNumber } from '@holdpoint/core'
import { z } from 'zod'
import * as reading from '../../store/instance-reading.ts'
import { objectLogOf } from '../../store/object-log.ts'
import { heldObjects } from '../../store/operations.ts'
import {
  DagKindShape,
  date,
  InstanceDetail,
  InstanceLog,
  InstanceStatusShape,
  InstanceSummary,
  ObjectLogEntry,
} from '../instance-shapes.ts'
import { instanceDetailView, instanceView, objectLogView } from '../instance-views.ts'
import { afterId, cursorRefusal, page, pageOf, pageQuery, route } from '../route.ts'
import { Environment } from '../shapes.ts'
import { workspaceParams } from './workspaces.ts'

export const instanceParams = workspaceParams.extend({ instanceId: z.coerce.number().int().positive() })
export const queryId = z.coerce.number().int().positive()
const MOST_RELATIVES = 200
const MOST_RUNS = 100
/** Of a log that is read at once. */
const MOST_LOG_PARTS = 200

export const instanceRoutes = [
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/instances',
    access: 'node.read',
    tag: 'Instances',
    summary: 'Instances of a workspace, newest business date first',
    params: workspaceParams,
    query: pageQuery.extend({
      environment: Environment.default('PROD'),
      bizdateFrom: date.optional(),
      bizdateTo: date.optional(),
      status: z
        .string()
        .max(128)
        .transform((text) => text.split(','))
        .pipe(z.array(InstanceStatusShape).max(8))
        .optional()
        .describe('One, or several with commas between'),
      kind: DagKindShape.optional(),
      frozen: z
        .enum(['true', 'false'])
        .transform((text) => text === 'true')
        .optional(),
      name: z.string().max(256).optional().describe('Part of the node’s name'),
      nodeId: queryId.optional(),
      dagId: queryId.optional(),
      backfillId: queryId.optional(),
      ownerId: queryId.optional().describe('Of the node'),
    }),
    answer: pageOf(InstanceSummary),
    async run({ platform, caller, params, query }) {
      const rows = await reading.instancesOf(
        platform.db,
        {
          ...query,
          workspaceId: params.workspaceId,
          statuses: query.status?.map(statusNumber),
          kind: query.kind === undefined ? undefined : DAG_KINDS.indexOf(query.kind),
          name: query.name || undefined,
        },
        { after: readCursor(query.cursor), limit: query.limit + 1 },
      )
      const held = await heldObjects(
        platform.db,
        caller.tenantId,
        params.workspaceId,
        rows.map((row) => String(row.id)),
      )
      return page(
        rows,
        query.limit,
        (row) => `${row.bizdate}_${row.id}`,
        (row) => instanceView(caller, row, held),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/instances/:instanceId',
    access: 'node.read',
    tag: 'Instances',
    summary: 'One instance: what it runs, what it waits for and why, what waits for it, and its runs',
    params: instanceParams,
    answer: InstanceDetail,
    async run({ platform, caller, params }) {
      return await platform.db.snapshot(async (sql) => {
        const row = await reading.instanceById(sql, params.workspaceId, params.instanceId)
        if (row === null) throw new Refusal('INSTANCE_NOT_FOUND', { id: params.instanceId })
        const [held, upstream, downstream, runs] = await Promise.all([
          heldObjects(sql, caller.tenantId, params.workspaceId, [String(row.id)]),
          reading.instanceRelatives(sql, row.id, 'upstream', MOST_RELATIVES),
          reading.instanceRelatives(sql, row.id, 'downstream', MOST_RELATIVES),
          reading.instanceRuns(sql, row.id, MOST_RUNS),
        ])
        return instanceDetailView(caller, row, { held, timeZone: platform.timeZone, upstream, downstream, runs })
      })
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/instances/:instanceId/log',
    access: 'node.read',
    tag: 'Instances',
    summary: 'What a run of an instance has written, from a part on: read on while it is running or there is more',
    params: instanceParams,
    query: z.object({
      run: z.coerce.number().int().min(1).optional().describe('The number of the run; the latest where there is none'),
      after: z.coerce.number().int().min(0).max(2_147_483_647).default(0).describe('As an answer gave it'),
    }),
    answer: InstanceLog,
    async run({ platform, params, query }) {
      return await platform.db.snapshot(async (sql) => {
        const [run] = await reading.instanceRun(sql, params.workspaceId, params.instanceId, query.run ?? null)
        if (run === undefined) throw new Refusal('INSTANCE_NOT_FOUND', { id: params.instanceId })
        const { run_number: runNumber } = run
        const parts = await reading.logParts(sql, params.instanceId, runNumber, query.after, MOST_LOG_PARTS + 1)
        const shown = parts.slice(0, MOST_LOG_PARTS)
        return {
          runNumber,
          text: shown.map((one) => one.text).join(''),
          after: shown.at(-1)?.part ?? query.after,
          more: parts.length > shown.length,
          running: run.running,
        }
      })
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/instances/:instanceId/operation-log',
    access: 'node.read',
    tag: 'Instances',
    summary: 'What was done to an instance, by whom, newest first',
    params: instanceParams,
    query: pageQuery,
    answer: pageOf(ObjectLogEntry),
    async run({ platform, params, query }) {
      const row = await reading.instanceById(platform.db, params.workspaceId, params.instanceId)
      if (row === null) throw new Refusal('INSTANCE_NOT_FOUND', { id: params.instanceId })
      const rows = await objectLogOf(platform.db, params.workspaceId, 'instance', params.instanceId, {
        before: query.cursor === undefined ? null : afterId(query.cursor),
        limit: query.limit + 1,
      })
      return page(rows, query.limit, (row) => String(row.id), objectLogView)
    },
  }),
]

function readCursor(cursor: string | undefined): reading.InstanceCursor | null {
  if (cursor === undefined) return null
  const [, bizdate, id] = /^(\d{4}-\d{2}-\d{2})_(\d{1,16})$/.exec(cursor) ?? []
  if (bizdate === undefined || !date.safeParse(bizdate).success) throw cursorRefusal()
  return { bizdate, id: Number(id) }
}
