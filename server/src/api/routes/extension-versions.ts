/** The versions of an extension: their steps from testing to publication, their reviews, and their history. */
import { createHash } from 'node:crypto'
import {
  EXTENSION_TRANSITIONS,
  type ExtensionVerb,
  isReview,
  nextExtensionStatus,
  Refusal,
  type VersionContent,
  versionDifferences,
  versionFor,
} from '@holdpoint/core'
import { z } from 'zod'
import type { Sql } from '../../store/database.ts'
import { historyOf, insertHistory } from '../../store/extension-history.ts'
import * as extensions from '../../store/extensions.ts'
import { type FunctionRow, functionOf } from '../../store/functions.ts'
import type { Caller } from '../../store/principals.ts'
import { ensureSeen, lockedExtension, recordStep, versionOf } from '../extension-draft.ts'
import {
  ExtensionDecision,
  ExtensionHistoryEntry,
  ExtensionVersion,
  ExtensionVersionDetail,
  ExtensionView,
  NewExtensionComment,
} from '../extension-shapes.ts'
import { authorIds, contentOf, extensionView, historyView, versionView } from '../extension-views.ts'
import { cursorRefusal, page, pageOf, pageQuery, route } from '../route.ts'
import { codeParams, foundExtension, tellExtension } from './extensions.ts'

const versionParams = codeParams.extend({
  version: z.coerce
    .number()
    .int()
    .positive()
    .max(2 ** 31 - 1),
})
const FROM_THE_NEWEST = Number.MAX_SAFE_INTEGER

export const extensionVersionRoutes = [
  route({
    method: 'GET',
    path: '/extensions/:code/versions',
    access: 'extension.read',
    tag: 'Extensions',
    summary: 'The versions of an extension, the newest first',
    params: codeParams,
    query: pageQuery,
    answer: pageOf(ExtensionVersion),
    async run({ platform, caller, params, query }) {
      const { id } = await foundExtension(platform.db, caller, params.code)
      const before = beforeId(query.cursor, 2 ** 31 - 1)
      const rows = await extensions.extensionVersions(platform.db, id, before, query.limit + 1)
      return page(
        rows,
        query.limit,
        (row) => String(row.number),
        (row) => versionView(platform, caller, row),
      )
    },
  }),
  route({
    method: 'GET',
    path: '/extensions/:code/versions/:version',
    access: 'extension.read',
    tag: 'Extensions',
    summary: 'One version, with what it changes of the one that runs, or of another',
    params: versionParams,
    query: z.object({
      against: z.coerce
        .number()
        .int()
        .positive()
        .max(2 ** 31 - 1)
        .optional()
        .describe('The version to compare with; where none is named, the one before it that ran or runs'),
    }),
    answer: ExtensionVersionDetail,
    async run({ platform, caller, params, query }) {
      await foundExtension(platform.db, caller, params.code)
      const row = await versionOf(platform.db, caller, params.code, params.version)
      const other =
        query.against === undefined
          ? await comparedWith(platform.db, caller, row)
          : await versionOf(platform.db, caller, params.code, query.against)
      return {
        ...versionView(platform, caller, row),
        against: other?.number ?? null,
        differences: versionDifferences(
          other && (await wholeContent(platform.db, other)),
          await wholeContent(platform.db, row),
        ),
      }
    },
  }),
  ...(Object.keys(EXTENSION_TRANSITIONS) as ExtensionVerb[]).map((verb) => transition(verb)),
  route({
    method: 'GET',
    path: '/extensions/:code/history',
    access: 'extension.read',
    tag: 'Extensions',
    summary: 'Who did what to which version, when and why, and what people said about it; the newest first',
    params: codeParams,
    query: pageQuery.extend({
      version: z.coerce
        .number()
        .int()
        .positive()
        .max(2 ** 31 - 1)
        .optional(),
    }),
    answer: pageOf(ExtensionHistoryEntry),
    async run({ platform, caller, params, query }) {
      const { id } = await foundExtension(platform.db, caller, params.code)
      const before = beforeId(query.cursor, FROM_THE_NEWEST)
      const rows = await historyOf(platform.db, id, query.version ?? null, before, query.limit + 1)
      return page(rows, query.limit, (row) => String(row.id), historyView)
    },
  }),
  route({
    method: 'POST',
    path: '/extensions/:code/comments',
    access: 'extension.review',
    tag: 'Extensions',
    summary: 'Say something about a version, to its author and its reviewers',
    status: 201,
    params: codeParams,
    body: NewExtensionComment,
    answer: ExtensionHistoryEntry,
    async run({ platform, caller, params, body }) {
      return await platform.db.transaction(async (tx) => {
        const extension = await lockedExtension(tx, caller, params.code)
        const newest = extension.versions.at(-1)!.number
        const { number, status } = await versionOf(tx, caller, params.code, body.version ?? newest)
        await recordStep(tx, caller, extension, {
          version: number,
          step: 'comment',
          from: status,
          to: status,
          note: body.text,
        })
        tellExtension(platform, tx, caller, params.code)
        const [row] = await historyOf(tx, extension.id, number, FROM_THE_NEWEST, 1)
        return historyView(row!)
      })
    },
  }),
  route({
    method: 'GET',
    path: '/reviews',
    access: 'extension.read',
    tag: 'Extensions',
    summary: 'The versions that wait for a review, the one that waits longest first',
    query: pageQuery,
    answer: pageOf(ExtensionVersion),
    async run({ platform, caller, query }) {
      const rows = await extensions.versionsInReview(
        platform.db,
        caller.tenantId,
        afterSubmission(query.cursor),
        query.limit + 1,
      )
      return page(
        rows,
        query.limit,
        (row) => `${row.submitted_at!.getTime()}-${row.id}`,
        (row) => versionView(platform, caller, row),
      )
    },
  }),
]

