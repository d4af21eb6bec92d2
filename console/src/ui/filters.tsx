import { TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useEffect, useState } from 'react'

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
