import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { TenantExtension } from '../../api/shapes.ts'
import { useMay } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Page } from '../../ui/page.tsx'
import { ExtensionList, ExtensionSwitch } from './extension-list.tsx'

export function TenantExtensionsPage() {
  const { t } = useTranslation()
  const mayEnable = useMay()('extension.enable-for-tenant')
  const found = useQuery(queries.tenantExtensions())
  // Whoever tests for themselves sets options until there is a published version; then they are the tenant's.
  const save = (row: TenantExtension, options: Readonly<Record<string, unknown>>) =>
    mayEnable ? calls.setTenantExtension(row.code, { options }) : calls.setTenantTesting(row.code, { options })
  return (
    <Page title={t('tenantExtensions.title')} description={t('tenantExtensions.hint')}>
      <ExtensionList texts="tenantExtensions" found={found} state={(row) => <State row={row} />} saveOptions={save} />
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
