/** Extensions as the native API answers them. */
import {
  EXTENSION_TRANSITIONS,
  type ExtensionVerb,
  eventByCode,
  isReview,
  levelOf,
  may,
  mayFollow,
  portabilityProblems,
  reviewDueOn,
  type VersionContent,
} from '@holdpoint/core'
import type { z } from 'zod'
import type { HistoryRow } from '../store/extension-history.ts'
import type { ExtensionRow, LivingVersion, VersionRow } from '../store/extensions.ts'
import type { Caller } from '../store/principals.ts'
import { dayOf, endOfDay } from './calendar.ts'
import type * as shapes from './extension-shapes.ts'
import { person } from './views.ts'

/** Everyone who had a hand in the version: none of them reviews it. */
export function authorIds(
  row: Pick<ExtensionRow, 'owner_id'>,
  version: Pick<LivingVersion, 'changedBy' | 'submittedBy'>,
): (number | null)[] {
  return [row.owner_id, ...version.changedBy, version.submittedBy]
}

/** What the caller may do with one version of an extension in its present status. */
function versionVerbs(
  caller: Caller,
  row: Pick<ExtensionRow, 'owner_id' | 'versions'>,
  number: number,
): ExtensionVerb[] {
  const version = row.versions.find((one) => one.number === number)
  if (!version) return []
  return (Object.keys(EXTENSION_TRANSITIONS) as ExtensionVerb[]).filter((verb) => {
    if (!mayFollow(verb, version.status)) return false
    if (verb === 'discard' && row.versions.length === 1) return false
    return isReview(verb)
      ? may(caller, 'extension.review') && !authorIds(row, version).includes(caller.userId)
      : may(caller, 'extension.write')
  })
}

/** What the caller may do with an extension, with whichever of its versions it concerns. */
function extensionVerbs(caller: Caller, row: ExtensionRow): z.input<typeof shapes.ExtensionView>['may'] {
  const verbs = [...new Set(row.versions.flatMap((version) => versionVerbs(caller, row, version.number)))]
  if (!may(caller, 'extension.write')) return may(caller, 'extension.review') ? ['comment', ...verbs] : verbs
  const newest = row.versions.at(-1)!
  return [
    ...(newest.status === 'in-review' ? [] : (['edit'] as const)),
    'comment',
    'change-owner',
    ...(row.status === 'published' ? [] : (['delete'] as const)),
    ...verbs,
  ]
}

const at = (instant: Date) => instant.toISOString()

function versionFields(caller: Caller, row: VersionRow) {
  const id = row.test_workspace_id
  const seesPlace = id !== null && (may(caller, 'workspace.read', id) || may(caller, 'extension.review'))
  const events = row.points.flatMap((code) => eventByCode(code) ?? [])
  return {
    code: row.code,
    version: row.number,
    revision: row.revision,
    deployment: row.deployment,
    level: levelOf(row.points),
    modules: [...new Set(events.map((event) => event.module))],
    categories: [...new Set(events.map((event) => event.category))],
    owner: person(row.owner_id, row.owner_name),
    submittedBy: row.submitted_by === null ? null : person(row.submitted_by, row.submitted_by_name ?? ''),
    submittedAt: row.submitted_at === null ? null : at(row.submitted_at),
    rejection:
      row.rejected_by === null
        ? null
        : {
            by: person(row.rejected_by, row.rejected_by_name ?? ''),
            at: at(row.rejected_at!),
            reason: row.rejection_reason ?? '',
          },
    ...contentOf(row),
    testWorkspaceName: seesPlace ? row.test_workspace_name : null,
    points: row.points,
    portability: portabilityProblems(row.deployment, row.points).map((one) => ({ ...one, points: [...one.points] })),
    modifiedAt: at(row.modified_at),
  }
}

/** What a version says. */
export function contentOf(row: VersionRow): VersionContent {
  return {
    name: row.name,
    description: row.description,
    points: row.points,
    testWorkspaceId: row.test_workspace_id,
    detailUrl: row.detail_url,
    helpDocUrl: row.help_doc_url,
    parameters: row.parameters,
    options: row.options,
    onUnanswered: row.on_unanswered,
  }
}

export function extensionView(caller: Caller, row: ExtensionRow): z.input<typeof shapes.ExtensionView> {
  const newest = row.versions.at(-1)!
  return {
    ...versionFields(caller, row),
    status: row.status,
    next:
      newest.number > row.number ? { version: newest.number, status: newest.status, revision: newest.revision } : null,
    createdAt: at(row.created_at),
    may: extensionVerbs(caller, row),
  }
}

/** Where the installation is, and what time it is. */
type Now = { readonly timeZone: string; readonly nowMs: () => number }

export function versionView(now: Now, caller: Caller, row: VersionRow): z.input<typeof shapes.ExtensionVersion> {
  const due =
    row.status === 'in-review' ? endOfDay(reviewDueOn(dayOf(row.submitted_at!, now.timeZone)), now.timeZone) : null
  return {
    ...versionFields(caller, row),
    status: row.status,
    dueAt: due && at(due),
    overdue: due !== null && due.getTime() <= now.nowMs(),
    may: versionVerbs(caller, row, row.number),
  }
}

export function historyView(row: HistoryRow): z.input<typeof shapes.ExtensionHistoryEntry> {
  return {
    id: String(row.id),
    version: row.version,
    step: row.step,
    user: person(row.user_id, row.user_name),
    from: row.from_status,
    to: row.to_status,
    fields: row.fields,
    note: row.note,
    at: at(row.at),
  }
}
