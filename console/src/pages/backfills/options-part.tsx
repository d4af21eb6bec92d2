import { HIGHEST_PRIORITY } from '@holdpoint/core/operation-center/backfill'
import { ActionIcon, Group, Input, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import type { Environment } from '../../api/shapes.ts'
import { useTranslation } from '../../text/index.ts'
import { iconProps } from '../../ui/icon.ts'
import type { Draft } from './draft.ts'
import { NodePicker } from './node-picker.tsx'

type Props = {
  draft: Draft
  set: (change: Partial<Draft>) => void
  problem: (path: string) => string | undefined
  environment: Environment
  workspaceIds: readonly number[]
  resourceGroups: readonly { readonly identifier: string; readonly name: string }[]
}

const PRIORITIES = Array.from({ length: HIGHEST_PRIORITY }, (_, at) => String(at + 1))
const RUN_WINDOWS = {
  always: 'backfillForm.runWindowAlways',
  daily: 'backfillForm.runWindowDaily',
  weekend: 'backfillForm.runWindowWeekend',
} as const
const ALERTS = {
  none: 'backfillForm.alertNone',
  Success: 'backfillForm.alertSuccess',
  Failure: 'backfillForm.alertFailure',
  SuccessFailure: 'backfillForm.alertBoth',
} as const

/** How its instances run: what most people leave as it is. */
export function OptionsPart({ draft, set, problem, environment, workspaceIds, resourceGroups }: Props) {
  const { t } = useTranslation()
  return (
    <Stack gap="md">
      <Switch
        label={t('backfillForm.future')}
        description={t('backfillForm.futureHint')}
        checked={draft.startsFutureNow}
        onChange={(event) => set({ startsFutureNow: event.currentTarget.checked })}
      />
      <Input.Wrapper
        labelElement="div"
        label={t('backfillForm.runWindow')}
        description={t('backfillForm.runWindowHint')}
        error={problem('runWindow')}
      >
        <Group gap="xs" mt={4}>
          <Select
            w={170}
            aria-label={t('backfillForm.runWindow')}
            allowDeselect={false}
            data={Object.entries(RUN_WINDOWS).map(([value, text]) => ({ value, label: t(text) }))}
            value={draft.runWindow}
            onChange={(value) => set({ runWindow: (value ?? 'always') as Draft['runWindow'] })}
          />
          {draft.runWindow !== 'always' && (
            <>
              <TextInput
                type="time"
                step={1}
                w={150}
                aria-label={`${t('backfillForm.runWindow')}: ${t('backfillForm.windowFrom')}`}
                value={draft.runFrom}
                onChange={(event) => set({ runFrom: event.currentTarget.value })}
              />
              –
              <TextInput
                type="time"
                step={1}
                w={150}
                aria-label={`${t('backfillForm.runWindow')}: ${t('backfillForm.windowTo')}`}
                value={draft.runUntil}
                onChange={(event) => set({ runUntil: event.currentTarget.value })}
              />
            </>
          )}
        </Group>
      </Input.Wrapper>
      <Group gap="sm" align="flex-start">
        <Select
          label={t('backfillForm.resourceGroup')}
          placeholder={t('backfillForm.resourceGroupOwn')}
          clearable
          w={240}
          data={resourceGroups.map((group) => ({ value: group.identifier, label: group.name }))}
          value={draft.resourceGroup}
          error={problem('resourceGroup')}
          onChange={(resourceGroup) => set({ resourceGroup })}
        />
        <Select
          label={t('backfillForm.priority')}
          placeholder={t('backfillForm.priorityOwn')}
          clearable
          w={200}
          data={PRIORITIES}
          value={draft.priority === null ? null : String(draft.priority)}
          error={problem('priority')}
          onChange={(priority) => set({ priority: priority === null ? null : Number(priority) })}
        />
        <Select
          label={t('backfillForm.alert')}
          allowDeselect={false}
          w={200}
          data={Object.entries(ALERTS).map(([value, text]) => ({ value, label: t(text) }))}
          value={draft.alert}
          error={problem('alert')}
          onChange={(alert) => set({ alert: (alert ?? 'none') as Draft['alert'] })}
        />
      </Group>
      <Stack gap="xs">
        <Switch
          label={t('backfillForm.preCheck')}
          description={t('backfillForm.preCheckHint')}
          checked={draft.preCheck}
          onChange={(event) => set({ preCheck: event.currentTarget.checked })}
        />
        {draft.preCheck && (
          <Switch
            ml="xl"
            label={t('backfillForm.preCheckBlocks')}
            checked={draft.preCheckBlocks}
            onChange={(event) => set({ preCheckBlocks: event.currentTarget.checked })}
          />
        )}
      </Stack>
      <Stack gap="xs">
        <NodePicker
          label={t('backfillForm.parametersAdd')}
          description={t('backfillForm.parametersHint')}
          error={problem('parameters')}
          environment={environment}
          workspaceIds={workspaceIds}
          picked={draft.parameters.map((one) => one.node)}
          onChange={(nodes) =>
            set({
              parameters: nodes.map(
                (node) => draft.parameters.find((one) => one.node.id === node.id) ?? { node, text: '' },
              ),
            })
          }
        />
        {draft.parameters.map(({ node, text }) => (
          <Group key={node.id} gap="xs" align="flex-end" wrap="nowrap">
            <TextInput
              className="grow"
              label={t('backfillForm.parametersOf', { name: node.name })}
              value={text}
              placeholder="region=cn day=$[yyyymmdd]"
              error={problem(`parameters.${node.id}`)}
              onChange={(event) => {
                const changed = event.currentTarget.value
                set({
                  parameters: draft.parameters.map((one) => (one.node.id === node.id ? { node, text: changed } : one)),
                })
              }}
            />
            <ActionIcon
              variant="subtle"
              color="gray"
              mb={4}
              aria-label={`${t('ui.remove')}: ${t('backfillForm.parametersOf', { name: node.name })}`}
              onClick={() => set({ parameters: draft.parameters.filter((one) => one.node.id !== node.id) })}
            >
              <IconTrash {...iconProps} />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
      <Textarea
        label={t('backfillForm.comment')}
        autosize
        minRows={2}
        maxLength={1000}
        value={draft.comment}
        error={problem('comment')}
        onChange={(event) => set({ comment: event.currentTarget.value })}
      />
    </Stack>
  )
}
