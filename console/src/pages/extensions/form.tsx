import { Alert, Button, Group, Paper, Radio, Select, Stack, Text, Textarea, TextInput } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { type FormEvent, type ReactNode, useState } from 'react'
import { queries } from '../../api/queries.ts'
import type { ExtensionVersion, NewExtension } from '../../api/shapes.ts'
import { categoriesOf, levelOfPoint, modulesOf, useEventNames } from '../../events.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useMay, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { Facts } from '../../ui/facts.tsx'
import { OptionsSection } from './options-section.tsx'
import { ParametersEditor } from './parameters-editor.tsx'
import { PointPicker } from './point-picker.tsx'

export type Draft = Required<Omit<NewExtension, 'deployment' | 'ownerId'>>

export const draftOf = (extension?: ExtensionVersion): Draft => ({
  name: extension?.name ?? '',
  description: extension?.description ?? '',
  points: extension?.points ?? [],
  testWorkspaceId: extension?.testWorkspaceId ?? null,
  detailUrl: extension?.detailUrl ?? null,
  helpDocUrl: extension?.helpDocUrl ?? null,
  parameters: extension?.parameters ?? '',
  options: extension?.options ?? '',
  onUnanswered: extension?.onUnanswered ?? 'block',
})

type Props = {
  initial: Draft
  verb: string
  busy: boolean
  error: Error | null
  save: (draft: Draft) => void
  cancel: () => void
  /** Fields that are asked for only once, above all others. */
  first?: ReactNode
}

/** Extension points at the left, everything else at the right. */
export function ExtensionForm({ initial, verb, busy, error, save, cancel, first }: Props) {
  const { t } = useTranslation()
  const me = useMe()
  const may = useMay()
  const names = useEventNames()
  const [draft, setDraft] = useState(initial)
  const set = (change: Partial<Draft>) => setDraft((now) => ({ ...now, ...change }))
  const level = draft.points[0] === undefined ? undefined : levelOfPoint(draft.points[0])
  // Where it is tested now it may stay, whoever edits it.
  const places = me.workspaces.filter((one) => may('extension.test', one.id) || one.id === initial.testWorkspaceId)
  const address = (value: string) => (value.trim() === '' ? null : value.trim())
  const submit = (event: FormEvent) => {
    event.preventDefault()
    save({ ...draft, testWorkspaceId: level === 'tenant' ? null : draft.testWorkspaceId })
  }
  return (
    <form onSubmit={submit}>
      <div className="two-columns register">
        <Paper withBorder p="md">
          <PointPicker
            chosen={draft.points}
            error={fieldProblem(error, 'points')}
            onChange={(points) => set({ points })}
          />
        </Paper>
        <Paper withBorder p="md" className="stays">
          <Stack>
            {first}
            <TextInput
              label={t('form.name')}
              required
              maxLength={128}
              value={draft.name}
              error={fieldProblem(error, 'name')}
              onChange={(event) => set({ name: event.currentTarget.value })}
            />
            <Textarea
              label={t('ui.description')}
              autosize
              minRows={2}
              maxLength={4096}
              value={draft.description}
              error={fieldProblem(error, 'description')}
              onChange={(event) => set({ description: event.currentTarget.value })}
            />
            {level !== undefined && (
              <Facts
                of={[
                  [t('extensions.level'), t(`extension.level.${level}`)],
                  [t('life.categories'), categoriesOf(draft.points).map(names.category).join(t('ui.listSeparator'))],
                  [t('life.modules'), modulesOf(draft.points).map(names.module).join(t('ui.listSeparator'))],
                ]}
              />
            )}
            {level === 'tenant' ? (
              <Alert color="gray" p="xs">
                {t('form.tenantTesting')}
              </Alert>
            ) : (
              <Select
                label={t('form.testWorkspace')}
                description={t(places.length === 0 ? 'form.noTestWorkspace' : 'form.testWorkspaceHint')}
                disabled={places.length === 0 && draft.testWorkspaceId === null}
                clearable
                searchable
                data={places.map((workspace) => ({ value: String(workspace.id), label: workspace.name }))}
                value={draft.testWorkspaceId === null ? null : String(draft.testWorkspaceId)}
                error={fieldProblem(error, 'testWorkspaceId')}
                onChange={(id) => set({ testWorkspaceId: id === null ? null : Number(id) })}
              />
            )}
            <Radio.Group
              label={t('form.onUnanswered')}
              description={t('form.onUnansweredHint')}
              value={draft.onUnanswered}
              onChange={(value) => set({ onUnanswered: value as Draft['onUnanswered'] })}
            >
              <Stack gap={6} mt={6}>
                <Radio value="block" label={t('form.block')} />
                <Radio value="pass" label={t('form.pass')} />
              </Stack>
            </Radio.Group>
            <TextInput
              label={t('form.detailUrl')}
              description={t('form.detailUrlHint')}
              type="url"
              placeholder="https://"
              value={draft.detailUrl ?? ''}
              error={fieldProblem(error, 'detailUrl')}
              onChange={(event) => set({ detailUrl: address(event.currentTarget.value) })}
            />
            <TextInput
              label={t('form.helpDocUrl')}
              type="url"
              placeholder="https://"
              value={draft.helpDocUrl ?? ''}
              error={fieldProblem(error, 'helpDocUrl')}
              onChange={(event) => set({ helpDocUrl: address(event.currentTarget.value) })}
            />
            <ParametersEditor
              value={draft.parameters}
              points={draft.points}
              error={fieldProblem(error, 'parameters')}
              onChange={(parameters) => set({ parameters })}
            />
          </Stack>
        </Paper>
      </div>
      <Stack mt="md">
        <Paper withBorder p="md">
          <OptionsSection
            value={draft.options}
            error={fieldProblem(error, 'options')}
            onChange={(options) => set({ options })}
          />
        </Paper>
        <ProblemNotice error={error} />
        {draft.points.length === 0 && (
          <Text fz="sm" c="dimmed">
            {t('form.choosePoint')}
          </Text>
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={cancel}>
            {t('ui.cancel')}
          </Button>
          <Button type="submit" loading={busy} disabled={draft.points.length === 0 || draft.name.trim() === ''}>
            {verb}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** Who answers for the extension. Whoever may register one may give it to anybody of the tenant. */
export function OwnerSelect(props: { value: string; error: Error | null; onChange: (id: string) => void }) {
  const { t } = useTranslation()
  const me = useMe()
  const { data } = useQuery(queries.everyUser())
  const users = data?.filter((one) => !one.disabled && one.serviceOf === null) ?? [me.user]
  return (
    <Select
      label={t('life.owner')}
      description={t('life.ownerHint')}
      searchable
      allowDeselect={false}
      data={users.map((one) => ({ value: one.id, label: one.displayName }))}
      value={props.value}
      error={fieldProblem(props.error, 'ownerId')}
      onChange={(id) => id !== null && props.onChange(id)}
    />
  )
}