function transition(verb: ExtensionVerb) {
  return route({
    method: 'POST',
    path: `/extensions/:code/${verb}`,
    access: isReview(verb) ? 'extension.review' : 'extension.write',
    tag: 'Extensions',
    summary: {
      submit: 'Hand a version in for review; it is frozen until it is decided or withdrawn',
      withdraw: 'Take a submission back; the version is in testing again',
      approve: 'Approve a submission of somebody else',
      reject: 'Reject a submission of somebody else, with the reason',
      publish: 'Publish an approved version in place of the one that runs, or a disabled one again',
      disable: 'Disable the published version; open checks stay answerable',
      discard: 'Give up a version that does not run',
    }[verb],
    params: codeParams,
    body: ExtensionDecision,
    answer: ExtensionView,
    async run({ platform, caller, params, body }) {
      if (verb === 'reject' && !body.reason)
        throw new Refusal('REQUEST_INVALID', { problem: 'a rejection needs a reason', field: 'reason' })
      return await platform.db.transaction(async (tx) => {
        const extension = await lockedExtension(tx, caller, params.code)
        const number = body.version ?? versionFor(verb, extension.versions).number
        const row = await versionOf(tx, caller, params.code, number)
        const authors = authorIds(row, { changedBy: row.changed_by, submittedBy: row.submitted_by })
        const next = nextExtensionStatus(verb, row.status, authors, caller.userId)
        ensureSeen(row, body.revision)
        if (verb === 'discard' && extension.versions.length === 1) throw new Refusal('EXTENSION_ONLY_VERSION')
        // Rule 18: one version runs.
        if (verb === 'publish')
          for (const old of await extensions.supersedeBefore(tx, extension.id, number))
            await insertHistory(tx, {
              extensionId: extension.id,
              version: old,
              step: 'supersede',
              userId: caller.userId,
              from: extension.versions.find((one) => one.number === old)!.status,
              to: 'superseded',
            })
        await extensions.updateExtensionStatus(tx, extension.id, number, next, caller.userId, body.reason)
        await recordStep(tx, caller, extension, {
          version: number,
          step: verb,
          from: row.status,
          to: next,
          note: body.reason,
        })
        tellExtension(platform, tx, caller, params.code)
        return extensionView(caller, await foundExtension(tx, caller, params.code))
      })
    },
  })
}

/** What a version is measured by: the one before it that ran, or runs. */
async function comparedWith(
  sql: Sql,
  caller: Caller,
  row: extensions.VersionRow,
): Promise<extensions.VersionRow | null> {
  const number = await extensions.ranBefore(sql, row.id, row.number)
  return number === null ? null : await versionOf(sql, caller, row.code, number)
}

/** Reads a cursor that is the number before which to go on. */
function beforeId(cursor: string | undefined, newest: number): number {
  if (cursor === undefined) return newest
  if (!/^\d{1,16}$/.test(cursor) || Number(cursor) > newest) throw cursorRefusal()
  return Number(cursor)
}

function afterSubmission(cursor: string | undefined): { submittedAt: Date; id: number } {
  if (cursor === undefined) return { submittedAt: new Date(0), id: 0 }
  const [, ms, id] = /^(\d{1,14})-(\d{1,15})$/.exec(cursor) ?? []
  if (ms === undefined || id === undefined) throw cursorRefusal()
  return { submittedAt: new Date(Number(ms)), id: Number(id) }
}

/** What a version says, with the code of a function. */
async function wholeContent(sql: Sql, row: extensions.VersionRow): Promise<VersionContent> {
  const code = row.deployment === 'function' ? await functionOf(sql, row.id, row.number) : null
  return code === null ? contentOf(row) : { ...contentOf(row), source: code.source, settings: settingsOf(code) }
}

/** By which settings a function runs, as text whose lines can be compared; of secrets their names. */
function settingsOf(code: FunctionRow): string {
  const { language, environment, secrets, allowed_hosts, timeout_ms, memory_mb } = code
  return [
    `language: ${language}`,
    `time: ${timeout_ms} ms`,
    `memory: ${memory_mb} MiB`,
    ...allowed_hosts.map((host) => `reaches ${host}`),
    ...Object.entries(environment).map(([name, value]) => `${name}=${value}`),
    // Encrypted anew at every change, so that a replaced one shows, and not what it is.
    ...Object.entries(secrets).map(
      ([name, sealed]) => `secret ${name} (${createHash('sha256').update(sealed).digest('hex').slice(0, 8)})`,
    ),
  ].join('\n')
}
