import type { BackfillMode } from '@holdpoint/core/operation-center/backfill'
import type { Environment, NewBackfill } from '../../api/shapes.ts'
import type { Range } from './days.ts'
import type { PickedNode } from './node-picker.tsx'

export const MODES = [
  'current',
  'descendants',
  'massive',
  'advanced',
  'chain',
] as const satisfies readonly BackfillMode[]
/** They start at exactly one node. */
export const SINGLE_ROOT: readonly BackfillMode[] = ['current', 'descendants', 'massive']

/** A backfill as it stands in the form. What another mode needs is kept while a mode is tried out. */
export type Draft = {
  readonly mode: BackfillMode
  readonly name: string
  readonly roots: readonly PickedNode[]
  /** Where a chain ends. */
  readonly ends: readonly PickedNode[]
  /** Picked among the descendants. */
  readonly descendantIds: readonly number[]
  readonly workspaceIds: readonly number[]
  readonly whitelist: readonly PickedNode[]
  readonly excluded: readonly PickedNode[]
  readonly dates: readonly Range[]
  readonly startTime: string
  readonly endTime: string
  readonly order: 'asc' | 'desc'
  readonly groups: number
  readonly startsFutureNow: boolean
  readonly runWindow: 'always' | 'daily' | 'weekend'
  readonly runFrom: string
  readonly runUntil: string
  /** Its identifier. */
  readonly resourceGroup: string | null
  readonly priority: number | null
  readonly alert: 'none' | 'Success' | 'Failure' | 'SuccessFailure'
  readonly preCheck: boolean
  readonly preCheckBlocks: boolean
  readonly parameters: readonly { readonly node: PickedNode; readonly text: string }[]
  readonly comment: string
  readonly starts: boolean
}

export const EMPTY_DRAFT: Draft = {
  mode: 'current',
  name: '',
  roots: [],
  ends: [],
  descendantIds: [],
  workspaceIds: [],
  whitelist: [],
  excluded: [],
  dates: [{ start: '', end: '' }],
  startTime: '',
  endTime: '',
  order: 'asc',
  groups: 1,
  startsFutureNow: false,
  runWindow: 'always',
  runFrom: '00:00:00',
  runUntil: '06:00:00',
  resourceGroup: null,
  priority: null,
  alert: 'none',
  preCheck: false,
  preCheckBlocks: true,
  parameters: [],
  comment: '',
  starts: true,
}

const idsOf = (nodes: readonly PickedNode[]) => nodes.map((node) => node.id)
/** Browsers leave out seconds that are none. */
const time = (text: string): string | null => (text === '' ? null : text.length === 5 ? `${text}:00` : text)

/** What the form asks for, with only what its mode takes. */
export function requestOf(draft: Draft, environment: Environment): NewBackfill {
  const { mode } = draft
  const included = { descendants: draft.descendantIds, massive: idsOf(draft.whitelist), chain: idsOf(draft.ends) }
  return {
    environment,
    name: draft.name,
    comment: draft.comment,
    mode,
    rootNodeIds: idsOf(SINGLE_ROOT.includes(mode) ? draft.roots.slice(0, 1) : draft.roots),
    includeNodeIds: mode in included ? [...included[mode as keyof typeof included]] : [],
    excludeNodeIds: mode === 'current' ? [] : idsOf(draft.excluded),
    includeWorkspaceIds: mode === 'massive' ? [...draft.workspaceIds] : [],
    dates: draft.dates.filter((range) => range.start !== '' || range.end !== ''),
    window: { startTime: time(draft.startTime), endTime: time(draft.endTime) },
    order: draft.order,
    groups: draft.groups,
    startsFutureNow: draft.startsFutureNow,
    runWindow:
      draft.runWindow === 'always'
        ? null
        : { type: draft.runWindow, startTime: time(draft.runFrom) ?? '', endTime: time(draft.runUntil) ?? '' },
    resourceGroup: draft.resourceGroup,
    priority: draft.priority,
    alert: draft.alert === 'none' ? null : draft.alert,
    analysis: { enabled: draft.preCheck, blocked: draft.preCheck && draft.preCheckBlocks },
    parameters: Object.fromEntries(draft.parameters.map(({ node, text }) => [String(node.id), text])),
    starts: draft.starts,
  }
}

/** P_node_date_time, as the platform names them. */
export function proposedName(node: string, at: Date): string {
  const two = (number: number) => String(number).padStart(2, '0')
  const day = `${at.getFullYear()}${two(at.getMonth() + 1)}${two(at.getDate())}`
  return `P_${node}_${day}_${two(at.getHours())}${two(at.getMinutes())}${two(at.getSeconds())}`
}
