import { Button, Container } from '@mantine/core'
import { IconMapOff, IconPlugConnectedX } from '@tabler/icons-react'
import { useRouter } from '@tanstack/react-router'
import { links } from '../links.ts'
import { ProblemNotice } from '../problem.tsx'
import { useTranslation } from '../text/index.ts'
import { Empty } from '../ui/empty.tsx'
import { LinkButton } from '../ui/link.tsx'
import { Page } from '../ui/page.tsx'

/** A page that could not be shown: the server does not answer, or the console itself has a fault. */
export function Broken({ error }: { error: Error }) {
  const { t } = useTranslation()
  const router = useRouter()
  return (
    <Container size="sm" py="xl" component="main">
      <ProblemNotice error={error} />
      <Empty
        icon={IconPlugConnectedX}
        title={t('broken.title')}
        next={t('broken.next')}
        actions={<Button onClick={() => void router.invalidate()}>{t('ui.tryAgain')}</Button>}
      />
    </Container>
  )
}

export function NotThere() {
  const { t } = useTranslation()
  return (
    <Page title={t('broken.notThere')}>
      <Empty
        icon={IconMapOff}
        title={t('broken.notThere')}
        next={t('broken.notThereNext')}
        actions={<LinkButton {...links.home()}>{t('nav.home')}</LinkButton>}
      />
    </Page>
  )
}
