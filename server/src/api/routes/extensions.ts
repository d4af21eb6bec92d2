import { randomBytes } from 'node:crypto'
import { type ExtensionVerb, levelOf, may, nextExtensionStatus, Refusal } from '@holdpoint/core'
import { z } from 'zod'
import { ensureMay, workspaceFor } from '../../access.ts'
import type { Platform } from '../../platform.ts'
import { writeAudit } from '../../store/audit.ts'
import type { Sql } from '../../store/database.ts'
import * as extensions from '../../store/extensions.ts'
import type { Caller } from '../../store/principals.ts'
import { workspaceById } from '../../store/workspaces.ts'
import { afterId, page, pageOf, pageQuery, route } from '../route.ts'
import {
  ExtensionChange,
  ExtensionDecision,
  ExtensionView,
  NewExtension,
  WorkspaceExtension,
  WorkspaceExtensionChange,
} from '../shapes.ts'
import { authorIds, extensionView, person } from '../views.ts'
import { workspaceParams } from './workspaces.ts'

const codeParams = z.object({ code: z.string().max(64) })
const MOST_LISTED = 1_000

const viewOf = (caller: Caller, row: extensions.ExtensionRow) => extensionView(caller, row, levelOf(row.points))

export const extensionRoutes = [
  route({
    method: 'GET',
    path: '/extensions',
    access: 'extension.read',
    tag: 'Extensions',
    summary: 'The extensions of the tenant, each in its newest version',
    query: pageQuery,
    answer: pageOf(ExtensionView),
    async run({ platform, caller, query }) {
      ensureMay(caller, 'extension.read')
      const rows = await extensions.extensionsOf(platform.db, caller.tenantId, afterId(query.cursor), query.limit + 1)
      return page(
        rows,
        query.limit,
        (row) => String(row.id),
        (row) => viewOf(caller, row),
      )
    },
  }),
  route({
    method: 'POST',
    path: '/extensions',
    access: 'extension.write',
    tag: 'Extensions',
    summary: 'Register an extension; it starts in testing and has its code from now on',
    status: 201,
    body: NewExtension,
    answer: ExtensionView,
    async run({ platform, caller, body }) {
      ensureMay(caller, 'extension.write')
      const code = randomBytes(16).toString('hex')
      return await platform.db.transaction(async (tx) => {
        const { deployment, ...content } = body
        await checkContent(tx, caller, content)
        await extensions.insertExtension(tx, caller.tenantId, caller.userId, code, deployment, {
          ...content,
          points: [...new Set(content.points)],
        })
        writeAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: 'extension.register',
          object: code,
        })
        tell(platform, tx, caller, code)
        return viewOf(caller, (await extensions.extensionByCode(tx, caller.tenantId, code))!)
      })
    },
  }),
  route({
    method: 'GET',
    path: '/extensions/:code',
    access: 'extension.read',
    tag: 'Extensions',
    summary: 'One extension in its newest version',
    params: codeParams,
    answer: ExtensionView,
    async run({ platform, caller, params }) {
      ensureMay(caller, 'extension.read')
      const row = await extensions.extensionByCode(platform.db, caller.tenantId, params.code)
      if (!row) throw new Refusal('EXTENSION_UNKNOWN', { extensionCode: params.code })
      return viewOf(caller, row)
    },
  }),
  route({
    method: 'PATCH',
    path: '/extensions/:code',
    access: 'extension.write',
    tag: 'Extensions',
    summary: 'Change an extension that is in testing or was rejected',
    params: codeParams,
    body: ExtensionChange,
    answer: ExtensionView,
    async run({ platform, caller, params, body }) {
      ensureMay(caller, 'extension.write')
      return await platform.db.transaction(async (tx) => {
        const row = await locked(tx, caller, params.code)
        if (row.status !== 'testing' && row.status !== 'rejected')
          throw new Refusal('EXTENSION_TRANSITION', { status: row.status, verb: 'changed' })
        const content = {
          name: row.name,
          description: row.description,
          points: row.points,
          testWorkspaceId: row.test_workspace_id,
          detailUrl: row.detail_url,
          helpDocUrl: row.help_doc_url,
          parameters: row.parameters,
          options: row.options,
          onUnanswered: row.on_unanswered,
          ...body,
          ...(body.points && { points: [...new Set(body.points)] }),
        }
        await checkContent(tx, caller, content)
        await extensions.updateExtensionContent(tx, row.id, row.number, content, caller.userId)
        writeAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: 'extension.change',
          object: row.code,
        })
        tell(platform, tx, caller, row.code)
        return viewOf(caller, (await extensions.extensionByCode(tx, caller.tenantId, params.code))!)
      })
    },
  }),
  ...(['submit', 'approve', 'reject', 'publish', 'disable'] as const).map((verb) => transition(verb)),
  route({
    method: 'GET',
    path: '/workspaces/:workspaceId/extensions',
    access: 'workspace.read',
    tag: 'Extensions',
    summary: 'The workspace-level extensions of the tenant, and which are enabled in the workspace',
    params: workspaceParams,
    answer: pageOf(WorkspaceExtension),
    async run({ platform, caller, params }) {
      await workspaceFor(platform.db, caller, params.workspaceId, 'workspace.read')
      return { items: await inWorkspace(platform.db, caller, params.workspaceId), nextCursor: null }
    },
  }),
  route({
    method: 'PUT',
    path: '/workspaces/:workspaceId/extensions/:code',
    access: 'extension.enable',
    tag: 'Extensions',
    summary: 'Enable a published workspace-level extension in the workspace, or switch it off',
    params: workspaceParams.extend(codeParams.shape),
    body: WorkspaceExtensionChange,
    answer: WorkspaceExtension,
    async run({ platform, caller, params, body }) {
      await workspaceFor(platform.db, caller, params.workspaceId, 'extension.enable')
      return await platform.db.transaction(async (tx) => {
        const row = await locked(tx, caller, params.code)
        if (levelOf(row.points) !== 'workspace') throw new Refusal('EXTENSION_LEVELS_MIXED', { events: row.points })
        if (body.enabled && row.status !== 'published') throw new Refusal('EXTENSION_NOT_PUBLISHED')
        await extensions.putEnablement(tx, row.id, params.workspaceId, body.enabled, caller.userId)
        writeAudit(tx, {
          tenantId: caller.tenantId,
          workspaceId: params.workspaceId,
          userId: caller.userId,
          action: body.enabled ? 'extension.enable' : 'extension.switch-off',
          object: row.code,
        })
        tell(platform, tx, caller, row.code)
        return (await inWorkspace(tx, caller, params.workspaceId)).find((one) => one.extension.code === row.code)!
      })
    },
  }),
]

