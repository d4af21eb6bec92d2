import type { TableColumn, TableDesign } from '@holdpoint/core'
import { COLUMN_TYPES } from '@holdpoint/core/data-development/table'
import {
  ActionIcon,
  Autocomplete,
  Button,
  Checkbox,
  Group,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Table,
  TextInput,
} from '@mantine/core'
import { IconPlus, IconX } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { queries } from '../../api/queries.ts'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { iconProps } from '../../ui/icon.ts'
import { Card, Section } from '../../ui/section.tsx'
import { withOwn } from './schedule-tab.tsx'

type Props = { workspaceId: number; design: TableDesign; set: (design: TableDesign) => void; readOnly: boolean }

const TYPES: readonly string[] = COLUMN_TYPES.map((type) => (type === 'decimal' ? 'decimal(18,2)' : type))
const MOST_DAYS = 37_231

/** Comment, life cycle, columns and partitions; partition columns come last by themselves. */
export function DesignEditor({ workspaceId, design, set, readOnly }: Props) {
  const { t } = useTranslation()
  const me = useMe()
  const basic = me.workspaces.find(({ id }) => id === workspaceId)?.mode === 'basic'
  const sources = useQuery(queries.dataSources(workspaceId, basic ? 'PROD' : 'DEV'))
  const change = (part: Partial<TableDesign>) => set({ ...design, ...part })
  const columns = (next: readonly TableColumn[]) =>
    change({ columns: [...next.filter((one) => !one.isPartition), ...next.filter((one) => one.isPartition)] })
  const at = (index: number, part: Partial<TableColumn>) => {
    const next = design.columns.map((one, place) => (place === index ? { ...one, ...part } : one))
    if (part.isPartition === undefined) change({ columns: next })
    else columns(next)
  }
  return (
    <Stack gap="md">
      <SimpleGrid cols={{ base: 1, sm: 3 }}>
        <TextInput
          label={t('tables.comment')}
          readOnly={readOnly}
          maxLength={1024}
          value={design.comment}
          onChange={(event) => change({ comment: event.currentTarget.value })}
        />
        <NumberInput
          label={t('tables.lifeCycle')}
          description={t('tables.lifeCycleHint')}
          inputWrapperOrder={['label', 'input', 'description']}
          readOnly={readOnly}
          min={1}
          max={MOST_DAYS}
          allowDecimal={false}
          value={design.lifeCycleDays ?? ''}
          onChange={(value) => change({ lifeCycleDays: value === '' ? null : Number(value) })}
        />
        <Select
          label={t('file.dataSource')}
          description={t('file.dataSourceHint')}
          inputWrapperOrder={['label', 'input', 'description']}
          placeholder={t('file.dataSourceDefault')}
          disabled={readOnly}
          clearable
          data={withOwn(
            (sources.data ?? []).map(({ name }) => name),
            design.dataSource ?? undefined,
          )}
          value={design.dataSource}
          onChange={(dataSource) => change({ dataSource })}
        />
      </SimpleGrid>
      <Section title={t('tables.columns')} description={t('tables.columnsHint')}>
        <Card padding={0}>
          <Table.ScrollContainer
            minWidth={760}
            type="native"
            tabIndex={0}
            role="group"
            aria-label={t('tables.columns')}
          >
            <Table aria-label={t('tables.columns')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th w={220}>{t('tables.column')}</Table.Th>
                  <Table.Th w={190}>{t('tables.type')}</Table.Th>
                  <Table.Th>{t('tables.comment')}</Table.Th>
                  <Table.Th w={110}>{t('tables.partition')}</Table.Th>
                  <Table.Th w={50}>
                    <span className="for-readers">{t('ui.remove')}</span>
                  </Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {design.columns.map((column, index) => {
                  const name = column.name || String(index + 1)
                  return (
                    // biome-ignore lint/suspicious/noArrayIndexKey: while it is written a name is no key
                    <Table.Tr key={index}>
                      <Table.Td>
                        <TextInput
                          size="xs"
                          aria-label={t('tables.columnName', { number: index + 1 })}
                          readOnly={readOnly}
                          maxLength={63}
                          value={column.name}
                          onChange={(event) => at(index, { name: event.currentTarget.value })}
                        />
                      </Table.Td>
                      <Table.Td>
                        <Autocomplete
                          size="xs"
                          aria-label={t('tables.typeOf', { name })}
                          readOnly={readOnly}
                          data={[...TYPES]}
                          value={column.type}
                          onChange={(type) => at(index, { type })}
                        />
                      </Table.Td>
                      <Table.Td>
                        <TextInput
                          size="xs"
                          aria-label={t('tables.commentOf', { name })}
                          readOnly={readOnly}
                          maxLength={1024}
                          value={column.comment}
                          onChange={(event) => at(index, { comment: event.currentTarget.value })}
                        />
                      </Table.Td>
                      <Table.Td>
                        <Checkbox
                          size="xs"
                          aria-label={t('tables.partitionOf', { name })}
                          disabled={readOnly}
                          checked={column.isPartition}
                          onChange={(event) => at(index, { isPartition: event.currentTarget.checked })}
                        />
                      </Table.Td>
                      <Table.Td>
                        {!readOnly && (
                          <ActionIcon
                            variant="subtle"
                            color="gray"
                            aria-label={t('tables.removeColumn', { name })}
                            disabled={design.columns.length === 1}
                            onClick={() => columns(design.columns.filter((_, place) => place !== index))}
                          >
                            <IconX size={16} />
                          </ActionIcon>
                        )}
                      </Table.Td>
                    </Table.Tr>
                  )
                })}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Card>
        {!readOnly && (
          <Group mt="xs">
            <Button
              size="xs"
              variant="default"
              leftSection={<IconPlus {...iconProps} />}
              onClick={() =>
                columns([...design.columns, { name: '', type: 'string', comment: '', isPartition: false }])
              }
            >
              {t('tables.addColumn')}
            </Button>
          </Group>
        )}
      </Section>
    </Stack>
  )
}
