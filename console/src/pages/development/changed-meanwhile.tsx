import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core'
import { IconGitMerge, IconUserEdit } from '@tabler/icons-react'
import { useState } from 'react'
import type { FileDetail } from '../../api/development-shapes.ts'
import { useTranslation } from '../../text/index.ts'
import { ComparedTexts } from '../../ui/compared-texts.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LineDifferences } from '../../ui/line-differences.tsx'
import { contentOf, isSqlBody, settingsOf } from './bodies.ts'
import type { Draft } from './draft.ts'

/** Somebody else has saved the file: who and when, what differs, and the two ways out of it. */
export function ChangedMeanwhile({ file, draft }: { file: FileDetail; draft: Draft }) {
  const { t } = useTranslation()
  const [comparing, setComparing] = useState(false)
  const [theirs, mine] = [settingsOf(file.body), settingsOf(draft.now.body)]
  return (
    <Alert
      color="orange"
      icon={<IconUserEdit />}
      role="alert"
      title={t('conflict.title', { name: file.modifiedBy?.name ?? '–' })}
    >
      <Text fz="sm">
        {t('conflict.meaning', { base: draft.base.revision, revision: file.revision })} <Instant at={file.modifiedAt} />
      </Text>
      <Group gap="xs" mt="xs">
        <Button
          size="xs"
          variant="default"
          leftSection={<IconGitMerge {...iconProps} />}
          onClick={() => setComparing(true)}
        >
          {t('conflict.compare')}
        </Button>
        <Button size="xs" variant="default" onClick={draft.takeTheirs}>
          {t('conflict.takeTheirs')}
        </Button>
        <Button size="xs" variant="default" loading={draft.saving} onClick={() => void draft.save(true)}>
          {t('conflict.saveMine')}
        </Button>
      </Group>
      <Modal
        opened={comparing}
        onClose={() => setComparing(false)}
        title={t('conflict.compare')}
        size="90%"
        closeButtonProps={{ 'aria-label': t('ui.close') }}
      >
        <Stack>
          <ComparedTexts
            sql={isSqlBody(file.body)}
            before={{
              label: t('conflict.theirs', { name: file.modifiedBy?.name ?? '–' }),
              text: contentOf(file.body),
            }}
            after={{ label: t('conflict.mine'), text: contentOf(draft.now.body) }}
          />
          {theirs !== mine && <LineDifferences label={t('file.settings')} before={theirs} after={mine} />}
        </Stack>
      </Modal>
    </Alert>
  )
}