function transition(verb: ExtensionVerb) {
  const review = verb === 'approve' || verb === 'reject'
  return route({
    method: 'POST',
    path: `/extensions/:code/${verb}`,
    access: review ? 'extension.review' : 'extension.write',
    tag: 'Extensions',
    summary: {
      submit: 'Hand the extension in for review',
      approve: 'Approve a submission of somebody else',
      reject: 'Reject a submission of somebody else, with the reason',
      publish: 'Publish an approved or a disabled extension',
      disable: 'Disable a published extension; open checks stay answerable',
    }[verb],
    params: codeParams,
    body: ExtensionDecision,
    answer: ExtensionView,
    async run({ platform, caller, params, body }) {
      ensureMay(caller, review ? 'extension.review' : 'extension.write')
      if (verb === 'reject' && !body.reason)
        throw new Refusal('REQUEST_INVALID', { problem: 'a rejection needs a reason' })
      return await platform.db.transaction(async (tx) => {
        const row = await locked(tx, caller, params.code)
        const next = nextExtensionStatus(verb, row.status, authorIds(row), caller.userId)
        await extensions.updateExtensionStatus(tx, row.id, row.number, next, caller.userId, body.reason)
        writeAudit(tx, {
          tenantId: caller.tenantId,
          userId: caller.userId,
          action: `extension.${verb}`,
          object: row.code,
          details: { version: row.number, from: row.status, to: next, reason: body.reason },
        })
        tell(platform, tx, caller, row.code)
        return viewOf(caller, (await extensions.extensionByCode(tx, caller.tenantId, params.code))!)
      })
    },
  })
}

async function locked(tx: Sql, caller: Caller, code: string): Promise<extensions.ExtensionRow> {
  const row = await extensions.lockExtension(tx, caller.tenantId, code)
  if (!row) throw new Refusal('EXTENSION_UNKNOWN', { extensionCode: code })
  return row
}

/** One level only, and a test workspace of this tenant. */
async function checkContent(
  sql: Sql,
  caller: Caller,
  content: Pick<extensions.ExtensionContent, 'points' | 'testWorkspaceId'>,
): Promise<void> {
  levelOf(content.points)
  if (content.testWorkspaceId !== null && !(await workspaceById(sql, caller.tenantId, content.testWorkspaceId)))
    throw new Refusal('WORKSPACE_NOT_FOUND', { id: content.testWorkspaceId })
}

async function inWorkspace(sql: Sql, caller: Caller, workspaceId: number) {
  const [rows, enablements] = await Promise.all([
    extensions.extensionsOf(sql, caller.tenantId, 0, MOST_LISTED),
    extensions.enablementsOf(sql, caller.tenantId, workspaceId),
  ])
  const mayEnable = may(caller, 'extension.enable', workspaceId)
  return rows
    .map((row) => ({ row, view: viewOf(caller, row) }))
    .filter(({ view }) => view.level === 'workspace')
    .map(({ row, view }) => {
      const enablement = enablements.find((one) => one.extension_id === row.id)
      return {
        extension: view,
        enabled: enablement?.enabled ?? false,
        mayEnable: mayEnable && (row.status === 'published' || (enablement?.enabled ?? false)),
        modifiedBy: enablement ? person(enablement.modified_by, enablement.modified_by_name) : null,
        modifiedAt: enablement?.modified_at.toISOString() ?? null,
      }
    })
}

function tell(platform: Platform, tx: { afterCommit(run: () => void): void }, caller: Caller, code: string): void {
  tx.afterCommit(() =>
    platform.live.publish({ kind: 'extension', tenantId: caller.tenantId, workspaceId: null, id: code }),
  )
}
