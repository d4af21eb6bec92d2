import { Skeleton } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { ExtensionVersion } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Page } from '../../ui/page.tsx'
import { type Draft, draftOf, ExtensionForm } from './form.tsx'

const route = getRouteApi('/signed-in/extensions/$code/edit')

/** Changes the version on its way, or begins one with what the newest says. */
export function EditExtensionPage() {
  const { t } = useTranslation()
  const { code } = route.useParams()
  const navigate = useNavigate()
  const client = useQueryClient()
  const extension = useQuery(queries.extension(code))
  const newest = extension.data && (extension.data.next?.version ?? extension.data.version)
  // As it was when the page was opened: whoever saves is told when somebody else was quicker.
  const version = useQuery({
    ...queries.extensionVersion(code, newest ?? 0),
    enabled: newest !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const save = useMutation({
    mutationFn: ({ draft, of }: { draft: Draft; of: ExtensionVersion }) =>
      calls.changeExtension(code, { ...draft, revision: of.revision }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['extensions'] })
      await navigate(links.extension(code))
    },
  })
  const error = extension.error ?? version.error
  const data = version.data
  const anew = data && data.status !== 'testing' && data.status !== 'rejected'
  return (
    <Page
      title={t('extension.edit')}
      description={anew ? t('form.editPublishedHint') : undefined}
      trail={[
        [links.extensions(), t('nav.extensions')],
        [links.extension(code), extension.data?.name ?? code],
      ]}
      here={t('extension.edit')}
    >
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={240} />}
      {data && (
        <ExtensionForm
          initial={draftOf(data)}
          verb={t('ui.save')}
          busy={save.isPending}
          error={save.error}
          save={(draft) => save.mutate({ draft, of: data })}
          cancel={() => void navigate(links.extension(code))}
        />
      )}
    </Page>
  )
}
