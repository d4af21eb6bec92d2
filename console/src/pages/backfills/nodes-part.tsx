import { MultiSelect, Stack } from '@mantine/core'
import type { Environment } from '../../api/shapes.ts'
import { useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Section } from '../../ui/section.tsx'
import { DescendantPicker } from './descendant-picker.tsx'
import { type Draft, SINGLE_ROOT } from './draft.ts'
import { ModeChoice } from './mode-choice.tsx'
import { NodePicker } from './node-picker.tsx'

type Props = {
  draft: Draft
  set: (change: Partial<Draft>) => void
  problem: (path: string) => string | undefined
  environment: Environment
  workspaceId: number
  /** This workspace first, then the others that the person knows. */
  workspaceIds: readonly number[]
}

/** Which nodes run, said in one of the modes. */
export function NodesPart({ draft, set, problem, environment, workspaceId, workspaceIds }: Props) {
  const { t } = useTranslation()
  const me = useMe()
  const { mode } = draft
  const single = SINGLE_ROOT.includes(mode)
  const [root] = draft.roots
  const picking = { environment, workspaceIds }
  return (
    <Section title={t('backfillForm.nodes')}>
      <Stack gap="sm">
        <ModeChoice mode={mode} onChange={(chosen) => set({ mode: chosen })} />
        <NodePicker
          {...picking}
          workspaceIds={single ? [workspaceId] : workspaceIds}
          label={t(mode === 'chain' ? 'backfillForm.from' : single ? 'backfillForm.root' : 'backfillForm.roots')}
          required
          {...(single && { most: 1 })}
          picked={single ? draft.roots.slice(0, 1) : draft.roots}
          error={problem('rootNodeIds')}
          onChange={(roots) => set({ roots, descendantIds: [] })}
        />
        {mode === 'chain' && (
          <NodePicker
            {...picking}
            label={t('backfillForm.to')}
            required
            picked={draft.ends}
            error={problem('includeNodeIds')}
            onChange={(ends) => set({ ends })}
          />
        )}
        {mode === 'descendants' && root && (
          <DescendantPicker
            key={root.id}
            root={root}
            workspaceId={workspaceId}
            environment={environment}
            chosen={draft.descendantIds}
            error={problem('includeNodeIds')}
            onChange={(descendantIds) => set({ descendantIds })}
          />
        )}
        {mode === 'massive' && (
          <>
            <MultiSelect
              label={t('backfillForm.workspaces')}
              description={t('backfillForm.workspacesHint')}
              placeholder={draft.workspaceIds.length === 0 ? t('backfillForm.everyWorkspace') : ''}
              searchable
              clearable
              data={me.workspaces.map((one) => ({ value: String(one.id), label: one.name }))}
              value={draft.workspaceIds.map(String)}
              error={problem('includeWorkspaceIds')}
              onChange={(ids) => set({ workspaceIds: ids.map(Number) })}
            />
            <NodePicker
              {...picking}
              label={t('backfillForm.whitelist')}
              description={t('backfillForm.whitelistHint')}
              picked={draft.whitelist}
              error={problem('includeNodeIds')}
              onChange={(whitelist) => set({ whitelist })}
            />
          </>
        )}
        {mode !== 'current' && (
          <NodePicker
            {...picking}
            label={t(mode === 'massive' ? 'backfillForm.blacklist' : 'backfillForm.excluded')}
            description={t('backfillForm.excludedHint')}
            picked={draft.excluded}
            error={problem('excludeNodeIds')}
            onChange={(excluded) => set({ excluded })}
          />
        )}
      </Stack>
    </Section>
  )
}
