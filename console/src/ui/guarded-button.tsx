import { Button, type ButtonProps, Tooltip } from '@mantine/core'
import type { MouseEventHandler, Ref } from 'react'

type Props = ButtonProps & {
  /** Why it cannot be pressed now, told on hover and focus; null when it can. */
  why: string | null
  onClick: MouseEventHandler<HTMLButtonElement>
  ref?: Ref<HTMLButtonElement>
}

/** A button that says why it cannot be pressed. It stays reachable by keyboard, so that the reason does, too. */
export function GuardedButton({ why, onClick, ...props }: Props) {
  if (why === null) return <Button onClick={onClick} {...props} />
  return (
    <Tooltip label={why}>
      <Button {...props} data-disabled aria-disabled onClick={(event) => event.preventDefault()} />
    </Tooltip>
  )
}
