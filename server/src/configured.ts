/** How the extensions of a tenant are configured in one place: for a workspace, or for the tenant. */
import { configuredVersion, levelOf, type OptionForm, Refusal, readOptions } from '@holdpoint/core'
import { type ConfiguredRow, configuredVersions } from './store/configuration.ts'
import type { Sql } from './store/database.ts'

export type Configured = {
  /** The version that is configured there. */
  readonly version: ConfiguredRow
  /** The published version, else the disabled one. */
  readonly standing: ConfiguredRow | null
  /** The version in testing, wherever it is tested. */
  readonly tested: ConfiguredRow | null
}

/** All extensions of the place's level, or the one with the code. */
export async function configuredFor(
  sql: Sql,
  tenantId: number,
  workspaceId: number | null,
  code?: string,
): Promise<Configured[]> {
  const rows = await configuredVersions(sql, tenantId, workspaceId, code)
  const level = workspaceId === null ? 'tenant' : 'workspace'
  return [...Map.groupBy(rows, (row) => row.id).values()].flatMap((versions) => {
    const candidates = versions.map((row) => ({ ...row, testWorkspaceId: row.test_workspace_id }))
    const version = configuredVersion(candidates, workspaceId)
    const ofLevel = versions.filter((row) => levelOf(row.points) === level)
    return version === null
      ? []
      : {
          version,
          standing: ofLevel.find((row) => row.status === 'published' || row.status === 'disabled') ?? null,
          tested: ofLevel.find((row) => row.status === 'testing') ?? null,
        }
  })
}

/** The form of options of a version; one that was kept before forms were checked may be none. */
export function formOf(row: Pick<ConfiguredRow, 'options'>): OptionForm | null {
  try {
    return readOptions(row.options)
  } catch (error) {
    if (error instanceof Refusal) return null
    throw error
  }
}
