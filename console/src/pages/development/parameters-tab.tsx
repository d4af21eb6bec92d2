import type { FileBody, NodeBody, NodeParameter } from '@holdpoint/core'
import { ActionIcon, Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { IconInfoCircle, IconPlus, IconX } from '@tabler/icons-react'
import { useTranslation } from '../../text/index.ts'
import { iconProps } from '../../ui/icon.ts'
import { contentOf, withDefinition } from './bodies.ts'

type Props = { body: NodeBody; set: (body: FileBody) => void; readOnly: boolean }

/** Places of the content that wait for a value. */
const PLACE = /\$\{([A-Za-z_]\w*)\}/g
/** What such a place is most often meant to be. */
const USUAL: Readonly<Record<string, string>> = { bizdate: '$[yyyymmdd-1]', cyctime: '$[yyyymmddhh24miss]' }

/** The scheduling parameters, by name and value. */
export function ParametersTab({ body, set, readOnly }: Props) {
  const { t } = useTranslation()
  const { parameters } = body.definition
  const change = (next: readonly NodeParameter[]) => set(withDefinition(body, { parameters: next }))
  const at = (index: number, part: Partial<NodeParameter>) =>
    change(parameters.map((one, place) => (place === index ? { ...one, ...part } : one)))
  const places = [...new Set([...contentOf(body).matchAll(PLACE)].map(([, name]) => name!))]
  const missing = places.filter((name) => !parameters.some((one) => one.name === name))
  return (
    <Stack gap="sm">
      <Text fz="sm" c="dimmed">
        {t('parametersTab.hint')}
      </Text>
      {parameters.length === 0 && missing.length === 0 && <Text fz="sm">{t('parametersTab.none')}</Text>}
      {parameters.map((parameter, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: while it is written a name is no key
        <Group key={index} gap="xs" align="flex-end" wrap="nowrap">
          <TextInput
            size="xs"
            w={110}
            label={t('parametersTab.name')}
            readOnly={readOnly}
            value={parameter.name ?? ''}
            onChange={(event) => at(index, { name: event.currentTarget.value || null })}
          />
          <TextInput
            size="xs"
            className="grow"
            label={t('parametersTab.value')}
            readOnly={readOnly}
            value={parameter.value}
            onChange={(event) => at(index, { value: event.currentTarget.value })}
          />
          {!readOnly && (
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('parametersTab.remove', { name: parameter.name ?? parameter.value })}
              onClick={() => change(parameters.filter((_, place) => place !== index))}
            >
              <IconX size={16} />
            </ActionIcon>
          )}
        </Group>
      ))}
      {missing.length > 0 && (
        <Alert color="yellow" p="xs" icon={<IconInfoCircle />} title={t('parametersTab.missing')}>
          <Group gap="xs">
            {missing.map((name) =>
              readOnly ? (
                <Text key={name} fz="sm">
                  {name}
                </Text>
              ) : (
                <Button
                  key={name}
                  size="compact-xs"
                  variant="default"
                  leftSection={<IconPlus size={14} aria-hidden />}
                  onClick={() => change([...parameters, { name, value: USUAL[name] ?? '' }])}
                >
                  {name}
                </Button>
              ),
            )}
          </Group>
        </Alert>
      )}
      {!readOnly && (
        <Button
          className="fit"
          size="xs"
          variant="default"
          leftSection={<IconPlus {...iconProps} />}
          onClick={() => change([...parameters, { name: 'name', value: '' }])}
        >
          {t('parametersTab.add')}
        </Button>
      )}
    </Stack>
  )
}
