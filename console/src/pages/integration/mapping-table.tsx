import type { SyncMapping } from '@holdpoint/core'
import { Badge, Code, Group, Text } from '@mantine/core'
import { useTranslation } from '../../text/index.ts'
import { type Column, RowTable } from '../../ui/row-table.tsx'

const SHOWN = 200

export const nameOf = ({ schema, table }: { readonly schema: string | null; readonly table: string }): string =>
  schema === null ? table : `${schema}.${table}`

/** Mappings with what they say; of many the first ones. */
export function MappingTable({
  mappings,
  more = [],
}: {
  mappings: readonly SyncMapping[]
  more?: readonly Column<{ readonly mapping: SyncMapping; readonly at: number }>[]
}) {
  const { t } = useTranslation()
  const columns: readonly Column<{ readonly mapping: SyncMapping; readonly at: number }>[] = [
    {
      key: 'from',
      header: t('syncForm.from'),
      cell: ({ mapping: { source, where } }) => (
        <>
          <Group gap={6}>
            <Code className="wrap-anywhere">{nameOf(source)}</Code>
            {source.isPattern && (
              <Badge variant="default" size="sm" tt="none" className="state-badge">
                {t('syncForm.pattern')}
              </Badge>
            )}
            {source.format && <Text fz="xs">{t(`syncForm.format.${source.format}`)}</Text>}
          </Group>
          {where && (
            <Text fz="xs" c="dimmed" lineClamp={2} className="wrap-anywhere">
              {where}
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'to',
      header: t('syncForm.to'),
      cell: ({ mapping: { target } }) => (
        <Group gap={6}>
          <Code className="wrap-anywhere">{nameOf(target)}</Code>
          {target.format && <Text fz="xs">{t(`syncForm.format.${target.format}`)}</Text>}
        </Group>
      ),
    },
    {
      key: 'write',
      header: t('syncForm.write'),
      width: 190,
      cell: ({ mapping: { write, partition, key, changeColumn } }) => (
        <>
          {t(`syncForm.${write}`)}
          {[partition, key.join(', '), changeColumn && `${t('syncForm.changeColumn')}: ${changeColumn}`]
            .filter(Boolean)
            .map((text) => (
              <Text key={text} fz="xs" c="dimmed" className="wrap-anywhere">
                {text}
              </Text>
            ))}
        </>
      ),
    },
    ...more,
  ]
  return (
    <>
      <RowTable
        label={t('syncForm.mappings')}
        columns={columns}
        rows={mappings.slice(0, SHOWN).map((mapping, at) => ({ mapping, at }))}
        keyOf={({ at }) => String(at)}
        minWidth={460}
        maxHeight={420}
      />
      {mappings.length > SHOWN && (
        <Text fz="sm" c="dimmed" p="xs">
          {t('syncForm.moreMappings', { shown: SHOWN, count: mappings.length })}
        </Text>
      )}
    </>
  )
}
