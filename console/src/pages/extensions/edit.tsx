import { Skeleton } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { ExtensionChange } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { draftOf, ExtensionForm } from './form.tsx'

const route = getRouteApi('/signed-in/extensions/$code/edit')

export function EditExtensionPage() {
  const { t } = useTranslation()
  const { code } = route.useParams()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { data, error } = useQuery({ ...queries.extension(code), staleTime: Number.POSITIVE_INFINITY })
  const save = useMutation({
    mutationFn: (change: ExtensionChange) => calls.changeExtension(code, change),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['extensions'] })
      await navigate(links.extension(code))
    },
  })
  return (
    <Page
      title={t('extension.edit')}
      description={data?.status === 'published' ? t('form.editPublishedHint') : undefined}
      trail={[
        <LinkTo key="extensions" {...links.extensions()}>
          {t('nav.extensions')}
        </LinkTo>,
        <LinkTo key="extension" {...links.extension(code)}>
          {data?.name ?? code}
        </LinkTo>,
        <span key="here">{t('extension.edit')}</span>,
      ]}
    >
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={240} />}
      {data && (
        <ExtensionForm
          initial={draftOf(data)}
          verb={t('ui.save')}
          busy={save.isPending}
          error={save.error}
          save={save.mutate}
          cancel={() => void navigate(links.extension(code))}
        />
      )}
    </Page>
  )
}
