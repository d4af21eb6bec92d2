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

/** The extension with this code as it stands there; undefined where it is not there, or of the other level. */
export async function configuredFor(
  sql: Sql,
  tenantId: number,
  workspaceId: number | null,
  code: string,
): Promise<Configured | undefined> {
  const versions = await configuredVersions(sql, tenantId, workspaceId, { code })
  return configured(versions, workspaceId) ?? undefined
}

/** A page of the extensions of the place's level. It may hold fewer than asked for: those of the other level are left out. */
export async function configuredPage(
  sql: Sql,
  tenantId: number,
  workspaceId: number | null,
  afterId: number,
  limit: number,
): Promise<{ readonly items: Configured[]; readonly nextCursor: string | null }> {
  const rows = await configuredVersions(sql, tenantId, workspaceId, { afterId, limit: limit + 1 })
  const all = [...Map.groupBy(rows, (row) => row.id)]
  const shown = all.slice(0, limit)
  return {
    items: shown.flatMap(([, versions]) => configured(versions, workspaceId) ?? []),
    nextCursor: all.length > limit ? String(shown.at(-1)![0]) : null,
  }
}

function configured(versions: readonly ConfiguredRow[], workspaceId: number | null): Configured | null {
  const candidates = versions.map((row) => ({ ...row, testWorkspaceId: row.test_workspace_id }))
  const version = configuredVersion(candidates, workspaceId)
  const level = workspaceId === null ? 'tenant' : 'workspace'
  const ofLevel = versions.filter((row) => levelOf(row.points) === level)
  return (
    version && {
      version,
      standing: ofLevel.find((row) => row.status === 'published' || row.status === 'disabled') ?? null,
      tested: ofLevel.find((row) => row.status === 'testing') ?? null,
    }
  )
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
