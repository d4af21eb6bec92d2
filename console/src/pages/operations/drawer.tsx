import { Drawer } from '@mantine/core'
import { IconMaximize } from '@tabler/icons-react'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { lazy, Suspense } from 'react'
import { links } from '../../links.ts'
import { useTranslation } from '../../text/index.ts'
import { iconProps } from '../../ui/icon.ts'
import { LinkButton } from '../../ui/link.tsx'
import { LivenessBanner } from '../shell/liveness.tsx'

const OperationPanel = lazy(() => import('./panel.tsx'))

/** The panel of the operation named in the address (`?operation=…`), over whatever page is shown. */
export function OperationDrawer() {
  const { t } = useTranslation()
  const navigate = useNavigate()
  const { operation } = useSearch({ strict: false })
  return (
    <Drawer.Root
      opened={operation !== undefined}
      onClose={() => void navigate(links.operationHere(undefined))}
      position="right"
      size="min(720px, 100vw)"
    >
      <Drawer.Overlay backgroundOpacity={0.25} />
      <Drawer.Content>
        <Drawer.Header>
          <Drawer.Title fw={600}>{t('operation.panel')}</Drawer.Title>
          {operation !== undefined && (
            <LinkButton
              {...links.operation(operation)}
              className="wide-only"
              variant="subtle"
              size="compact-sm"
              ml="auto"
              mr="xs"
              leftSection={<IconMaximize {...iconProps} />}
            >
              {t('operation.fullPage')}
            </LinkButton>
          )}
          <Drawer.CloseButton ml={0} aria-label={t('ui.close')} />
        </Drawer.Header>
        <Drawer.Body>
          <LivenessBanner />
          {operation !== undefined && (
            <Suspense>
              <OperationPanel operationId={operation} />
            </Suspense>
          )}
        </Drawer.Body>
      </Drawer.Content>
    </Drawer.Root>
  )
}
