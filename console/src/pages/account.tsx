import { Stack } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { calls } from '../api/calls.ts'
import { queries } from '../api/queries.ts'
import { useMe } from '../session.ts'
import { useTranslation } from '../text/index.ts'
import { Copyable } from '../ui/copy.tsx'
import { Facts } from '../ui/facts.tsx'
import { Instant } from '../ui/instant.tsx'
import { Page } from '../ui/page.tsx'
import { Card, Section } from '../ui/section.tsx'
import { AccessKeys } from './account/access-keys.tsx'
import { Sessions } from './account/sessions.tsx'
import { SignInWays } from './account/sign-in-ways.tsx'

const route = getRouteApi('/signed-in/account')

export function AccountPage() {
  const { t } = useTranslation()
  const me = useMe()
  const { refused } = route.useSearch()
  return (
    <Page title={t('account.title')}>
      <Section title={t('account.who')}>
        <Card>
          <Facts
            of={[
              [t('users.displayName'), me.user.displayName],
              [t('users.name'), me.user.name],
              [t('account.uid'), <Copyable key="uid" value={me.user.id} />],
              [t('account.tenant'), `${me.tenant.name} (${me.tenant.id})`],
              [t('account.region'), me.region],
              [t('account.edition'), me.tenant.editionExpiresAt && <Instant at={me.tenant.editionExpiresAt} />],
              [
                t('users.tenantRoles'),
                me.tenantRoles.map((role) => t(`tenantRole.${role}`)).join(t('ui.listSeparator')) ||
                  t('users.noTenantRole'),
              ],
              [
                t('account.workspaces'),
                me.workspaces.length > 0 && (
                  <Stack key="workspaces" gap={2}>
                    {me.workspaces.map((workspace) => (
                      <span key={workspace.id}>
                        {workspace.name}:{' '}
                        {workspace.roles.map((role) => t(`role.${role}`)).join(t('ui.listSeparator')) || '–'}
                      </span>
                    ))}
                  </Stack>
                ),
              ],
            ]}
          />
        </Card>
      </Section>
      <SignInWays refused={refused} />
      <Sessions />
      <OwnKeys />
    </Page>
  )
}

function OwnKeys() {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { data, error } = useQuery(queries.accessKeys())
  return (
    <AccessKeys
      title={t('keys.title')}
      hint={t('keys.hint', { limit: 2 })}
      empty={t('keys.empty')}
      emptyNext={t('keys.emptyNext')}
      keys={data?.items}
      error={error}
      create={calls.createAccessKey}
      administers={false}
      setActive={calls.setAccessKeyActive}
      remove={calls.deleteAccessKey}
      refresh={() => client.invalidateQueries({ queryKey: ['access-keys'] })}
    />
  )
}
