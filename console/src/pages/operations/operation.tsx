import { Container } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { links } from '../../links.ts'
import { useTranslation } from '../../text/index.ts'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import OperationPanel from './panel.tsx'

const route = getRouteApi('/signed-in/operations/$operationId')

export function OperationPage() {
  const { t } = useTranslation()
  const { operationId } = route.useParams()
  return (
    <Container size="md" p={0} ml={0}>
      <Page
        title={t('operation.panel')}
        trail={[
          <LinkTo key="operations" {...links.operations()}>
            {t('nav.operations')}
          </LinkTo>,
          <span key="id">{operationId.slice(0, 8)}</span>,
        ]}
      >
        <OperationPanel operationId={operationId} />
      </Page>
    </Container>
  )
}
