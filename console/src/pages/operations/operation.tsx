import { Container } from '@mantine/core'
import { getRouteApi } from '@tanstack/react-router'
import { links } from '../../links.ts'
import { useTranslation } from '../../text/index.ts'
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
        trail={[[links.operations(), t('nav.operations')]]}
        here={operationId.slice(0, 8)}
      >
        <OperationPanel operationId={operationId} />
      </Page>
    </Container>
  )
}
