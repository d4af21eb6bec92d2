import type { FileFormat, Sync, SyncMapping, WriteMode } from '@holdpoint/core'
import { syncProblems } from '@holdpoint/core/data-integration/sync'
import {
  Group,
  Input,
  Radio,
  SegmentedControl,
  Select,
  Stack,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { columnsText, readColumns } from './draft.ts'

const FORMATS = ['table', 'csv', 'parquet'] as const
const MODES: readonly WriteMode[] = ['replace', 'upsert']

type Props = {
  kind: Sync['kind']
  begun: SyncMapping
  close: () => void
  take: (mapping: SyncMapping) => void
}

/** One mapping with all that it can say. What can never run is said beside its field, by core's own rules. */
export function MappingDialog({ kind, begun, close, take }: Props) {
  const { t } = useTranslation()
  const [mapping, setMapping] = useState(begun)
  const [columns, setColumns] = useState(columnsText(begun.columns))
  const [tried, setTried] = useState(false)
  const { source, target } = mapping
  const follows = kind !== 'full'
  const written: SyncMapping = { ...mapping, columns: readColumns(columns) }
  const problems = new Map(
    syncProblems({ ...SYNC, kind, mappings: [written] }).map(({ path, problem }) => [
      path.replace('mappings.0.', ''),
      problem,
    ]),
  )
  const problem = (path: string) => (tried ? problems.get(path) : undefined)
  const set = (change: Partial<SyncMapping>) => setMapping((now) => ({ ...now, ...change }))
  const setSource = (change: Partial<SyncMapping['source']>) => set({ source: { ...source, ...change } })
  const setTarget = (change: Partial<SyncMapping['target']>) => set({ target: { ...target, ...change } })
  const hint = source.isPattern ? 'syncForm.patternHint' : source.format ? 'syncForm.fileHint' : 'syncForm.tableHint'
  return (
    <Confirm
      opened
      close={close}
      size="xl"
      title={t('syncForm.mappingTitle')}
      verb={t('syncForm.apply')}
      busy={false}
      confirm={() => (problems.size === 0 ? take(written) : setTried(true))}
    >
      <Group align="flex-end" gap="md">
        <div>
          <Input.Label id="found-by" labelElement="div">
            {t('syncForm.isPattern')}
          </Input.Label>
          <SegmentedControl
            aria-labelledby="found-by"
            display="flex"
            value={source.isPattern ? 'pattern' : 'name'}
            onChange={(by) => setSource({ isPattern: by === 'pattern' })}
            data={[
              { value: 'name', label: t('syncForm.byName') },
              { value: 'pattern', label: t('syncForm.byPattern') },
            ]}
          />
        </div>
        <FormatSelect
          label={t('syncForm.sourceFormat')}
          value={source.format}
          error={problem('source.format')}
          onChange={(format) => setSource({ format, ...(format && { schema: null }) })}
        />
        {source.format === null && (
          <TextInput
            label={t('syncForm.schema')}
            placeholder={t('syncForm.schemaHint')}
            w={200}
            value={source.schema ?? ''}
            error={problem('source.schema')}
            onChange={(event) => setSource({ schema: event.currentTarget.value.trim() || null })}
          />
        )}
      </Group>
      <TextInput
        label={t('syncForm.from')}
        description={t(hint)}
        required
        data-autofocus
        maxLength={256}
        value={source.table}
        error={problem('source.table')}
        onChange={(event) => setSource({ table: event.currentTarget.value })}
      />
      <Group align="flex-end" gap="md">
        <FormatSelect
          label={t('syncForm.targetFormat')}
          value={target.format}
          error={problem('target.format')}
          onChange={(format) => setTarget({ format, ...(format && { schema: null }) })}
        />
        {target.format === null && (
          <TextInput
            label={t('syncForm.schema')}
            placeholder={t('syncForm.schemaHint')}
            w={200}
            value={target.schema ?? ''}
            error={problem('target.schema')}
            onChange={(event) => setTarget({ schema: event.currentTarget.value.trim() || null })}
          />
        )}
      </Group>
      <TextInput
        label={t('syncForm.to')}
        description={t('syncForm.targetHint')}
        required
        maxLength={256}
        value={target.table}
        error={problem('target.table')}
        onChange={(event) => setTarget({ table: event.currentTarget.value })}
      />
      {follows ? (
        <TextInput
          label={t('syncForm.changeColumn')}
          description={t('syncForm.changeColumnHint')}
          required
          maxLength={63}
          value={mapping.changeColumn ?? ''}
          error={problem('changeColumn')}
          onChange={(event) => set({ changeColumn: event.currentTarget.value.trim() || null })}
        />
      ) : (
        <Radio.Group
          label={t('syncForm.writeMode')}
          value={mapping.write}
          error={problem('write')}
          onChange={(write) =>
            set({ write: write as WriteMode, ...(write === 'upsert' ? { partition: null } : { key: [] }) })
          }
        >
          <Stack gap={6} mt={6}>
            {MODES.map((mode) => (
              <Radio key={mode} value={mode} label={t(`syncForm.${mode}`)} description={t(`syncForm.${mode}Meaning`)} />
            ))}
          </Stack>
        </Radio.Group>
      )}
      {mapping.write === 'upsert' ? (
        <TagsInput
          label={t('syncForm.key')}
          description={t('syncForm.keyHint')}
          maxTags={32}
          value={[...mapping.key]}
          error={problem('key')}
          onChange={(key) => set({ key })}
        />
      ) : (
        target.format === null && (
          <TextInput
            label={t('syncForm.partition')}
            description={t('syncForm.partitionHint')}
            maxLength={512}
            value={mapping.partition ?? ''}
            error={problem('partition')}
            onChange={(event) => set({ partition: event.currentTarget.value.trim() || null })}
          />
        )
      )}
      <TextInput
        label={t('syncForm.where')}
        description={t('syncForm.whereHint')}
        maxLength={8_192}
        value={mapping.where ?? ''}
        onChange={(event) => set({ where: event.currentTarget.value || null })}
      />
      <Textarea
        label={t('syncForm.columns')}
        description={t('syncForm.columnsHint')}
        autosize
        minRows={2}
        maxRows={8}
        value={columns}
        error={problem('columns')}
        onChange={(event) => setColumns(event.currentTarget.value)}
      />
      {tried && problems.size > 0 && (
        <Text c="red" fz="sm" role="alert">
          {t('syncForm.problems', { count: problems.size })}
        </Text>
      )}
    </Confirm>
  )
}

const SYNC: Sync = {
  kind: 'full',
  source: { dataSource: null },
  target: { dataSource: null },
  mappings: [],
  lookback: 0,
  pollSeconds: 5,
}

function FormatSelect(props: {
  label: string
  value: FileFormat | null
  error: string | undefined
  onChange: (format: FileFormat | null) => void
}) {
  const { t } = useTranslation()
  return (
    <Select
      label={props.label}
      w={160}
      allowDeselect={false}
      data={FORMATS.map((value) => ({ value, label: t(`syncForm.format.${value}`) }))}
      value={props.value ?? 'table'}
      error={props.error}
      onChange={(value) => props.onChange(value === 'table' ? null : (value as FileFormat))}
    />
  )
}
