import {
  ActionIcon,
  Box,
  Button,
  Checkbox,
  Group,
  MultiSelect,
  Radio,
  Select,
  Stack,
  Text,
  Textarea,
  TextInput,
  Tooltip,
} from '@mantine/core'
import { IconHelpCircle } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import type { OptionField } from '../../api/shapes.ts'
import { useTranslation } from '../../text/index.ts'

export type OptionDraft = Readonly<Record<string, unknown>>

type Props = {
  fields: readonly OptionField[]
  values: OptionDraft
  onChange: (values: OptionDraft) => void
  /** Under the keys of the fields. */
  problems?: Readonly<Record<string, string | undefined>>
  readOnly?: boolean
}

/** The form of an extension's options, as its author described it. */
export function OptionFields({ fields, values, onChange, problems = {}, readOnly = false }: Props) {
  return (
    <Stack gap="md">
      {fields.map((field) => (
        <OptionControl
          key={field.key}
          field={field}
          value={values[field.key]}
          problem={problems[field.key]}
          readOnly={readOnly}
          set={(value) => onChange({ ...values, [field.key]: value })}
        />
      ))}
    </Stack>
  )
}

type One = {
  field: OptionField
  value: unknown
  problem: string | undefined
  readOnly: boolean
  set: (value: unknown) => void
}

function OptionControl(one: One) {
  const { t } = useTranslation()
  const { title, tooltip } = one.field
  return (
    <Group align="flex-start" wrap="nowrap" gap={4}>
      <Box className="grow">{CONTROLS[one.field.control](one)}</Box>
      {tooltip !== null && (
        <Tooltip label={tooltip}>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={t('options.about', { title, tooltip })}>
            <IconHelpCircle size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  )
}

const textOf = (value: unknown) => (typeof value === 'string' ? value : '')
const listOf = (value: unknown) => (Array.isArray(value) ? value.map(String) : [])
const dataOf = (field: OptionField) => field.choices.map(({ value, label }) => ({ value: String(value), label }))
/** The author's own value for what the page knows as text. */
const chosen = (field: OptionField, text: string | null) =>
  field.choices.find((choice) => String(choice.value) === text)?.value ?? null
const chosenOf = (field: OptionField, texts: readonly string[]) => texts.map((text) => chosen(field, text))

const CONTROLS: Readonly<Record<OptionField['control'], (one: One) => ReactNode>> = {
  text: ({ field }) => (
    <div>
      <Text fz="sm" fw={600}>
        {field.title}
      </Text>
      {field.text !== null && (
        <Text fz="sm" className="plain wrap-anywhere">
          {field.text}
        </Text>
      )}
    </div>
  ),
  input: ({ field, value, problem, readOnly, set }) => (
    <TextInput
      label={field.title}
      error={problem}
      readOnly={readOnly}
      value={textOf(value)}
      onChange={(event) => set(event.currentTarget.value)}
    />
  ),
  'text-area': ({ field, value, problem, readOnly, set }) => (
    <Textarea
      label={field.title}
      error={problem}
      readOnly={readOnly}
      autosize
      minRows={2}
      maxRows={10}
      value={textOf(value)}
      onChange={(event) => set(event.currentTarget.value)}
    />
  ),
  select: ({ field, value, problem, readOnly, set }) => (
    <Select
      label={field.title}
      error={problem}
      readOnly={readOnly}
      clearable={!readOnly}
      searchable={field.choices.length > 10}
      data={dataOf(field)}
      value={value === undefined || value === null ? null : String(value)}
      onChange={(text) => set(chosen(field, text))}
    />
  ),
  'multi-select': ({ field, value, problem, readOnly, set }) => (
    <MultiSelect
      label={field.title}
      error={problem}
      readOnly={readOnly}
      clearable={!readOnly}
      searchable={field.choices.length > 10}
      data={dataOf(field)}
      value={listOf(value)}
      onChange={(texts) => set(chosenOf(field, texts))}
    />
  ),
  checkboxes: ({ field, value, problem, readOnly, set }) => (
    <Checkbox.Group
      label={field.title}
      error={problem}
      readOnly={readOnly}
      value={listOf(value)}
      onChange={(texts) => set(chosenOf(field, texts))}
    >
      <Stack gap={6} mt={6}>
        {dataOf(field).map((choice) => (
          <Checkbox key={choice.value} value={choice.value} label={choice.label} />
        ))}
      </Stack>
    </Checkbox.Group>
  ),
  radio: (one) => <RadioOption {...one} />,
}

function RadioOption({ field, value, problem, readOnly, set }: One) {
  const { t } = useTranslation()
  const isChosen = value !== undefined && value !== null
  return (
    <Radio.Group
      label={field.title}
      error={problem}
      readOnly={readOnly}
      value={isChosen ? String(value) : ''}
      onChange={(text) => set(chosen(field, text))}
    >
      <Stack gap={6} mt={6} align="flex-start">
        {dataOf(field).map((choice) => (
          <Radio key={choice.value} value={choice.value} label={choice.label} />
        ))}
        {isChosen && !readOnly && (
          <Button
            variant="subtle"
            size="compact-xs"
            aria-label={t('options.chooseNoneOf', { title: field.title })}
            onClick={() => set(null)}
          >
            {t('options.chooseNone')}
          </Button>
        )}
      </Stack>
    </Radio.Group>
  )
}
