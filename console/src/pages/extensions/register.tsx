import { Radio, Stack } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { links } from '../../links.ts'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Page } from '../../ui/page.tsx'
import { type Draft, draftOf, ExtensionForm, OwnerSelect } from './form.tsx'

const DEPLOYMENTS = ['service', 'function'] as const

export function RegisterExtensionPage() {
  const { t } = useTranslation()
  const me = useMe()
  const navigate = useNavigate()
  const client = useQueryClient()
  const [deployment, setDeployment] = useState<(typeof DEPLOYMENTS)[number]>('service')
  const [ownerId, setOwnerId] = useState(me.user.id)
  const register = useMutation({
    mutationFn: (draft: Draft) => calls.registerExtension({ ...draft, deployment, ownerId }),
    onSuccess: async (extension) => {
      await client.invalidateQueries({ queryKey: ['extensions'] })
      await navigate(links.extension(extension.code))
    },
  })
  return (
    <Page
      title={t('extensions.register')}
      description={t('form.registerHint')}
      trail={[[links.extensions(), t('nav.extensions')]]}
    >
      <ExtensionForm
        initial={draftOf()}
        verb={t('form.register')}
        busy={register.isPending}
        error={register.error}
        save={register.mutate}
        cancel={() => void navigate(links.extensions())}
        first={
          <>
            <Radio.Group
              label={t('life.deployment')}
              description={t('life.deploymentHint')}
              value={deployment}
              onChange={(value) => setDeployment(value as typeof deployment)}
            >
              <Stack gap={6} mt={6}>
                {DEPLOYMENTS.map((one) => (
                  <Radio key={one} value={one} label={t(`life.${one}`)} description={t(`life.${one}Meaning`)} />
                ))}
              </Stack>
            </Radio.Group>
            <OwnerSelect value={ownerId} error={register.error} onChange={setOwnerId} />
          </>
        }
      />
    </Page>
  )
}
