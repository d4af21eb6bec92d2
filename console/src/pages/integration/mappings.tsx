import type { Sync, SyncMapping } from '@holdpoint/core'
import { Button, Group, Text } from '@mantine/core'
import { IconListSearch, IconPencil, IconPlus, IconTransfer, IconTrash } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { RowAct } from '../../ui/row-act.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { newMapping } from './draft.ts'
import { MappingDialog } from './mapping-dialog.tsx'
import { MappingTable, nameOf } from './mapping-table.tsx'

const ChooseTables = lazy(() => import('./choose-tables.tsx'))

type Props = {
  workspaceId: number
  sync: Sync
  problem: (path: string) => string | undefined
  change: (mappings: readonly SyncMapping[]) => void
}

type Opened = { readonly at: number; readonly mapping: SyncMapping } | 'tables'

/** Which tables go where: chosen from a list, or found by patterns. */
export function Mappings({ workspaceId, sync, problem, change }: Props) {
  const { t } = useTranslation()
  const [opened, setOpened] = useState<Opened | null>(null)
  const { mappings } = sync
  const close = () => setOpened(null)
  const buttons = (
    <Group gap="xs">
      <Button
        size="xs"
        variant="default"
        leftSection={<IconListSearch {...iconProps} />}
        onClick={() => setOpened('tables')}
      >
        {t('syncForm.addTables')}
      </Button>
      <Button
        size="xs"
        variant="default"
        leftSection={<IconPlus {...iconProps} />}
        onClick={() => setOpened({ at: mappings.length, mapping: newMapping(sync.kind) })}
      >
        {t('syncForm.addPattern')}
      </Button>
    </Group>
  )
  const faults = mappings.flatMap((_, at) => problem(`mappings.${at}`) ?? [])
  return (
    <Section title={t('syncForm.mappings')} description={t('syncForm.mappingsHint')} actions={buttons}>
      {faults.map((fault) => (
        <Text key={fault} c="red" fz="sm">
          {fault}
        </Text>
      ))}
      <Card padding={mappings.length === 0 ? 'md' : 0}>
        {mappings.length === 0 ? (
          <Empty icon={IconTransfer} title={t('syncForm.noMappings')} next={t('syncForm.noMappingsNext')} />
        ) : (
          <MappingTable
            mappings={mappings}
            more={[
              {
                key: 'actions',
                header: t('sync.actions'),
                width: 80,
                quiet: true,
                cell: ({ mapping, at }) => (
                  <Group gap={4} wrap="nowrap">
                    <RowAct
                      label={t('syncForm.editMapping', { table: nameOf(mapping.source) })}
                      icon={IconPencil}
                      act={() => setOpened({ at, mapping })}
                    />
                    <RowAct
                      label={t('syncForm.removeMapping', { table: nameOf(mapping.source) })}
                      icon={IconTrash}
                      act={() => change(mappings.toSpliced(at, 1))}
                    />
                  </Group>
                ),
              },
            ]}
          />
        )}
      </Card>
      {opened !== null && opened !== 'tables' && (
        <MappingDialog
          kind={sync.kind}
          begun={opened.mapping}
          close={close}
          take={(mapping) => {
            change(mappings.toSpliced(opened.at, 1, mapping))
            close()
          }}
        />
      )}
      <Suspense>
        {opened === 'tables' && (
          <ChooseTables
            workspaceId={workspaceId}
            sync={sync}
            close={close}
            add={(more) => {
              change([...mappings, ...more])
              close()
            }}
          />
        )}
      </Suspense>
    </Section>
  )
}
