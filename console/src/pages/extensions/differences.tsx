import { Box, Stack, Text } from '@mantine/core'
import type { ExtensionVersionDetail } from '../../api/shapes.ts'
import { useEventNames } from '../../events.ts'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { LineDifferences } from '../../ui/line-differences.tsx'

type Difference = ExtensionVersionDetail['differences'][number]

/** What a version changes, field by field: long texts line by line. Where there was nothing before, what it says is all. */
export function Differences({ of: { differences, against, ...version } }: { of: ExtensionVersionDetail }) {
  const { t } = useTranslation()
  const worded = useWords(version)
  return (
    <Stack gap="md">
      {differences.map(({ field, before, after }) => (
        <Box key={field}>
          <Text fz="sm" fw={600} mb={4}>
            {t(`diff.field.${field}`)}
          </Text>
          <LineDifferences
            label={t(`diff.field.${field}`)}
            before={against === null ? null : worded(field, before)}
            after={worded(field, after)}
          />
        </Box>
      ))}
    </Stack>
  )
}

/** Codes and ids are shown with their names. */
function useWords({
  testWorkspaceId,
  testWorkspaceName,
}: Pick<ExtensionVersionDetail, 'testWorkspaceId' | 'testWorkspaceName'>): (
  field: Difference['field'],
  text: string,
) => string {
  const { t } = useTranslation()
  const names = useEventNames()
  const { workspaces } = useMe()
  return (field, text) => {
    if (text === '') return ''
    if (field === 'onUnanswered') return t(text === 'block' ? 'form.block' : 'form.pass')
    if (field === 'testWorkspaceId')
      return (
        workspaces.find((one) => String(one.id) === text)?.name ??
        (String(testWorkspaceId) === text ? testWorkspaceName : null) ??
        text
      )
    if (field !== 'points') return text
    return text
      .split('\n')
      .map((code) => `${names.event(code)} (${code})`)
      .join('\n')
  }
}
