import { Button, Group, Modal, Stack, Text } from '@mantine/core'
import { IconEye } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { AlertSecret } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Copyable } from '../../ui/copy.tsx'
import { iconProps } from '../../ui/icon.ts'

type Props = { title: string; read: () => Promise<AlertSecret>; close: () => void }

/** With what a webhook is signed. Reading it is on record, so it is read only when somebody asks to see it. */
export function SecretDialog({ title, read, close }: Props) {
  const { t } = useTranslation()
  const reveal = useMutation({ mutationFn: read })
  return (
    <Modal opened onClose={close} title={title} size="lg" closeButtonProps={{ 'aria-label': t('ui.close') }}>
      <Stack>
        <Text fz="sm">{t('alerts.secretHint')}</Text>
        {reveal.data ? (
          <Copyable value={reveal.data.secret} />
        ) : (
          <Group>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconEye {...iconProps} />}
              loading={reveal.isPending}
              onClick={() => reveal.mutate()}
            >
              {t('alerts.reveal')}
            </Button>
          </Group>
        )}
        <ProblemNotice error={reveal.error} />
      </Stack>
    </Modal>
  )
}
