import { Button } from '@mantine/core'
import { IconPlus, IconRuler2 } from '@tabler/icons-react'
import { getRouteApi } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { qualityQueries } from '../../api/quality-queries.ts'
import type { QualityRuleView } from '../../api/quality-shapes.ts'
import { FilteredList, useSetFilters } from '../../filtered-list.tsx'
import { useList } from '../../list.ts'
import { useMay } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { ChosenBar } from '../../ui/chosen-bar.tsx'
import { useChosenRows } from '../../ui/chosen-rows.ts'
import { Empty } from '../../ui/empty.tsx'
import { TextFilter } from '../../ui/filters.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Page } from '../../ui/page.tsx'
import { type RuleVerb, RuleVerbDialog } from './rule-acts.tsx'
import { useRuleColumns } from './rule-columns.tsx'

const NewRuleDialog = lazy(() => import('./rule-dialog.tsx').then((file) => ({ default: file.NewRuleDialog })))

const route = getRouteApi('/signed-in/workspaces/$workspaceId/quality/rules')
const keyOf = ({ id }: QualityRuleView) => String(id)

/** The rules of all tables, of which several can be switched or deleted together. */
export function QualityRulesPage() {
  const { t } = useTranslation()
  const may = useMay()
  const workspaceId = Number(route.useParams().workspaceId)
  const { cursor, operation: _, ...filter } = route.useSearch()
  const set = useSetFilters<ReturnType<typeof route.useSearch>>()
  const list = useList(qualityQueries.rules(workspaceId, { ...filter, cursor }), cursor, keyOf)
  const chosen = useChosenRows(JSON.stringify([workspaceId, filter]), list.rows, keyOf)
  const columns = useRuleColumns()
  const [asked, setAsked] = useState<'new' | RuleVerb | null>(null)
  const writes = may('quality.write', workspaceId)
  const add = writes && (
    <Button leftSection={<IconPlus {...iconProps} />} onClick={() => setAsked('new')}>
      {t('qualityRules.new')}
    </Button>
  )
  return (
    <Page title={t('qualityRules.title')} description={t('qualityRules.hint')} actions={add}>
      <FilteredList
        label={t('qualityRules.title')}
        list={list}
        keyOf={keyOf}
        columns={columns}
        minWidth={980}
        {...(writes && {
          chosen,
          chooseLabel: ({ rule }: QualityRuleView) => t('qualityRules.choose', { name: rule.name }),
        })}
        filters={
          <>
            <TextFilter
              label={t('quality.name')}
              placeholder={t('quality.namePlaceholder')}
              value={filter.name}
              onChange={(name) => set({ name })}
            />
            <TextFilter
              label={t('quality.table')}
              placeholder={t('quality.tablePlaceholder')}
              value={filter.table}
              onChange={(table) => set({ table })}
            />
          </>
        }
        filter={filter}
        emptyFiltered={t('qualityRules.emptyFiltered')}
        empty={
          <Empty
            icon={IconRuler2}
            title={t('qualityRules.empty')}
            next={t(writes ? 'qualityRules.emptyNext' : 'qualityRules.emptyNextReader')}
            actions={add}
          />
        }
      />
      {writes && (
        <ChosenBar
          chosen={chosen}
          label={t('quality.actions')}
          count={t('qualityRules.chosen', { count: chosen.rows.length })}
        >
          <Button size="xs" variant="default" onClick={() => setAsked('on')}>
            {t('qualityRules.switchOn')}
          </Button>
          <Button size="xs" variant="default" onClick={() => setAsked('off')}>
            {t('qualityRules.switchOff')}
          </Button>
          <Button size="xs" color="red.9" onClick={() => setAsked('delete')}>
            {t('qualityRules.delete')}
          </Button>
        </ChosenBar>
      )}
      <Suspense>
        {asked === 'new' && <NewRuleDialog workspaceId={workspaceId} monitorId={null} close={() => setAsked(null)} />}
      </Suspense>
      {asked !== null && asked !== 'new' && (
        <RuleVerbDialog
          workspaceId={workspaceId}
          verb={asked}
          rules={chosen.rows}
          close={() => setAsked(null)}
          asked={chosen.clear}
        />
      )}
    </Page>
  )
}
