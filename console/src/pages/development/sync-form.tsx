import type { FileFormat } from '@holdpoint/core'
import { Alert, Radio, Select, Stack, TagsInput, Text, Textarea, TextInput } from '@mantine/core'
import { IconInfoCircle } from '@tabler/icons-react'
import { useState } from 'react'
import { useTranslation } from '../../text/index.ts'
import { Card, Section } from '../../ui/section.tsx'
import { DataSourceSelect } from '../integration/data-source-select.tsx'
import { columnsText, readColumns } from '../integration/draft.ts'
import { EMPTY_TASK, readTask, type TaskForm, writeTask } from './task-content.ts'

type Props = { workspaceId: number; content: string; readOnly: boolean; onChange: (content: string) => void }

const WAYS = [
  { value: 'everything', text: 'diNode.writeTruncate' },
  { value: 'partition', text: 'diNode.writePartition' },
  { value: 'key', text: 'diNode.writeKey' },
] as const

/** The content of a node that synchronises, as a form; both say the same. */
export default function SyncForm({ workspaceId, content, readOnly, onChange }: Props) {
  const { t } = useTranslation()
  const read = readTask(content)
  // What was begun here and cannot be run yet: the content does not say all of it.
  const [begun, setBegun] = useState<TaskForm | null>(null)
  if (typeof read === 'string' && begun === null) {
    return (
      <Section title={t('diNode.title')}>
        <Alert color="gray" p="xs" icon={<IconInfoCircle />}>
          {t('diNode.unreadable', { problem: read })}
        </Alert>
      </Section>
    )
  }
  const form = typeof read === 'object' && read !== null ? read : (begun ?? EMPTY_TASK)
  const set = (change: Partial<TaskForm>) => {
    const next = { ...form, ...change }
    setBegun(next)
    onChange(writeTask(content, next))
  }
  return (
    <Section title={t('diNode.title')} description={t('diNode.hint')}>
      <Card>
        <div className="two-columns">
          <Stack gap="sm">
            <DataSourceSelect
              workspaceId={workspaceId}
              label={t('syncForm.source')}
              placeholder={t('syncForm.default')}
              readOnly={readOnly}
              value={form.source}
              onChange={(source) => set({ source })}
            />
            <Format
              label={t('syncForm.sourceFormat')}
              value={form.sourceFormat}
              readOnly={readOnly}
              onChange={(sourceFormat) => set({ sourceFormat })}
            />
            <TagsInput
              label={t('diNode.tables')}
              description={t(form.sourceFormat ? 'syncForm.fileHint' : 'diNode.tablesHint')}
              required
              readOnly={readOnly}
              value={[...form.tables]}
              onChange={(tables) => set({ tables })}
            />
            <TextInput
              label={t('syncForm.where')}
              description={t('syncForm.whereHint')}
              readOnly={readOnly}
              value={form.where}
              onChange={(event) => set({ where: event.currentTarget.value })}
            />
            <Columns key={columnsText(form.columns)} of={form} readOnly={readOnly} set={set} />
          </Stack>
          <Stack gap="sm">
            <DataSourceSelect
              workspaceId={workspaceId}
              label={t('syncForm.target')}
              placeholder={t('syncForm.default')}
              readOnly={readOnly}
              value={form.target}
              onChange={(target) => set({ target })}
            />
            <Format
              label={t('syncForm.targetFormat')}
              value={form.targetFormat}
              readOnly={readOnly}
              onChange={(targetFormat) => set({ targetFormat, ...(targetFormat && { write: 'everything' }) })}
            />
            <TextInput
              label={t('syncForm.to')}
              required
              readOnly={readOnly}
              value={form.table}
              onChange={(event) => set({ table: event.currentTarget.value })}
            />
            {form.targetFormat === null && (
              <Radio.Group
                label={t('syncForm.writeMode')}
                readOnly={readOnly}
                value={form.write}
                onChange={(write) => set({ write: write as TaskForm['write'] })}
              >
                <Stack gap={6} mt={6}>
                  {WAYS.map(({ value, text }) => (
                    <Radio key={value} value={value} label={t(text)} />
                  ))}
                </Stack>
              </Radio.Group>
            )}
            {form.write === 'partition' && (
              <TextInput
                label={t('syncForm.partition')}
                description={t('diNode.partitionRequired')}
                required
                readOnly={readOnly}
                value={form.partition}
                onChange={(event) => set({ partition: event.currentTarget.value })}
              />
            )}
            {form.write === 'key' && (
              <TagsInput
                label={t('syncForm.key')}
                description={t('diNode.keyRequired')}
                readOnly={readOnly}
                value={[...form.key]}
                onChange={(key) => set({ key })}
              />
            )}
          </Stack>
        </div>
        {typeof read === 'string' && (
          <Text fz="sm" c="dimmed" mt="sm" role="status">
            {read}
          </Text>
        )}
      </Card>
    </Section>
  )
}

type PartProps = { of: TaskForm; readOnly: boolean; set: (change: Partial<TaskForm>) => void }

/** What is written stays as it is written until it is left, with lines that are still empty. */
function Columns({ of, readOnly, set }: PartProps) {
  const { t } = useTranslation()
  const [text, setText] = useState(columnsText(of.columns))
  return (
    <Textarea
      label={t('syncForm.columns')}
      description={t('syncForm.columnsHint')}
      autosize
      minRows={2}
      maxRows={8}
      readOnly={readOnly}
      value={text}
      onChange={(event) => setText(event.currentTarget.value)}
      onBlur={() => {
        if (text !== columnsText(of.columns)) set({ columns: readColumns(text) })
      }}
    />
  )
}

function Format(props: {
  label: string
  value: FileFormat | null
  readOnly: boolean
  onChange: (format: FileFormat | null) => void
}) {
  const { t } = useTranslation()
  return (
    <Select
      label={props.label}
      readOnly={props.readOnly}
      allowDeselect={false}
      data={(['table', 'csv', 'parquet'] as const).map((value) => ({ value, label: t(`syncForm.format.${value}`) }))}
      value={props.value ?? 'table'}
      onChange={(value) => props.onChange(value === 'table' ? null : (value as FileFormat))}
    />
  )
}
