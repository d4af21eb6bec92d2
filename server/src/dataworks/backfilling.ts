/** What both versions of the dialect do alike where data is backfilled. */
import { type BackfillRequest, fill, REFUSALS, Refusal } from '@holdpoint/core'
import type { BackfillListRow } from '../store/backfills.ts'

/** Runs of a backfill that are answered. */
export const MOST_DAGS = 10_000

export const NOTHING_ASKED: BackfillRequest = {
  environment: 'PROD',
  name: '',
  comment: '',
  mode: 'advanced',
  rootNodeIds: [],
  includeNodeIds: [],
  excludeNodeIds: [],
  includeWorkspaceIds: [],
  excludeWorkspaceIds: [],
  dates: [],
  window: { startTime: null, endTime: null },
  order: 'asc',
  groups: 1,
  startsFutureNow: false,
  runWindow: null,
  resourceGroup: null,
  priority: null,
  alert: null,
  analysis: { enabled: false, blocked: false },
  parameters: {},
  starts: true,
}

/** Why nothing was created. */
export const problemOf = ({ problem }: BackfillListRow): string =>
  problem === null ? '' : fill(REFUSALS[problem.code].sentence, problem.details)

/** A text, or a number that is the name of a member. */
const TEXT_OR_NAME = /"(?:[^"\\]|\\.)*"|\d+(?=\s*:)/g

/**
 * Parameters of single nodes by their ids, as JSON. The vendor's own examples write ids without quotation marks, which is understood.
 */
export function parametersById(parameter: string, text: string | undefined): Readonly<Record<string, string>> {
  if (text === undefined) return {}
  const refused = (of: string, problem: string) => new Refusal('PARAMETER_INVALID', { parameter: of, problem })
  let given: unknown
  try {
    given = JSON.parse(text.replace(TEXT_OR_NAME, (found) => (found.startsWith('"') ? found : `"${found}"`)))
  } catch {
    throw refused(parameter, 'it is not valid JSON')
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw refused(parameter, 'it must be a JSON object')
  const entries = Object.entries(given as Readonly<Record<string, unknown>>)
  for (const [id, value] of entries) {
    if (!/^\d{1,16}$/.test(id)) throw refused(parameter, 'its members must be named by the ids of nodes')
    if (typeof value !== 'string') throw refused(`${parameter}.${id}`, 'it must be text')
    if (value.includes('\0') || !value.isWellFormed())
      throw refused(`${parameter}.${id}`, 'it contains a character that cannot be stored')
  }
  return Object.fromEntries(entries) as Record<string, string>
}
