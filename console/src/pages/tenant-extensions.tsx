import { Skeleton, Stack, Text } from '@mantine/core'
import { IconPuzzleOff } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { calls } from '../api/calls.ts'
import { queries } from '../api/queries.ts'
import type { TenantExtension } from '../api/shapes.ts'
import { links } from '../links.ts'
import { ProblemNotice } from '../problem.tsx'
import { useMay } from '../session.ts'
import { Empty } from '../ui/empty.tsx'
import { LinkButton } from '../ui/link.tsx'
import { Page } from '../ui/page.tsx'
import { Card } from '../ui/section.tsx'
import { ExtensionSwitch, ExtensionTable } from './management/extension-table.tsx'

export function TenantExtensionsPage() {
  const { t } = useTranslation()
  const mayEnable = useMay()('extension.enable-for-tenant')
  const { data, error } = useQuery(queries.tenantExtensions())
  // Whoever tests for themselves sets options until there is a published version; then they are the tenant's.
  const save = (row: TenantExtension, options: Readonly<Record<string, unknown>>) =>
    mayEnable ? calls.setTenantExtension(row.code, { options }) : calls.setTenantTesting(row.code, { options })
  return (
    <Page title={t('tenantExtensions.title')} description={t('tenantExtensions.hint')}>
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={160} />}
      {data?.length === 0 && (
        <Card>
          <Empty
            icon={IconPuzzleOff}
            title={t('tenantExtensions.empty')}
            next={t('tenantExtensions.emptyNext')}
            actions={<LinkButton {...links.extensions()}>{t('nav.extensions')}</LinkButton>}
          />
        </Card>
      )}
      {data && data.length > 0 && (
        <Card padding={0}>
          <ExtensionTable
            label={t('tenantExtensions.title')}
            scope={t('tenantExtensions.scope')}
            rows={data}
            state={(row) => <State row={row} />}
            saveOptions={save}
          />
        </Card>
      )}
    </Page>
  )
}

function State({ row }: { row: TenantExtension }) {
  const { t } = useTranslation()
  const { testing } = row
  return (
    <Stack gap={6}>
      {(row.status !== 'testing' || row.enabled) && (
        <ExtensionSwitch
          label={t('tenantExtensions.enable', { name: row.name })}
          on={row.enabled}
          mayNot={row.mayEnable ? null : t('tenantExtensions.mayNot')}
          change={(enabled) => calls.setTenantExtension(row.code, { enabled })}
        />
      )}
      {testing !== null && (
        <div>
          <Text fz="xs" c="dimmed">
            {t('tenantExtensions.testing', { version: testing.version })}
          </Text>
          <ExtensionSwitch
            label={t('tenantExtensions.test', { name: row.name })}
            on={testing.on}
            mayNot={testing.maySwitch ? null : t('tenantExtensions.mayNotTest', { owner: row.owner.name })}
            change={(on) => calls.setTenantTesting(row.code, { on })}
          />
        </div>
      )}
    </Stack>
  )
}
