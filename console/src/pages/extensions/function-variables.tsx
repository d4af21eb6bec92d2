import { ActionIcon, Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { IconLock, IconPlus, IconTrash } from '@tabler/icons-react'
import { fieldProblem } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { iconProps } from '../../ui/icon.ts'
import type { FunctionDraft, Variable } from './function-draft.ts'

type Props = {
  draft: FunctionDraft
  change: (part: Partial<FunctionDraft>) => void
  editable: boolean
  error: Error | null
}

/** Names and values that the function is given; secrets among them are written and never read. */
export function Variables({ draft, change, editable, error }: Props) {
  const { t } = useTranslation()
  const { variables } = draft
  const put = (at: number, part: Partial<Variable>) =>
    change({ variables: variables.map((one, index) => (index === at ? { ...one, ...part } : one)) })
  const add = (secret: boolean) => change({ variables: [...variables, { name: '', value: '', secret, kept: false }] })
  return (
    <Stack gap="xs">
      <Text fz="sm" fw={600}>
        {t('function.variables')}
      </Text>
      <Text fz="xs" c="dimmed">
        {t('function.variablesHint')}
      </Text>
      {variables.map((one, at) => {
        const problem = fieldProblem(error, `${one.secret ? 'secrets' : 'environment'}.${one.name}`)
        const label = { name: one.name || t('function.variableNew') }
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: rows have nothing else that stays while their name is typed
          <Group key={at} wrap="nowrap" gap="xs" align="flex-start">
            <TextInput
              aria-label={t('function.variableName')}
              placeholder={t('function.variableName')}
              ff="monospace"
              className="grow"
              leftSection={one.secret ? <IconLock {...iconProps} aria-label={t('function.secret')} /> : undefined}
              readOnly={!editable || one.kept}
              value={one.name}
              error={problem}
              onChange={(event) => put(at, { name: event.currentTarget.value })}
            />
            {one.secret ? (
              <PasswordInput
                aria-label={t('function.valueOf', label)}
                placeholder={one.missing ? t('function.secretMissing') : one.kept ? t('function.secretKept') : ''}
                className="grow"
                autoComplete="new-password"
                visibilityToggleButtonProps={{ 'aria-label': t('target.passwordShow') }}
                readOnly={!editable}
                value={one.value}
                onChange={(event) => put(at, { value: event.currentTarget.value })}
              />
            ) : (
              <TextInput
                aria-label={t('function.valueOf', label)}
                className="grow"
                readOnly={!editable}
                value={one.value}
                onChange={(event) => put(at, { value: event.currentTarget.value })}
              />
            )}
            {editable && (
              <ActionIcon
                variant="subtle"
                color="gray"
                size={36}
                aria-label={t('function.removeVariable', label)}
                onClick={() => change({ variables: variables.filter((_, index) => index !== at) })}
              >
                <IconTrash {...iconProps} />
              </ActionIcon>
            )}
          </Group>
        )
      })}
      {variables.length === 0 && !editable && (
        <Text fz="sm" c="dimmed">
          {t('function.noVariables')}
        </Text>
      )}
      {editable && (
        <Group gap="xs">
          <Button size="xs" variant="default" leftSection={<IconPlus {...iconProps} />} onClick={() => add(false)}>
            {t('function.addVariable')}
          </Button>
          <Button size="xs" variant="default" leftSection={<IconLock {...iconProps} />} onClick={() => add(true)}>
            {t('function.addSecret')}
          </Button>
        </Group>
      )}
    </Stack>
  )
}
