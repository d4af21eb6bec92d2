/** Monitors of Data Quality, and who subscribes to them. */
import { Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { askMonitor } from '../../modules/data-quality/monitors-operations.ts'
import { askSubscription } from '../../modules/data-quality/subscriptions-operations.ts'
import { openAlertSecret } from '../../openevent/alert-secret.ts'
import type { Platform } from '../../platform.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Caller } from '../../store/principals.ts'
import * as store from '../../store/quality-monitors.ts'
import { qualityRulesOf } from '../../store/quality-rules.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import { AlertSecret } from '../alert-shapes.ts'
import {
  AskedQuality,
  NewQualityMonitor,
  QualityClone,
  QualityIds,
  QualityMonitorDetail,
  QualityMonitorSave,
  QualityMonitorSummary,
  SubscriptionShape,
} from '../quality-shapes.ts'
import { monitorView, qualityRuleView, subscriptionView } from '../quality-views.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { queryId } from './instances.ts'
import { alsoHeld, askedView, heldOn } from './quality-rules.ts'
import { workspaceParams } from './workspaces.ts'

const params = workspaceParams.extend({ qualityMonitorId: queryId })
const subscriptionParams = workspaceParams.extend({ subscriptionId: queryId })
const tag = 'Data Quality'
/** More than a monitor can have. */
const ALL_RULES = 1_000

export const qualityMonitorRoutes = [
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/quality-monitors',
    access: 'quality.read',
    tag,
    summary: 'The monitors of a workspace',
    params: workspaceParams,
    query: pageQuery.extend({
      table: z.string().max(63).optional(),
      name: z.string().max(128).optional().describe('Part of the name'),
      nodeId: queryId.optional().describe('Those that check after its instances'),
    }),
    answer: pageOf(QualityMonitorSummary),
    async run({ platform, caller, workspace, query }) {
      const { table, name, nodeId } = query
      const filter = { table: table || undefined, name: name || undefined, nodeId }
      const where = { afterId: afterId(query.cursor), limit: query.limit + 1 }
      const rows = await store.monitorsOf(platform.db, workspace.id, { ...filter, ...where })
      const held = await heldOn(platform, workspace, rows)
      return page(
        rows,
        query.limit,
        (row) => String(row.id),
        (row) => monitorView(caller, row, held),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/quality-monitors',
    access: 'quality.write',
    tag,
    summary: 'Create a monitor, with rules and who subscribes',
    status: 201,
    alsoAnswers: alsoHeld,
    params: workspaceParams,
    body: NewQualityMonitor,
    answer: AskedQuality,
    async run({ platform, caller, workspace, body: { rules, subscriptions, ...monitor }, reply }) {
      const asked = { kind: 'create', monitor, rules, subscriptions } as const
      return await askedView(platform, caller, reply, await askMonitor(platform, caller, workspace, asked))
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/quality-monitors/:qualityMonitorId',
    access: 'quality.read',
    tag,
    summary: 'A monitor with its rules and who subscribes',
    params,
    answer: QualityMonitorDetail,
    run: async ({ platform, caller, workspace, params: { qualityMonitorId } }) =>
      await detailOf(platform, caller, workspace, qualityMonitorId),
  }),
  route({
    method: 'PATCH',
    path: '/workspaces/:workspaceId/quality-monitors/:qualityMonitorId',
    access: 'quality.write',
    tag,
    summary: 'Change a monitor; refused where somebody has changed it meanwhile',
    alsoAnswers: alsoHeld,
    params,
    body: QualityMonitorSave,
    answer: AskedQuality,
    async run({ platform, caller, workspace, params: { qualityMonitorId: id }, body, reply }) {
      const asked = { kind: 'update', id, ...body } as const
      return await askedView(platform, caller, reply, await askMonitor(platform, caller, workspace, asked))
    },
  }),
  route({
    method: 'DELETE',
    path: '/workspaces/:workspaceId/quality-monitors/:qualityMonitorId',
    access: 'quality.write',
    tag,
    summary: 'Delete a monitor with its rules; what it has checked stays',
    alsoAnswers: alsoHeld,
    params,
    answer: AskedQuality,
    async run({ platform, caller, workspace, params: { qualityMonitorId: id }, reply }) {
      const asked = { kind: 'delete', ids: [id] } as const
      return await askedView(platform, caller, reply, await askMonitor(platform, caller, workspace, asked))
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/quality-monitors/:qualityMonitorId/clone',
    access: 'quality.write',
    tag,
    summary: 'Clone a monitor with its rules to other tables; a clone has no nodes and nobody subscribes to it yet',
    status: 201,
    alsoAnswers: alsoHeld,
    params,
    body: QualityClone,
    answer: AskedQuality,
    async run({ platform, caller, workspace, params: { qualityMonitorId: id }, body, reply }) {
      const asked = { kind: 'clone', id, ...body } as const
      return await askedView(platform, caller, reply, await askMonitor(platform, caller, workspace, asked))
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/quality-monitor-deletions',
    access: 'quality.write',
    tag,
    summary: 'Delete monitors with their rules: all of them, or none',
    alsoAnswers: alsoHeld,
    params: workspaceParams,
    body: QualityIds,
    answer: AskedQuality,
    async run({ platform, caller, workspace, body, reply }) {
      const asked = { kind: 'delete', ...body } as const
      return await askedView(platform, caller, reply, await askMonitor(platform, caller, workspace, asked))
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/quality-monitors/:qualityMonitorId/subscriptions',
    access: 'quality.write',
    tag,
    summary: 'Subscribe somebody to a monitor',
    status: 201,
    alsoAnswers: alsoHeld,
    params,
    body: SubscriptionShape,
    answer: AskedQuality,
    async run({ platform, caller, workspace, params: { qualityMonitorId: monitorId }, body: then, reply }) {
      const asked = { kind: 'create', monitorId, then } as const
      return await askedView(platform, caller, reply, await askSubscription(platform, caller, workspace, asked))
    },
  }),
  route({
    method: 'PATCH',
    path: '/workspaces/:workspaceId/quality-subscriptions/:subscriptionId',
    access: 'quality.write',
    tag,
    summary: 'Change a subscription',
    alsoAnswers: alsoHeld,
    params: subscriptionParams,
    body: SubscriptionShape,
    answer: AskedQuality,
    async run({ platform, caller, workspace, params: { subscriptionId: id }, body: then, reply }) {
      const asked = { kind: 'update', id, then } as const
      return await askedView(platform, caller, reply, await askSubscription(platform, caller, workspace, asked))
    },
  }),
  route({
    method: 'DELETE',
    path: '/workspaces/:workspaceId/quality-subscriptions/:subscriptionId',
    access: 'quality.write',
    tag,
    summary: 'End a subscription',
    alsoAnswers: alsoHeld,
    params: subscriptionParams,
    answer: AskedQuality,
    async run({ platform, caller, workspace, params: { subscriptionId: id }, reply }) {
      const asked = { kind: 'delete', id } as const
      return await askedView(platform, caller, reply, await askSubscription(platform, caller, workspace, asked))
    },
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/quality-subscriptions/:subscriptionId/signing-secret',
    access: 'quality.write',
    tag,
    summary: 'The secret with which the webhook of a subscription is signed; reading it is on record',
    params: subscriptionParams,
    answer: AlertSecret,
    async run({ platform, caller, workspace, params: { subscriptionId: id } }) {
      return await platform.db.transaction(async (tx) => {
        const row = await store.subscriptionById(tx, workspace.id, id)
        if (row === null) throw new Refusal('QUALITY_SUBSCRIPTION_NOT_FOUND', { id })
        if (row.secret === null) throw new Refusal('NOT_FOUND', { thing: 'webhook of the subscription', id })
        const { tenantId, userId } = caller
        writeAudit(tx, {
          ...{ tenantId, workspaceId: workspace.id, userId, action: 'quality-subscription.read-secret' },
          ...{ object: String(id), details: { monitorId: row.monitor_id } },
        })
        return { secret: openAlertSecret(platform.secretKey, { of: 'subscription', id }, row.secret) }
      })
    },
  }),
]

async function detailOf(platform: Platform, caller: Caller, workspace: WorkspaceRow, id: number) {
  const { db } = platform
  const row = await store.monitorById(db, workspace.id, id)
  if (row === null) throw new Refusal('QUALITY_MONITOR_NOT_FOUND', { id })
  const rules = await qualityRulesOf(db, workspace.id, { monitorId: id, afterId: 0, limit: ALL_RULES })
  const subscriptions = await store.subscriptionsOf(db, [id])
  const held = await heldOn(platform, workspace, [row, ...rules, ...subscriptions])
  return {
    ...monitorView(caller, row, held),
    ruleList: rules.map((rule) => qualityRuleView(caller, rule, held)),
    subscriptions: subscriptions.map((one) => subscriptionView(caller, one, held)),
  }
}
