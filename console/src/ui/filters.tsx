import { type ComboboxData, Select, Switch, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { useTranslation } from '../text/index.ts'

const TYPED_AFTER_MS = 300

type Props = { label: string; value: string | undefined; onChange: (value: string | undefined) => void }

/** A filter by part of a text; it waits until the typing pauses. The key `/` leads to the first one of a page. */
export function TextFilter({
  label,
  placeholder,
  value,
  onChange,
  w = 240,
}: Props & { placeholder: string; w?: number }) {
  const [typed, setTyped] = useState(value ?? '')
  const settle = useDebouncedCallback(onChange, TYPED_AFTER_MS)
  useEffect(() => setTyped(value ?? ''), [value])
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      type="search"
      w={w}
      data-filter
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        settle(event.currentTarget.value.trim() || undefined)
      }}
    />
  )
}

/** A filter by a calendar day. */
export function DayFilter({ label, value, onChange }: Props) {
  return (
    <TextInput
      label={label}
      type="date"
      w={145}
      value={value ?? ''}
      onChange={(event) => onChange(event.currentTarget.value || undefined)}
    />
  )
}

type ChoiceProps<Value extends string> = {
  label: string
  data: ComboboxData
  value: Value | undefined
  onChange: (value: Value | undefined) => void
  w?: number
  searchable?: boolean
  /** The key `/` leads to it. */
  first?: boolean
}

/** A filter by one of several, or by none of them. */
export function ChoiceFilter<Value extends string>({ value, onChange, w = 170, first, ...props }: ChoiceProps<Value>) {
  const { t } = useTranslation()
  return (
    <Select
      {...props}
      placeholder={t('ui.any')}
      clearable
      w={w}
      data-filter={first}
      value={value ?? null}
      onChange={(chosen) => onChange((chosen as Value | null) ?? undefined)}
    />
  )
}

type SwitchProps = { label: string; value: true | undefined; onChange: (value: true | undefined) => void }

export function SwitchFilter({ label, value, onChange }: SwitchProps) {
  return (
    <Switch
      label={label}
      checked={value === true}
      mb={8}
      onChange={(event) => onChange(event.currentTarget.checked || undefined)}
    />
  )
}
