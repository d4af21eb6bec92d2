import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { calls } from '../../api/calls.ts'
import { links } from '../../links.ts'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { draftOf, ExtensionForm } from './form.tsx'

export function RegisterExtensionPage() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const client = useQueryClient()
  const register = useMutation({
    mutationFn: calls.registerExtension,
    onSuccess: async (extension) => {
      await client.invalidateQueries({ queryKey: ['extensions'] })
      await navigate(links.extension(extension.code))
    },
  })
  return (
    <Page
      title={t('extensions.register')}
      description={t('form.registerHint')}
      trail={[
        <LinkTo key="extensions" {...links.extensions()}>
          {t('nav.extensions')}
        </LinkTo>,
        <span key="here">{t('extensions.register')}</span>,
      ]}
    >
      <ExtensionForm
        initial={draftOf()}
        verb={t('form.register')}
        busy={register.isPending}
        error={register.error}
        save={register.mutate}
        cancel={() => void navigate(links.extensions())}
      />
    </Page>
  )
}
