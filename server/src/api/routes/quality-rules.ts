/** Rules of Data Quality, and the templates that people start from. */
import { QUALITY_TEMPLATES, Refusal } from '@holdpoint/core'
import type { FastifyReply } from 'fastify'
import { z } from 'zod'
import type { Held } from '../../gate/hold.ts'
import { askRules } from '../../modules/data-quality/rules-operations.ts'
import type { Platform } from '../../platform.ts'
import { heldObjects } from '../../store/operations.ts'
import type { Caller } from '../../store/principals.ts'
import * as store from '../../store/quality-rules.ts'
import { historyOf } from '../../store/quality-runs.ts'
import type { WorkspaceRow } from '../../store/workspaces.ts'
import {
  AskedQuality,
  NewQualityRules,
  QualityIds,
  QualityPoint,
  QualityRuleSave,
  QualityRulesSave,
  QualityRuleView,
  QualityTemplateView,
} from '../quality-shapes.ts'
import { qualityPointView, qualityRuleView } from '../quality-views.ts'
import { readOperation } from '../read-operations.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import { queryId } from './instances.ts'
import { workspaceParams } from './workspaces.ts'

const params = workspaceParams.extend({ qualityRuleId: queryId })
const tag = 'Data Quality'
const MOST_DAYS = 400
export const alsoHeld = { 202: 'Held: nothing has changed, and does by itself when every extension has passed it' }

/** What every held operation of Data Quality answers. */
export async function askedView(
  platform: Platform,
  caller: Caller,
  reply: FastifyReply,
  held: Held & { readonly ids: readonly number[] },
) {
  if (held.state === 'held') reply.status(202)
  return { operation: await readOperation(platform, caller, held.id), ids: [...held.ids] }
}

export const qualityRuleRoutes = [
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/quality-templates',
    access: 'quality.read',
    tag,
    summary: 'The usual rules, from which people start',
    params: workspaceParams,
    answer: z.array(QualityTemplateView),
    run: async () => QUALITY_TEMPLATES.map(({ daysBefore, ...one }) => ({ ...one, daysBefore: [...daysBefore] })),
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/quality-rules',
    access: 'quality.read',
    tag,
    summary: 'The rules of a workspace',
    params: workspaceParams,
    query: pageQuery.extend({
      monitorId: queryId.optional(),
      table: z.string().max(63).optional(),
      name: z.string().max(128).optional().describe('Part of the name'),
    }),
    answer: pageOf(QualityRuleView),
    async run({ platform, caller, workspace, query }) {
      const { monitorId, table, name } = query
      const filter = { monitorId, table: table || undefined, name: name || undefined }
      const where = { afterId: afterId(query.cursor), limit: query.limit + 1 }
      const rows = await store.qualityRulesOf(platform.db, workspace.id, { ...filter, ...where })
      const held = await heldOn(platform, workspace, rows)
      return page(
        rows,
        query.limit,
        (row) => String(row.id),
        (row) => qualityRuleView(caller, row, held),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/quality-rules',
    access: 'quality.write',
    tag,
    summary: 'Create rules: all of them, or none',
    status: 201,
    alsoAnswers: alsoHeld,
    params: workspaceParams,
    body: NewQualityRules,
    answer: AskedQuality,
    run: async ({ platform, caller, workspace, body: { target = null, ...body }, reply }) =>
      await askedView(
        platform,
        caller,
        reply,
        await askRules(platform, caller, workspace, { kind: 'create', target, ...body }),
      ),
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/quality-rules/:qualityRuleId',
    access: 'quality.read',
    tag,
    summary: 'A rule',
    params,
    answer: QualityRuleView,
    async run({ platform, caller, workspace, params: { qualityRuleId } }) {
      const row = await ruleFor(platform, workspace, qualityRuleId)
      return qualityRuleView(caller, row, await heldOn(platform, workspace, [row]))
    },
  }),
  route({
    method: 'PATCH',
    path: '/workspaces/:workspaceId/quality-rules/:qualityRuleId',
    access: 'quality.write',
    tag,
    summary: 'Change a rule, or switch it on or off; refused where somebody has changed it meanwhile',
    alsoAnswers: alsoHeld,
    params,
    body: QualityRuleSave,
    answer: AskedQuality,
    run: async ({ platform, caller, workspace, params: { qualityRuleId: id }, body, reply }) =>
      await askedView(
        platform,
        caller,
        reply,
        await askRules(platform, caller, workspace, { kind: 'update', isBatch: false, rules: [{ id, ...body }] }),
      ),
  }),
  route({
    method: 'DELETE',
    path: '/workspaces/:workspaceId/quality-rules/:qualityRuleId',
    access: 'quality.write',
    tag,
    summary: 'Delete a rule',
    alsoAnswers: alsoHeld,
    params,
    answer: AskedQuality,
    run: async ({ platform, caller, workspace, params: { qualityRuleId: id }, reply }) =>
      await askedView(
        platform,
        caller,
        reply,
        await askRules(platform, caller, workspace, { kind: 'delete', ids: [id] }),
      ),
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/quality-rule-updates',
    access: 'quality.write',
    tag,
    summary: 'Change rules: all of them, or none',
    alsoAnswers: alsoHeld,
    params: workspaceParams,
    body: QualityRulesSave,
    answer: AskedQuality,
    run: async ({ platform, caller, workspace, body, reply }) =>
      await askedView(
        platform,
        caller,
        reply,
        await askRules(platform, caller, workspace, { kind: 'update', isBatch: true, ...body }),
      ),
  }),
  route({
    method: 'POST',
    path: '/workspaces/:workspaceId/quality-rule-deletions',
    access: 'quality.write',
    tag,
    summary: 'Delete rules: all of them, or none',
    alsoAnswers: alsoHeld,
    params: workspaceParams,
    body: QualityIds,
    answer: AskedQuality,
    run: async ({ platform, caller, workspace, body, reply }) =>
      await askedView(
        platform,
        caller,
        reply,
        await askRules(platform, caller, workspace, { kind: 'delete', ...body }),
      ),
  }),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/quality-rules/:qualityRuleId/history',
    access: 'quality.read',
    tag,
    summary: 'What a rule has measured, one result for each business date',
    params,
    query: z.object({ days: z.coerce.number().int().min(1).max(MOST_DAYS).default(30) }),
    answer: z.array(QualityPoint),
    async run({ platform, workspace, params: { qualityRuleId }, query }) {
      const { id } = await ruleFor(platform, workspace, qualityRuleId)
      return (await historyOf(platform.db, id, query.days)).map(qualityPointView)
    },
  }),
]

async function ruleFor({ db }: Platform, workspace: WorkspaceRow, id: number): Promise<store.ListedQualityRuleRow> {
  const row = await store.qualityRuleById(db, workspace.id, id)
  if (row === null) throw new Refusal('QUALITY_RULE_NOT_FOUND', { id })
  return row
}

/** What is held on these. */
export const heldOn = async ({ db }: Platform, workspace: WorkspaceRow, rows: readonly { readonly id: number }[]) =>
  await heldObjects(
    db,
    workspace.tenant_id,
    workspace.id,
    rows.map(({ id }) => String(id)),
  )
