import { Badge, Button, Group, List, Skeleton, Stack, Text } from '@mantine/core'
import { IconCloudUpload, IconSend } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { developmentQueries } from '../../api/development-queries.ts'
import type { TableChange, TableDetail } from '../../api/development-shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { type Translate, useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Facts } from '../../ui/facts.tsx'
import { GuardedButton } from '../../ui/guarded-button.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { Card } from '../../ui/section.tsx'
import { SubmitTableDialog } from './submit-table-dialog.tsx'

type Props = {
  table: TableDetail
  at: TableDetail['environments'][number]
  /** There is something that is not saved: what is submitted is what is kept. */
  dirty: boolean
}

/** What one environment has of the table, what leads from there to the design, and submitting that. */
export function TableEnvironment({ table, at, dirty }: Props) {
  const { t } = useTranslation()
  const me = useMe()
  const may = useMay()
  const { environment } = at
  const [asking, setAsking] = useState(false)
  const found = useQuery(developmentQueries.comparison(table.workspaceId, table.id, environment, table.revision))
  const basic = me.workspaces.find(({ id }) => id === table.workspaceId)?.mode === 'basic'
  const verb = environment === 'PROD' ? 'deploy' : 'commit'
  const allowed = may(verb === 'deploy' ? 'table.deploy' : 'table.write', table.workspaceId)
  const isSame = found.data?.changes.length === 0
  const whyNot = () => {
    if (dirty) return t('tables.saveFirst')
    if (table.heldBy.some(({ eventCode }) => eventCode === `${verb}-table`)) return t('tables.underWay')
    if (isSame && at.revision === table.revision) return t('tables.same')
    const inDevelopment = table.environments.find((one) => one.environment === 'DEV')?.revision
    const tooEarly = environment === 'PROD' && !basic && inDevelopment !== table.revision
    return tooEarly ? t('tables.developmentFirst') : null
  }
  return (
    <Card>
      <Group justify="space-between" mb="xs">
        <Text fw={600}>{t(`nodes.${environment}`)}</Text>
        {allowed && (
          <GuardedButton
            size="xs"
            leftSection={environment === 'PROD' ? <IconCloudUpload {...iconProps} /> : <IconSend {...iconProps} />}
            why={whyNot()}
            onClick={() => setAsking(true)}
          >
            {t(verb === 'deploy' ? 'tables.submitToProduction' : 'tables.submitToDevelopment')}
          </GuardedButton>
        )}
      </Group>
      <Facts
        of={[
          [t('file.dataSource'), at.dataSource],
          [
            t('tables.applied'),
            at.revision === null ? t('tables.notYet') : t('tables.revision', { revision: at.revision }),
          ],
          [t('tables.appliedAt'), at.appliedAt && <Instant at={at.appliedAt} />],
        ]}
      />
      <Text fz="sm" fw={600} mt="sm">
        {t('tables.difference')}
      </Text>
      {found.error && (
        <>
          <ProblemNotice error={found.error} />
          <Button size="xs" mt="xs" variant="default" onClick={() => void found.refetch()}>
            {t('ui.tryAgain')}
          </Button>
        </>
      )}
      {!found.data && !found.error && <Skeleton height={60} />}
      {found.data && (
        <Stack gap="xs" mt={4}>
          {isSame ? (
            <Text fz="sm" c="dimmed">
              {t('tables.same')}
            </Text>
          ) : (
            <>
              {!found.data.exists && (
                <Text fz="sm" c="dimmed">
                  {t('tables.notThere')}
                </Text>
              )}
              <ChangeList changes={found.data.changes} />
              {found.data.statements.length > 0 && (
                <Disclosure label={t('tables.statements')}>
                  <CodeBlock text={found.data.statements.join(';\n')} label={t('tables.statements')} mah={220} />
                </Disclosure>
              )}
            </>
          )}
        </Stack>
      )}
      {asking && found.data && (
        <SubmitTableDialog
          table={table}
          environment={environment}
          changes={found.data.changes}
          close={() => setAsking(false)}
        />
      )}
    </Card>
  )
}

export function ChangeList({ changes }: { changes: readonly TableChange[] }) {
  const { t } = useTranslation()
  return (
    <List size="sm" spacing={2}>
      {changes.map((change) => (
        <List.Item key={`${change.kind} ${change.column ?? ''}`}>
          <span className="wrap-anywhere">{changeText(t, change)}</span>
          {change.loss !== null && (
            <Badge ml={6} size="sm" color="red" variant="light" tt="none" className="state-badge">
              {t('tables.losesData')}
            </Badge>
          )}
        </List.Item>
      ))}
    </List>
  )
}

export const changeText = (t: Translate, { kind, column, from, to }: TableChange): string =>
  t(`tableChange.${kind}`, { column: column ?? '', from: from || '–', to: to || '–' })
