import { Button, Group, Modal, Stack } from '@mantine/core'
import type { ReactNode } from 'react'
import { useTranslation } from '../text/index.ts'

type Props = {
  opened: boolean
  close: () => void
  title: string
  /** What the button that does it says. */
  verb: string
  confirm: () => void
  busy: boolean
  /** Not possible yet: something must be filled in first. */
  disabled?: boolean
  danger?: boolean
  size?: 'md' | 'lg' | 'xl'
  children: ReactNode
}

/** Asks before it does something; Enter in a field of it confirms. */
export function Confirm(props: Props) {
  const { t } = useTranslation()
  return (
    <Modal
      opened={props.opened}
      onClose={props.close}
      title={props.title}
      size={props.size ?? 'md'}
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault()
          event.stopPropagation()
          if (!props.disabled) props.confirm()
        }}
      >
        <Stack gap="sm">
          {props.children}
          <Group justify="flex-end" mt="xs">
            <Button variant="default" onClick={props.close}>
              {t('ui.cancel')}
            </Button>
            <Button
              type="submit"
              color={props.danger ? 'red.9' : undefined}
              loading={props.busy}
              disabled={props.disabled}
            >
              {props.verb}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
