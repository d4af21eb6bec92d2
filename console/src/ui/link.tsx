import {
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
  Menu,
  type MenuItemProps,
  NavLink,
  type NavLinkProps,
} from '@mantine/core'
import { createLink } from '@tanstack/react-router'
import type { ComponentPropsWithRef, ReactNode } from 'react'

type A = Omit<ComponentPropsWithRef<'a'>, 'color' | 'style'>

/** Links inside the console, in the shapes of the component library. */
export const LinkTo = createLink((props: A & Omit<AnchorProps, 'href'>) => <Anchor inherit {...props} />)
export const LinkButton = createLink((props: A & ButtonProps) => <Button component="a" {...props} />)
export const LinkMenuItem = createLink((props: A & MenuItemProps) => <Menu.Item component="a" {...props} />)
export const LinkNav = createLink((props: A & NavLinkProps) => <NavLink component="a" {...props} />)

/**
 * A link that leaves the console. Its address comes from outside: only the web's own schemes become a link, and the far end learns
 * nothing of where it came from.
 */
export function LinkOut({ href, children }: { href: string; children: ReactNode }) {
  if (!/^(https?|mailto):/i.test(href)) return <span>{children}</span>
  return (
    <Anchor href={href} target="_blank" rel="noopener noreferrer nofollow" inherit className="wrap-anywhere">
      {children}
    </Anchor>
  )
}
