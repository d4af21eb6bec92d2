import { Button, Group } from '@mantine/core'
import { IconPencil, IconPlus, IconRuler2, IconToggleLeft, IconToggleRight, IconTrash } from '@tabler/icons-react'
import { lazy, Suspense, useState } from 'react'
import type { QualityMonitorDetail, QualityRuleView } from '../../api/quality-shapes.ts'
import { QueryTable } from '../../query-table.tsx'
import { useTranslation } from '../../text/index.ts'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { RowAct } from '../../ui/row-act.tsx'
import { Section } from '../../ui/section.tsx'
import { type RuleVerb, RuleVerbDialog } from './rule-acts.tsx'
import { useRuleColumns } from './rule-columns.tsx'

const NewRuleDialog = lazy(() => import('./rule-dialog.tsx').then((file) => ({ default: file.NewRuleDialog })))
const EditRuleDialog = lazy(() => import('./rule-dialog.tsx').then((file) => ({ default: file.EditRuleDialog })))

type Asked = { readonly what: 'new' } | { readonly what: 'edit' | RuleVerb; readonly rule: QualityRuleView }

export function MonitorRules({ monitor }: { monitor: QualityMonitorDetail }) {
  const { t } = useTranslation()
  const [asked, setAsked] = useState<Asked | null>(null)
  const columns = useRuleColumns('table')
  const writes = monitor.may.includes('save')
  const close = () => setAsked(null)
  const add = writes && (
    <Button size="xs" leftSection={<IconPlus {...iconProps} />} onClick={() => setAsked({ what: 'new' })}>
      {t('qualityRules.new')}
    </Button>
  )
  const acts = {
    key: 'actions',
    header: t('quality.actions'),
    width: 120,
    quiet: true,
    cell: (rule: QualityRuleView) => (
      <Group gap={4} wrap="nowrap">
        {rule.may.includes('save') && (
          <>
            <RowAct
              label={t('qualityRules.edit', { name: rule.rule.name })}
              icon={IconPencil}
              act={() => setAsked({ what: 'edit', rule })}
            />
            <RowAct
              label={`${t(rule.rule.enabled ? 'qualityRules.switchOff' : 'qualityRules.switchOn')}: ${rule.rule.name}`}
              icon={rule.rule.enabled ? IconToggleRight : IconToggleLeft}
              act={() => setAsked({ what: rule.rule.enabled ? 'off' : 'on', rule })}
            />
          </>
        )}
        {rule.may.includes('delete') && (
          <RowAct
            label={`${t('ui.delete')}: ${rule.rule.name}`}
            icon={IconTrash}
            act={() => setAsked({ what: 'delete', rule })}
          />
        )}
      </Group>
    ),
  } as const
  return (
    <Section title={t('monitor.rules')} actions={add}>
      <QueryTable
        label={t('monitor.rules')}
        columns={writes ? [...columns, acts] : columns}
        found={{ data: monitor.ruleList, error: null }}
        keyOf={({ id }) => String(id)}
        minWidth={820}
        empty={<Empty icon={IconRuler2} title={t('monitor.noRules')} next={t('monitor.noRulesNext')} actions={add} />}
      />
      <Suspense>
        {asked?.what === 'new' && (
          <NewRuleDialog workspaceId={monitor.workspaceId} monitorId={monitor.id} close={close} />
        )}
        {asked?.what === 'edit' && <EditRuleDialog of={asked.rule} close={close} />}
      </Suspense>
      {asked && asked.what !== 'new' && asked.what !== 'edit' && (
        <RuleVerbDialog workspaceId={monitor.workspaceId} verb={asked.what} rules={[asked.rule]} close={close} />
      )}
    </Section>
  )
}
