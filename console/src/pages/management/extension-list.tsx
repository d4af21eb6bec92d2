import { Button, Group, Switch, Text, Tooltip } from '@mantine/core'
import { IconPuzzleOff } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useState } from 'react'
import type { TenantExtension, WorkspaceExtension } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { QueryTable } from '../../query-table.tsx'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { Instant } from '../../ui/instant.tsx'
import { LinkButton, LinkOut, LinkTo } from '../../ui/link.tsx'
import type { Column } from '../../ui/row-table.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { EXTENSION_LOOKS } from '../extensions/status.ts'
import type { OptionDraft } from './option-fields.tsx'

const OptionsDialog = lazy(() => import('./options-dialog.tsx').then((file) => ({ default: file.OptionsDialog })))

type Configured = WorkspaceExtension | TenantExtension

type Props<T extends Configured> = {
  /** Whose texts of the title, the scope and the empty list are shown. */
  texts: 'workspaceExtensions' | 'tenantExtensions'
  found: { readonly data?: readonly T[] | undefined; readonly error: Error | null }
  /** What stands in the column of the switch. */
  state: (row: T) => ReactNode
  saveOptions: (row: T, options: OptionDraft) => Promise<unknown>
}

/** Extensions as they are configured for a workspace or the tenant; why there are none where there are none. */
export function ExtensionList<T extends Configured>({ texts, found, state, saveOptions }: Props<T>) {
  const { t } = useTranslation()
  const names = useEventNames()
  const [opened, setOpened] = useState<string | null>(null)
  const shown = found.data?.find((row) => row.code === opened)
  const columns: readonly Column<T>[] = [
    {
      key: 'name',
      header: t('extensions.name'),
      cell: (row) => (
        <>
          <LinkTo {...links.extension(row.code)} fw={500} className="wrap-anywhere">
            {row.name}
          </LinkTo>
          <Text fz="xs" c="dimmed" className="wrap-anywhere">
            {row.description}
          </Text>
          {row.helpDocUrl && (
            <Text fz="xs">
              <LinkOut href={row.helpDocUrl}>{t('check.help')}</LinkOut>
            </Text>
          )}
        </>
      ),
    },
    {
      key: 'points',
      header: t('extensions.points'),
      cell: (row) => (
        <>
          <Text fz="sm">{row.points.map(names.operation).join(t('ui.listSeparator'))}</Text>
          <Text fz="xs" c="dimmed">
            {row.modules.map(names.module).join(t('ui.listSeparator'))}
          </Text>
        </>
      ),
    },
    {
      key: 'status',
      header: t('extensions.status'),
      width: 130,
      cell: (row) => (
        <>
          <StateBadge look={EXTENSION_LOOKS[row.status]} />
          <Text fz="xs" c="dimmed">
            {t('management.version', { number: row.version })}
          </Text>
        </>
      ),
    },
    { key: 'scope', header: t('management.scope'), width: 120, cell: () => <Text fz="sm">{t(`${texts}.scope`)}</Text> },
    { key: 'enabled', header: t('management.enabled'), width: 190, cell: state },
    {
      key: 'options',
      header: t('options.column'),
      width: 130,
      cell: (row) =>
        row.form === null || row.options === null ? (
          '–'
        ) : (
          <>
            <Button
              variant="default"
              size="compact-sm"
              aria-label={t('options.open', {
                verb: t(row.maySetOptions ? 'options.set' : 'options.view'),
                name: row.name,
              })}
              onClick={() => setOpened(row.code)}
            >
              {t(row.maySetOptions ? 'options.set' : 'options.view')}
            </Button>
            {row.misfits.length > 0 && (
              <Text fz="xs" mt={4}>
                {t('options.someMisfit', { count: row.misfits.length })}
              </Text>
            )}
          </>
        ),
    },
    {
      key: 'changed',
      header: t('management.changed'),
      width: 170,
      times: true,
      cell: ({ modifiedAt, modifiedBy }) =>
        modifiedAt ? (
          <>
            <Text fz="sm" className="wrap-anywhere">
              {modifiedBy?.name}
            </Text>
            <Instant at={modifiedAt} zoned={false} />
          </>
        ) : (
          '–'
        ),
    },
  ]
  return (
    <>
      <QueryTable
        label={t(`${texts}.title`)}
        columns={columns}
        found={found}
        keyOf={(row) => row.code}
        minWidth={1000}
        empty={
          <Empty
            icon={IconPuzzleOff}
            title={t(`${texts}.empty`)}
            next={t(`${texts}.emptyNext`)}
            actions={<LinkButton {...links.extensions()}>{t('nav.extensions')}</LinkButton>}
          />
        }
      />
      {shown?.form && shown.options && (
        <Suspense>
          <OptionsDialog
            key={shown.code}
            of={{ ...shown, form: shown.form, options: shown.options }}
            save={(options) => saveOptions(shown, options)}
            close={() => setOpened(null)}
          />
        </Suspense>
      )}
    </>
  )
}

type SwitchProps = {
  label: string
  on: boolean
  /** Why it cannot be switched; null where it can. */
  mayNot: string | null
  change: (on: boolean) => Promise<unknown>
}

export function ExtensionSwitch({ label, on, mayNot, change }: SwitchProps) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const changing = useMutation({
    mutationFn: change,
    onSettled: () => client.invalidateQueries({ queryKey: ['extensions'] }),
  })
  return (
    <>
      <Tooltip label={mayNot} disabled={mayNot === null}>
        <Group gap="xs" w="fit-content">
          <Switch
            aria-label={label}
            label={t((changing.isPending ? changing.variables : on) ? 'management.on' : 'management.off')}
            checked={changing.isPending ? changing.variables : on}
            disabled={mayNot !== null || changing.isPending}
            onChange={(event) => changing.mutate(event.currentTarget.checked)}
          />
        </Group>
      </Tooltip>
      <ProblemNotice error={changing.error} />
    </>
  )
}
