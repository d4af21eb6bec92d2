import type { QualityTarget } from '@holdpoint/core'
import { TextInput } from '@mantine/core'
import { useTranslation } from '../../text/index.ts'
import { DataSourceSelect } from '../integration/data-source-select.tsx'

type Props = { workspaceId: number; target: QualityTarget; change: (target: QualityTarget) => void }

/** The table that is watched. */
export function TargetFields({ workspaceId, target, change }: Props) {
  const { t } = useTranslation()
  return (
    <>
      <DataSourceSelect
        workspaceId={workspaceId}
        label={t('monitorForm.dataSource')}
        placeholder={t('quality.default')}
        value={target.dataSource}
        onChange={(dataSource) => change({ ...target, dataSource })}
      />
      <TextInput
        label={t('monitorForm.schema')}
        placeholder={t('monitorForm.schemaHint')}
        maxLength={63}
        value={target.schema ?? ''}
        onChange={(event) => change({ ...target, schema: event.currentTarget.value.trim() || null })}
      />
      <TextInput
        label={t('monitorForm.table')}
        required
        maxLength={63}
        value={target.table}
        onChange={(event) => change({ ...target, table: event.currentTarget.value })}
      />
    </>
  )
}
