import { Checkbox, Fieldset, Group, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { levelOfPoint, POINTS_BY_MODULE, useEventNames } from '../../events.ts'
import { useTranslation } from '../../text/index.ts'

/** The extension points, grouped by module. Rule 2: one extension watches points of one level only, so the first one chosen decides. */
export function PointPicker({
  chosen,
  error,
  onChange,
}: {
  chosen: readonly string[]
  error?: string | undefined
  onChange: (points: string[]) => void
}) {
  const { t } = useTranslation()
  const names = useEventNames()
  const [wanted, setWanted] = useState('')
  const level = chosen[0] === undefined ? undefined : levelOfPoint(chosen[0])
  const matches = (code: string) => `${code} ${names.event(code)}`.toLowerCase().includes(wanted.trim().toLowerCase())
  return (
    <Stack gap="sm">
      <div>
        <Text fw={600}>{t('picker.title', { count: chosen.length })}</Text>
        <Text fz="sm" c="dimmed">
          {t(
            level === undefined ? 'picker.hint' : level === 'workspace' ? 'picker.workspaceOnly' : 'picker.tenantOnly',
          )}
        </Text>
        {error && (
          <Text fz="sm" c="red" role="alert">
            {error}
          </Text>
        )}
      </div>
      <TextInput
        type="search"
        size="xs"
        aria-label={t('picker.search')}
        placeholder={t('picker.search')}
        value={wanted}
        onChange={(event) => setWanted(event.currentTarget.value)}
      />
      {POINTS_BY_MODULE.map(({ module, points }) => {
        const shown = points.filter((point) => matches(point.eventCode))
        if (shown.length === 0) return null
        return (
          <Fieldset
            key={module}
            variant="unstyled"
            legend={
              <Text span fw={600} fz="sm">
                {names.module(module)}{' '}
                <Text span fz="xs" c="dimmed">
                  {t(`extension.level.${shown[0]!.scope}`)}
                </Text>
              </Text>
            }
          >
            <Stack gap={6} mt={6}>
              {shown.map((point) => (
                <Checkbox
                  key={point.eventCode}
                  size="sm"
                  disabled={level !== undefined && point.scope !== level}
                  checked={chosen.includes(point.eventCode)}
                  onChange={(event) =>
                    onChange(
                      event.currentTarget.checked
                        ? [...chosen, point.eventCode]
                        : chosen.filter((code) => code !== point.eventCode),
                    )
                  }
                  label={
                    <Group gap={6}>
                      <span>{names.event(point.eventCode)}</span>
                      <Text span fz="xs" c="dimmed" ff="monospace">
                        {point.eventCode}
                      </Text>
                    </Group>
                  }
                />
              ))}
            </Stack>
          </Fieldset>
        )
      })}
    </Stack>
  )
}
