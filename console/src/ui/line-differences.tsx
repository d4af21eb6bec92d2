import { ScrollArea, Text } from '@mantine/core'
import { useTranslation } from '../text/index.ts'
import { lineDiff, shortened } from './line-diff.ts'

/** Two texts compared line by line. Signs and words tell what was removed and added, not colour alone. `before` null: there was none. */
export function LineDifferences({ label, before, after }: { label: string; before: string | null; after: string }) {
  const { t } = useTranslation()
  if (before === null)
    return <Lines label={label} rows={after.split('\n').map((text) => ({ sign: '=' as const, text }))} />
  if (before === '' && after === '')
    return (
      <Text fz="sm" c="dimmed">
        {t('diff.nothing')}
      </Text>
    )
  return <Lines label={label} rows={shortened(lineDiff(before, after))} />
}

const MARKS = { '=': ' ', '-': '−', '+': '+' } as const

function Lines({ label, rows }: { label: string; rows: ReturnType<typeof shortened> }) {
  const { t } = useTranslation()
  return (
    <ScrollArea.Autosize
      mah={480}
      type="auto"
      className="line-diff"
      viewportProps={{ tabIndex: 0, role: 'group', 'aria-label': label }}
    >
      {rows.map((row, at) =>
        'skipped' in row ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no other name, and the list is never changed in place
          <div key={at} className="line-diff-skipped">
            {t('diff.same', { count: row.skipped })}
          </div>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: as above
          <div key={at} className="line-diff-line" data-sign={row.sign}>
            <span aria-hidden>{MARKS[row.sign]}</span>
            {row.sign !== '=' && (
              <span className="for-readers">{t(row.sign === '+' ? 'diff.added' : 'diff.removed')}: </span>
            )}
            <code>{row.text}</code>
          </div>
        ),
      )}
    </ScrollArea.Autosize>
  )
}
