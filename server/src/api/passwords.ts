/** What a new password must not be, and one-time passwords. */
import { Refusal } from '@holdpoint/core'
import { generatePassword, hashPassword } from '../credentials.ts'
import type { UserUpdate } from '../store/users.ts'

const ONE_TIME_HOURS = 72

/** A password that its user has chosen: not their name, and not the one it replaces. */
export async function chosenPassword(
  password: string,
  { name, former }: { readonly name: string; readonly former: string },
): Promise<NonNullable<UserUpdate['password']>> {
  if (password === former) throw new Refusal('PASSWORD_UNFIT', { problem: 'it is the one that you have' })
  if (password.toLowerCase().includes(name.toLowerCase()) && password.length < name.length + 6)
    throw new Refusal('PASSWORD_UNFIT', { problem: 'it is hardly more than your name' })
  return { hash: await hashPassword(password), oneTimeUntil: null }
}

/** A password that somebody else hands over: it signs in within three days, and only to be replaced. */
export async function oneTimePassword(nowMs: number): Promise<{
  readonly text: string
  readonly kept: NonNullable<UserUpdate['password']> & { readonly oneTimeUntil: Date }
}> {
  const text = generatePassword()
  const oneTimeUntil = new Date(nowMs + ONE_TIME_HOURS * 3_600_000)
  return { text, kept: { hash: await hashPassword(text), oneTimeUntil } }
}
