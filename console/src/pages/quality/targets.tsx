import type { QualityTarget } from '@holdpoint/core'
import { Code, Text } from '@mantine/core'
import { useTranslation } from '../../text/index.ts'

export const tableName = ({ schema, table }: QualityTarget): string => (schema === null ? table : `${schema}.${table}`)

/** A table, and where it is. */
export function Target({ of, partition }: { of: QualityTarget; partition?: string | null }) {
  const { t } = useTranslation()
  return (
    <>
      <Code className="wrap-anywhere">{tableName(of)}</Code>
      <Text fz="xs" c="dimmed" className="wrap-anywhere">
        {[
          of.dataSource ?? t('quality.default'),
          ...(partition === undefined ? [] : [partition ?? t('quality.wholeTable')]),
        ].join(' · ')}
      </Text>
    </>
  )
}
