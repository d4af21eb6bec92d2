import { Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { WorkspaceExtension } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { LinkButton } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { ExtensionList, ExtensionSwitch } from './extension-list.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/extensions')

export function WorkspaceExtensionsPage() {
  const { t } = useTranslation()
  const me = useMe()
  const workspaceId = Number(route.useParams().workspaceId)
  const found = useQuery(queries.workspaceExtensions(workspaceId))
  const name = me.workspaces.find((one) => one.id === workspaceId)?.name ?? workspaceId
  return (
    <Page
      title={t('workspaceExtensions.title')}
      description={t('workspaceExtensions.hint', { workspace: name })}
      actions={
        <LinkButton {...links.tenantExtensions()} variant="default">
          {t('workspaceExtensions.global')}
        </LinkButton>
      }
    >
      <ExtensionList
        texts="workspaceExtensions"
        found={found}
        state={(row) => <State workspaceId={workspaceId} row={row} />}
        saveOptions={(row, options) => calls.setWorkspaceExtension(workspaceId, row.code, { options })}
      />
    </Page>
  )
}

function State({ workspaceId, row }: { workspaceId: number; row: WorkspaceExtension }) {
  const { t } = useTranslation()
  return (
    <Stack gap={4}>
      {row.testing !== null && (
        <Text fz="sm">
          {t(row.testing === 'here' ? 'workspaceExtensions.testedHere' : 'workspaceExtensions.testedElsewhere')}
        </Text>
      )}
      {(row.testing === null || row.mayEnable || row.enabled) && (
        <ExtensionSwitch
          label={t('workspaceExtensions.enable', { name: row.name })}
          on={row.enabled}
          mayNot={row.mayEnable ? null : t('workspaceExtensions.mayNot')}
          change={(enabled) => calls.setWorkspaceExtension(workspaceId, row.code, { enabled })}
        />
      )}
    </Stack>
  )
}
