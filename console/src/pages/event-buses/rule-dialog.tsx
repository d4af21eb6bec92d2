import { Button, Fieldset, Group, Stack, Switch, Text, TextInput } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { EventRule, ExtensionView, NewEventRule } from '../../api/shapes.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { iconProps } from '../../ui/icon.ts'
import { PatternEditor, readObject } from './pattern-editor.tsx'
import { draftOf, emptyTarget, isFilledIn, type TargetDraft, targetOf } from './target-draft.ts'
import { TargetFields } from './target-fields.tsx'

type Props = { busId: number; rule: EventRule | null; extensions: readonly ExtensionView[]; close: () => void }

const MOST_TARGETS = 5

export function RuleDialog({ busId, rule, extensions, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const buses = useQuery(queries.eventBuses())
  const [name, setName] = useState(rule?.name ?? '')
  const [enabled, setEnabled] = useState(rule?.enabled ?? true)
  const [pattern, setPattern] = useState(JSON.stringify(rule?.pattern ?? {}, null, 2))
  const [targets, setTargets] = useState<readonly TargetDraft[]>(
    rule?.targets.map(draftOf) ?? [emptyTarget(0, 'extension')],
  )
  const read = readObject(pattern)
  const save = useMutation({
    mutationFn: () => {
      const body: NewEventRule = { name, enabled, pattern: read ?? {}, targets: targets.map(targetOf) }
      return rule ? calls.changeEventRule(busId, rule.id, body) : calls.createEventRule(busId, body)
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['event-buses'] })
      close()
    },
  })
  const change = (key: number, part: Partial<TargetDraft>) =>
    setTargets((now) => now.map((target) => (target.key === key ? { ...target, ...part } : target)))
  const add = () =>
    setTargets((now) => {
      const key = Math.max(-1, ...now.map((target) => target.key)) + 1
      return [...now, emptyTarget(key, `target-${key + 1}`)]
    })

  return (
    <Confirm
      opened
      close={close}
      size="xl"
      title={t(rule ? 'rules.edit' : 'rules.create')}
      verb={t('ui.save')}
      busy={save.isPending}
      disabled={name.trim() === '' || read === null || !targets.every(isFilledIn)}
      confirm={() => save.mutate()}
    >
      <TextInput
        label={t('rules.name')}
        description={t('buses.nameHint')}
        required
        data-autofocus
        value={name}
        error={fieldProblem(save.error, 'name')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Switch
        label={t('rules.enabled')}
        checked={enabled}
        onChange={(event) => setEnabled(event.currentTarget.checked)}
      />
      <PatternEditor
        busId={busId}
        pattern={pattern}
        setPattern={setPattern}
        problem={fieldProblem(save.error, 'pattern')}
      />
      <Fieldset legend={t('rules.targets')}>
        <Stack gap="md">
          {targets.length === 0 && (
            <Text fz="sm" c="dimmed">
              {t('rules.noTargets')}
            </Text>
          )}
          {targets.map((target, index) => (
            <TargetFields
              key={target.key}
              target={target}
              index={index}
              change={(part) => change(target.key, part)}
              remove={() => setTargets((now) => now.filter((one) => one.key !== target.key))}
              buses={buses.data?.filter((bus) => bus.id !== busId) ?? []}
              extensions={extensions}
              error={save.error}
            />
          ))}
          {targets.length < MOST_TARGETS && (
            <Group>
              <Button size="xs" variant="default" leftSection={<IconPlus {...iconProps} />} onClick={add}>
                {t('rules.addTarget')}
              </Button>
            </Group>
          )}
        </Stack>
      </Fieldset>
      <ProblemNotice error={save.error} />
    </Confirm>
  )
}
