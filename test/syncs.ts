// biome-ignore-all lint/suspicious/noTemplateCurlyInString: names of targets are written so
/** Synchronisations for tests: definitions that say only what matters, and data sources that are real. */
import type { Sync, SyncMapping, SyncProgress } from '@holdpoint/core'
import { encryptSecret } from '../server/src/credentials.ts'
import type { Ended, Retrying, SyncWork } from '../server/src/runners/runner.ts'
import { secretOf } from '../server/src/runners/sql.ts'
import type { DataSource } from '../server/src/store/data-sources.ts'
import type { testRunners } from './runners.ts'
import { workOf } from './runners.ts'

export type MappingOf = Partial<Omit<SyncMapping, 'source' | 'target'>> & {
  readonly from: string | Partial<SyncMapping['source']>
  readonly to?: string | Partial<SyncMapping['target']>
}

export function mappingOf({ from, to = '${table}', ...more }: MappingOf): SyncMapping {
  const follows = more.changeColumn != null
  return {
    source: {
      ...{ schema: null, table: '', isPattern: false, format: null },
      ...(typeof from === 'string' ? { table: from } : from),
    },
    target: { ...{ schema: null, table: '', format: null }, ...(typeof to === 'string' ? { table: to } : to) },
    ...{ columns: [], where: null, partition: null, changeColumn: null },
    ...{ write: follows || more.key !== undefined ? 'upsert' : 'replace', key: [] },
    ...more,
  }
}

export const syncOf = (kind: Sync['kind'], mappings: readonly MappingOf[], more: Partial<Sync> = {}): Sync => ({
  ...{ kind, source: { dataSource: null }, target: { dataSource: null }, lookback: 0, pollSeconds: 1 },
  mappings: mappings.map(mappingOf),
  ...more,
})

/** How a PostgreSQL that a URL names is reached as a data source. */
export function postgresqlSource(id: number, url: string, port: number, secretKey: Buffer): DataSource {
  const { pathname, username, password } = new URL(url)
  return {
    ...{ id, tenant_id: 1, name: `postgresql_${id}`, kind: 'postgresql' },
    settings: {
      ...{ host: '127.0.0.1', port, tls: false },
      ...{ database: pathname.slice(1), user: decodeURIComponent(username) },
    },
    secret: encryptSecret(secretKey, decodeURIComponent(password) || 'unused', secretOf(id)),
  }
}

export type Synced = {
  readonly ended: Ended
  readonly log: string
  readonly progress: readonly SyncProgress[]
  readonly retrying: readonly (Retrying | null)[]
}

export async function synced(
  { runners }: ReturnType<typeof testRunners>,
  sync: SyncWork,
  of: { readonly signal?: AbortSignal; progress?(one: SyncProgress): void; retrying?(one: Retrying | null): void } = {},
): Promise<Synced> {
  let log = ''
  const progress: SyncProgress[] = []
  const retrying: (Retrying | null)[] = []
  const ended = await runners.run(workOf({ programType: 'DI', sync }), {
    log: (text) => {
      log += text
    },
    signal: of.signal ?? new AbortController().signal,
    progress(one) {
      progress.push(one)
      of.progress?.(one)
    },
    retrying(one) {
      retrying.push(one)
      of.retrying?.(one)
    },
  })
  return { ended, log, progress, retrying }
}
