import { Button, Fieldset, Group, MultiSelect, Stack, Switch, Text, Textarea, TextInput } from '@mantine/core'
import { IconPlus, IconTrash } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { calls } from '../../api/calls.ts'
import type { EventRule, ExtensionView, NewEventRule } from '../../api/shapes.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { Confirm } from '../../ui/confirm.tsx'
import { iconProps } from '../../ui/icon.ts'

type Props = { busId: number; rule: EventRule | null; extensions: readonly ExtensionView[]; close: () => void }
/** `key` only tells the rows of the form apart. */
type TargetDraft = {
  readonly key: number
  readonly name: string
  readonly endpoint: string
  readonly serves: string[] | null
}

const EXAMPLE = { source: ['acs.dataworks'], type: ['dataworks:NodeChange:FreezeNode'] }
const MOST_TARGETS = 5

function readPattern(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}

export function RuleDialog({ busId, rule, extensions, close }: Props) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [name, setName] = useState(rule?.name ?? '')
  const [enabled, setEnabled] = useState(rule?.enabled ?? true)
  const [pattern, setPattern] = useState(JSON.stringify(rule?.pattern ?? {}, null, 2))
  const [targets, setTargets] = useState<readonly TargetDraft[]>(
    rule?.targets.map((target, key) => ({
      key,
      name: target.name,
      endpoint: target.endpoint,
      serves: target.serves,
    })) ?? [{ key: 0, name: 'extension', endpoint: '', serves: null }],
  )
  const read = readPattern(pattern)
  const save = useMutation({
    mutationFn: () => {
      const body: NewEventRule = {
        name,
        enabled,
        pattern: read ?? {},
        targets: targets.map(({ key: _, ...target }) => target),
      }
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
      return [...now, { key, name: `target-${key + 1}`, endpoint: '', serves: null }]
    })

  return (
    <Confirm
      opened
      close={close}
      size="lg"
      title={t(rule ? 'rules.edit' : 'rules.create')}
      verb={t('ui.save')}
      busy={save.isPending}
      disabled={name.trim() === '' || read === null || targets.some((target) => target.endpoint.trim() === '')}
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
      <Textarea
        label={t('rules.pattern')}
        description={t('rules.patternHint', { example: JSON.stringify(EXAMPLE) })}
        autosize
        minRows={4}
        maxRows={16}
        spellCheck={false}
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
        value={pattern}
        error={read === null ? t('rules.patternNotJson') : fieldProblem(save.error, 'pattern')}
        onChange={(event) => setPattern(event.currentTarget.value)}
      />
      <Fieldset legend={t('rules.targets')}>
        <Stack gap="md">
          {targets.length === 0 && (
            <Text fz="sm" c="dimmed">
              {t('rules.noTargets')}
            </Text>
          )}
          {targets.map((target, index) => (
            <Stack key={target.key} gap="xs">
              <Group align="flex-end" wrap="nowrap">
                <TextInput
                  label={t('rules.targetName')}
                  required
                  w={170}
                  value={target.name}
                  error={fieldProblem(save.error, `targets.${index}.name`)}
                  onChange={(event) => change(target.key, { name: event.currentTarget.value })}
                />
                <TextInput
                  label={t('rules.endpoint')}
                  required
                  type="url"
                  className="grow"
                  placeholder="http://127.0.0.1:9000/"
                  value={target.endpoint}
                  error={fieldProblem(save.error, `targets.${index}.endpoint`)}
                  onChange={(event) => change(target.key, { endpoint: event.currentTarget.value })}
                />
                <Button
                  variant="subtle"
                  color="gray"
                  aria-label={t('rules.removeTarget', { name: target.name })}
                  onClick={() => setTargets((now) => now.filter((one) => one.key !== target.key))}
                >
                  <IconTrash {...iconProps} />
                </Button>
              </Group>
              <MultiSelect
                label={t('rules.serves')}
                description={t('rules.servesHint')}
                placeholder={target.serves === null ? t('rules.servesAll') : undefined}
                clearable
                searchable
                data={extensions.map((extension) => ({ value: extension.code, label: extension.name }))}
                value={target.serves ?? []}
                onChange={(serves) => change(target.key, { serves: serves.length === 0 ? null : serves })}
              />
            </Stack>
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
