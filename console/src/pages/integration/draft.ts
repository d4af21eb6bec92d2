/** What somebody writes in the form of a job, and the synchronisation that it says. */
import type { Sync, SyncMapping } from '@holdpoint/core'
import type { NewSyncJob, SyncJobDetail } from '../../api/integration-shapes.ts'

export type JobDraft = NewSyncJob

/** Names may hold what stands for what was found. */
// biome-ignore lint/suspicious/noTemplateCurlyInString: the place of a name
export const SAME_NAME = '${table}'

export const newMapping = (kind: Sync['kind']): SyncMapping => ({
  source: { schema: null, table: '', isPattern: true, format: null },
  target: { schema: null, table: SAME_NAME, format: null },
  columns: [],
  where: null,
  write: kind === 'full' ? 'replace' : 'upsert',
  partition: null,
  key: [],
  changeColumn: null,
})

export const EMPTY_DRAFT: JobDraft = {
  name: '',
  description: '',
  resourceGroup: null,
  definition: {
    kind: 'full',
    source: { dataSource: null },
    target: { dataSource: null },
    mappings: [],
    lookback: 60,
    pollSeconds: 5,
  },
}

export const draftOf = ({ name, description, resourceGroup, definition }: SyncJobDetail): JobDraft => ({
  name,
  description,
  resourceGroup,
  definition,
})

/** A change of kind takes along what each mapping may say: what follows a change column has to upsert. */
export function withKind(sync: Sync, kind: Sync['kind']): Sync {
  const mappings = sync.mappings.map(
    (mapping): SyncMapping =>
      kind === 'full' ? { ...mapping, changeColumn: null } : { ...mapping, write: 'upsert', partition: null },
  )
  return { ...sync, kind, mappings }
}

/** Each line a column, `from > to` where it is called something else. */
export const columnsText = (columns: SyncMapping['columns']): string =>
  columns.map(({ from, to }) => (from === to ? from : `${from} > ${to}`)).join('\n')

export function readColumns(text: string): SyncMapping['columns'] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean)
    .map((line) => {
      const [from, to] = line.split('>').map((part) => part.trim()) as [string, string | undefined]
      return { from, to: to || from }
    })
}
