import { Box, Group, Paper, Text, Textarea } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconAlertTriangle, IconCircleX } from '@tabler/icons-react'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Fragment } from 'react'
import { queries } from '../../api/queries.ts'
import type { LintedParameters } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { parameterSentence } from '../../text/parameters-zh.ts'

const TYPED_AFTER_MS = 250

type Props = {
  value: string
  onChange: (text: string) => void
  /** The extension points that are chosen. */
  points: readonly string[]
  error?: string | undefined
}

/** The parameter text, and below it what each line does. */
export function ParametersEditor({ value, onChange, points, error }: Props) {
  const { t } = useTranslation()
  const [typed] = useDebouncedValue(value, TYPED_AFTER_MS)
  const lint = useQuery({
    ...queries.parameterLint(typed, points),
    enabled: typed.trim() !== '',
    placeholderData: keepPreviousData,
  })
  const lines = typed.trim() === '' ? [] : (lint.data?.lines ?? [])
  return (
    <Box>
      <Textarea
        label={t('form.parameters')}
        description={t('form.parametersHint')}
        autosize
        minRows={3}
        maxRows={14}
        spellCheck={false}
        placeholder="extension.manualPass.enabled=true"
        styles={{ input: { fontFamily: 'var(--mantine-font-family-monospace)', fontSize: 13 } }}
        value={value}
        error={error}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <ProblemNotice error={lint.error} />
      <div role="status">
        {lines.length > 0 && (
          <Paper withBorder p="sm" mt="xs">
            <Text fz="sm" fw={600} mb={6}>
              {t('parameters.what')}
            </Text>
            <dl className="parameter-lines">
              {lines.map((one) => (
                <Line key={one.line} of={one} />
              ))}
            </dl>
          </Paper>
        )}
      </div>
    </Box>
  )
}

function Line({ of }: { of: LintedParameters['lines'][number] }) {
  const { t, i18n } = useTranslation()
  const sentence = (said: { code: string; sentence: string; details?: Readonly<Record<string, unknown>> }) =>
    i18n.language === 'zh' ? (parameterSentence(said.code, said.details ?? {}) ?? said.sentence) : said.sentence
  return (
    <Fragment>
      <dt>{t('optionsEditor.line', { line: of.line })}</dt>
      <dd>
        <Text fz="xs" ff="monospace" c="dimmed" truncate>
          {of.key}
        </Text>
        {of.meaning && <Text fz="sm">{sentence(of.meaning)}</Text>}
        {of.fault && (
          <Remark
            icon={<IconCircleX size={16} color="var(--mantine-color-red-7)" aria-label={t('parameters.fault')} />}
          >
            {sentence(of.fault)}
          </Remark>
        )}
        {of.warnings.map((one) => (
          <Remark
            key={one.code}
            icon={
              <IconAlertTriangle size={16} color="var(--mantine-color-orange-7)" aria-label={t('parameters.warning')} />
            }
          >
            {sentence(one)}
          </Remark>
        ))}
      </dd>
    </Fragment>
  )
}

function Remark({ icon, children }: { icon: React.ReactNode; children: string }) {
  return (
    <Group gap={6} wrap="nowrap" align="flex-start">
      {icon}
      <Text fz="sm" className="wrap-anywhere">
        {children}
      </Text>
    </Group>
  )
}
