import type { QualityStatus } from '@holdpoint/core'
import { Select } from '@mantine/core'
import { IconChartLine } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { qualityQueries } from '../../api/quality-queries.ts'
import type { QualityPoint, QualityRuleView } from '../../api/quality-shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Empty } from '../../ui/empty.tsx'
import { Instant } from '../../ui/instant.tsx'
import { type ChartPoint, LineChart } from '../../ui/line-chart.tsx'
import { type Column, RowTable } from '../../ui/row-table.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { StateBadge } from '../../ui/state-badge.tsx'
import { shortNumber } from '../integration/looks.ts'
import { QUALITY_LOOKS, valueText } from './looks.ts'
import { limitsOf } from './thresholds.ts'

const DAYS = [30, 90, 400]
const MARKS: Readonly<Record<QualityStatus, ChartPoint['mark']>> = {
  Passed: 'good',
  Skipped: 'good',
  Warned: 'warning',
  Critical: 'bad',
  Error: 'bad',
}

/** What a rule has measured, as a line with its thresholds, and the same as a table. */
export function RuleHistory({ of }: { of: QualityRuleView }) {
  const { t } = useTranslation()
  const [days, setDays] = useState(30)
  const { data, error } = useQuery(qualityQueries.history(of.workspaceId, of.id, days))
  const points = data ?? []
  const columns: readonly Column<QualityPoint>[] = [
    { key: 'bizdate', header: t('quality.bizdate'), cell: (point) => point.bizdate },
    { key: 'value', header: t('qualityRule.value'), cell: (point) => valueText(point.value) },
    {
      key: 'status',
      header: t('quality.state'),
      cell: (point) => <StateBadge look={QUALITY_LOOKS[point.status]} size="sm" />,
    },
    {
      key: 'at',
      header: t('checks.created'),
      times: true,
      cell: (point) => <Instant at={point.endedAt} zoned={false} />,
    },
  ]
  return (
    <Section
      title={t('qualityRule.plot')}
      description={t('qualityRule.plotHint')}
      actions={
        <Select
          aria-label={t('qualityRule.period')}
          size="xs"
          w={150}
          allowDeselect={false}
          data={DAYS.map((count) => ({ value: String(count), label: t('qualityRule.days', { count }) }))}
          value={String(days)}
          onChange={(value) => setDays(Number(value))}
        />
      }
    >
      <ProblemNotice error={error} />
      <Card>
        {points.length === 0 ? (
          <Empty icon={IconChartLine} title={t('qualityRule.noHistory')} next={t('qualityRule.noHistoryNext')} />
        ) : (
          <>
            <LineChart
              label={t('qualityRule.plotOf')}
              points={newestOfEachDay(points).map(({ resultId, bizdate, status, value }) => ({
                key: String(resultId),
                at: Date.parse(bizdate),
                value,
                title: `${bizdate}: ${valueText(value)} · ${t(QUALITY_LOOKS[status].text)}`,
                mark: MARKS[status],
              }))}
              limits={limitsOf(t, of.rule)}
              number={shortNumber}
              time={(at) => new Date(at).toISOString().slice(5, 10)}
            />
            <Disclosure label={t('qualityRule.asTable')}>
              <RowTable
                label={t('qualityRule.plot')}
                columns={columns}
                rows={points.toSorted((a, b) => Date.parse(b.endedAt) - Date.parse(a.endedAt))}
                keyOf={(point) => String(point.resultId)}
                minWidth={480}
                maxHeight={320}
              />
            </Disclosure>
          </>
        )}
      </Card>
    </Section>
  )
}

/** What was run again counts as it was measured last. */
function newestOfEachDay(points: readonly QualityPoint[]): readonly QualityPoint[] {
  const newest = new Map<string, QualityPoint>()
  for (const point of points.toSorted((a, b) => Date.parse(a.endedAt) - Date.parse(b.endedAt)))
    newest.set(point.bizdate, point)
  return [...newest.values()].toSorted((a, b) => a.bizdate.localeCompare(b.bizdate))
}
