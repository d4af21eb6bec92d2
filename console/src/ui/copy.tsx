import { ActionIcon, Button, Code, CopyButton, Group, Tooltip } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useTranslation } from '../text/index.ts'

/** A short piece of text that people take elsewhere: an id, a code. */
export function Copyable({ value }: { value: string }) {
  const { t } = useTranslation()
  return (
    <Group gap={4} wrap="nowrap" className="copyable">
      <Code className="wrap-anywhere">{value}</Code>
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? t('ui.copied') : t('ui.copy')}>
            <ActionIcon
              size="sm"
              variant="subtle"
              color={copied ? 'teal' : 'gray'}
              aria-label={`${t('ui.copy')}: ${value}`}
              onClick={copy}
            >
              {copied ? <IconCheck size={14} /> : <IconCopy size={14} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
  )
}

export function CopyTextButton({ value, label }: { value: string; label?: string }) {
  const { t } = useTranslation()
  return (
    <CopyButton value={value}>
      {({ copied, copy }) => (
        <Button
          size="xs"
          variant="default"
          onClick={copy}
          leftSection={copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
        >
          {copied ? t('ui.copied') : (label ?? t('ui.copy'))}
        </Button>
      )}
    </CopyButton>
  )
}
