import { Alert, Button, Group, Modal, Select, Stack, Text } from '@mantine/core'
import { IconEye, IconRefresh, IconShieldLock } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import type { SigningSecrets } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Copyable } from '../../ui/copy.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'

/** For how many hours the secrets before go on signing. */
const OVERLAPS = [
  [24, 'signing.overDay'],
  [168, 'signing.overWeek'],
  [0, 'signing.overNone'],
] as const

type Props = { busId: number; ruleId: number; target: string; close: () => void }

/** With what deliveries to a target are signed. Reading a secret is on record, so it is read only when somebody asks to see it. */
export function SigningSecretsDialog({ busId, ruleId, target, close }: Props) {
  const { t } = useTranslation()
  const [overlapHours, setOverlapHours] = useState<string>(String(OVERLAPS[0][0]))
  // What the last answer held stays until the next one is there.
  const [shown, setShown] = useState<SigningSecrets | null>(null)
  const reveal = useMutation({
    mutationFn: () => calls.signingSecrets(busId, ruleId, target),
    onSuccess: setShown,
  })
  const rotate = useMutation({
    mutationFn: () => calls.rotateSigningSecret(busId, ruleId, target, { overlapHours: Number(overlapHours) }),
    onSuccess: setShown,
  })
  return (
    <Modal
      opened
      onClose={close}
      title={t('signing.of', { name: target })}
      size="xl"
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <Stack>
        <Text fz="sm">{t('signing.hint')}</Text>
        {shown ? (
          <Stack gap="xs">
            {shown.secrets.map(({ secret, retiresAt }) => (
              <div key={secret}>
                <Text fz="sm" c="dimmed" component="div">
                  {t(retiresAt === null ? 'signing.newest' : 'signing.until')} {retiresAt && <Instant at={retiresAt} />}
                </Text>
                <Copyable value={secret} />
              </div>
            ))}
          </Stack>
        ) : (
          <Group>
            <Button
              size="xs"
              variant="default"
              leftSection={<IconEye {...iconProps} />}
              loading={reveal.isPending}
              onClick={() => reveal.mutate()}
            >
              {t('signing.reveal')}
            </Button>
          </Group>
        )}
        <Group align="flex-end">
          <Select
            label={t('signing.overlap')}
            data={OVERLAPS.map(([hours, key]) => ({ value: String(hours), label: t(key) }))}
            value={overlapHours}
            onChange={(value) => value !== null && setOverlapHours(value)}
            allowDeselect={false}
            w={400}
          />
          <Button
            variant="default"
            leftSection={<IconRefresh {...iconProps} />}
            loading={rotate.isPending}
            onClick={() => rotate.mutate()}
          >
            {t('signing.rotate')}
          </Button>
        </Group>
        {overlapHours === '0' && (
          <Alert color="orange" icon={<IconShieldLock />}>
            {t('signing.overNoneMeaning')}
          </Alert>
        )}
        <ProblemNotice error={rotate.error ?? reveal.error} />
      </Stack>
    </Modal>
  )
}
