/** What every command has: a client, made when it is first needed, and a way to say something. */
import type { Client } from '@holdpoint/sdk'
import { type Say, sayTo } from './say.ts'
import { clientFrom, type Flags, type Profile, settingsFrom } from './settings.ts'

export type Context = {
  readonly say: Say
  readonly flags: Flags
  client(): Client
  settings(): Profile
}

export const contextOf = (flags: Flags & { readonly json?: boolean }): Context => ({
  say: sayTo(flags.json === true),
  flags,
  client: () => clientFrom(flags),
  settings: () => settingsFrom(flags),
})
