/** What is enabled where, and with which options: which version of an extension a workspace or the tenant configures. */
import { type ExtensionStatus, levelOf } from './extension.ts'

type Version = {
  readonly number: number
  readonly status: ExtensionStatus
  readonly points: readonly string[]
  readonly testWorkspaceId: number | null
}

/**
 * Rules 2, 18: the version of an extension that is configured for a workspace (null: for the tenant): the one under test there, else the published
 * one, else the disabled one, else the newest. Null when no version is of this level.
 */
export function configuredVersion<V extends Version>(versions: readonly V[], workspaceId: number | null): V | null {
  const level = workspaceId === null ? 'tenant' : 'workspace'
  const ofLevel = versions.filter((one) => levelOf(one.points) === level).toSorted((a, b) => b.number - a.number)
  return (
    ofLevel.find(
      (one) => one.status === 'testing' && one.testWorkspaceId !== null && one.testWorkspaceId === workspaceId,
    ) ??
    ofLevel.find((one) => one.status === 'published') ??
    ofLevel.find((one) => one.status === 'disabled') ??
    ofLevel[0] ??
    null
  )
}
