import { Box, Button, Input, Skeleton, Text } from '@mantine/core'
import { IconForms } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from '../../text/index.ts'

const OptionsEditor = lazy(() => import('./options-editor.tsx').then((file) => ({ default: file.OptionsEditor })))

type Props = { value: string; onChange: (text: string) => void; error?: string | undefined }

/** The form of options; its editor is loaded when there is something to edit. */
export function OptionsSection(props: Props) {
  const { t } = useTranslation()
  const [opened, setOpened] = useState(props.value.trim() !== '')
  return (
    <Box>
      <Text fz="sm" fw={600}>
        {t('optionsEditor.label')}
      </Text>
      <Input.Description mb={6}>{t('optionsEditor.hint')}</Input.Description>
      {opened ? (
        <Suspense fallback={<Skeleton height={240} />}>
          <OptionsEditor {...props} />
        </Suspense>
      ) : (
        <Button
          variant="default"
          size="compact-sm"
          leftSection={<IconForms size={16} aria-hidden />}
          onClick={() => setOpened(true)}
        >
          {t('optionsEditor.open')}
        </Button>
      )}
    </Box>
  )
}
