import { Text } from '@mantine/core'
import type { FunctionLogLine } from '../../api/shapes.ts'
import { useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'

/** What a run has logged, each line with its moment. */
export function Logs({ lines, cut }: { lines: readonly FunctionLogLine[]; cut: boolean }) {
  const { t } = useTranslation()
  if (lines.length === 0)
    return (
      <Text fz="sm" c="dimmed">
        {t('function.noLogs')}
      </Text>
    )
  const text = lines.map(({ atMs, level, text }) => `${atMs.toFixed(0).padStart(6)} ms  ${level.padEnd(5)}  ${text}`)
  return (
    <div>
      <Text fz="xs" c="dimmed">
        {t(cut ? 'function.logsCut' : 'function.logs')}
      </Text>
      <CodeBlock text={text.join('\n')} label={t('function.logs')} mah={220} />
    </div>
  )
}
