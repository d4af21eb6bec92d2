/**
 * A deployment: what somebody asks for at once on files (to commit, deploy or delete them), each of which is an operation of its own. How it stands
 * follows from its items.
 */
export const DEPLOYMENT_KINDS = ['commit', 'deploy', 'delete'] as const
export type DeploymentKind = (typeof DEPLOYMENT_KINDS)[number]

/** Files that one request names at most. */
export const MAX_DEPLOYED_FILES = 1_000

/**
 * `checking`: an extension is asked. `passed`: let pass, and waits for what it depends on within the deployment, or for another part of its file.
 * `applying`: under way on a data source. `left-out`: let pass, and what it waited for will not come.
 */
export const ITEM_STATES = [
  'checking',
  'passed',
  'applying',
  'done',
  'refused',
  'withdrawn',
  'stale',
  'failed',
  'left-out',
] as const
export type ItemState = (typeof ITEM_STATES)[number]

export type DeploymentState = 'open' | 'succeeded' | 'failed'
/** As the DataWorks dialect shows them. */
export const DEPLOYMENT_STATE_NUMBERS = { open: 0, succeeded: 1, failed: 2 } as const satisfies Record<
  DeploymentState,
  number
>

/** What decides how an item stands: what is kept of it, and its operation. */
export type ItemFacts = {
  /** Null: it has not been asked for yet. */
  readonly operation: 'held' | 'done' | 'refused' | 'withdrawn' | 'stale' | 'failed' | null
  readonly isPassed: boolean
  readonly isDone: boolean
  /** A run on a data source carries it out. */
  readonly isRunning: boolean
  /** It was let pass, and nothing came of it. */
  readonly hasFailed: boolean
}

/** How an item stands by itself; whether what it waits for will come is seen in the whole deployment. */
function ownState(item: ItemFacts): ItemState {
  if (item.isDone) return 'done'
  if (item.hasFailed) return 'failed'
  if (item.isPassed) return item.isRunning ? 'applying' : 'passed'
  return item.operation === null || item.operation === 'held'
    ? 'checking'
    : item.operation === 'done'
      ? 'passed'
      : item.operation
}

/** Rule 46: how each item stands. What was let pass and still waits when nothing of the deployment is under way any more is left out. */
export function itemStates(items: readonly ItemFacts[]): readonly ItemState[] {
  const states = items.map(ownState)
  if (states.some((state) => state === 'checking' || state === 'applying')) return states
  return states.map((state) => (state === 'passed' ? 'left-out' : state))
}

export function deploymentState(states: readonly ItemState[]): DeploymentState {
  if (states.some((state) => state === 'checking' || state === 'applying' || state === 'passed')) return 'open'
  return states.every((state) => state === 'done') ? 'succeeded' : 'failed'
}
