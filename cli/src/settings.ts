/** Where Holdpoint is and who asks: flags, then the environment, then a profile. This file alone reads the environment. */
import { existsSync, mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { type Client, createClient } from '@holdpoint/sdk'
import { EXIT, Failure } from './exit.ts'

export type Profile = { readonly endpoint: string; readonly accessKeyId: string; readonly accessKeySecret: string }
export type Flags = { readonly endpoint?: string; readonly accessKeyId?: string; readonly profile?: string }

const DEFAULT_ENDPOINT = 'http://127.0.0.1:4180'

export const profilesFile = () =>
  path.join(process.env.XDG_CONFIG_HOME || path.join(homedir(), '.config'), 'holdpoint', 'profiles.json')

export function settingsFrom(flags: Flags): Profile {
  const { env } = process
  const name = flags.profile ?? env.HOLDPOINT_PROFILE
  const known = readProfiles()
  const profile = known[name ?? 'default']
  if (name !== undefined && profile === undefined)
    throw new Failure(`There is no profile ${name} in ${profilesFile()}.`)
  const endpoint = flags.endpoint ?? env.HOLDPOINT_ENDPOINT ?? profile?.endpoint ?? DEFAULT_ENDPOINT
  if (!/^https?:\/\//.test(endpoint) || !URL.canParse(endpoint))
    throw new Failure(`${endpoint} is no address: it begins with http:// or https://.`)
  const accessKeyId = flags.accessKeyId ?? env.HOLDPOINT_ACCESS_KEY_ID ?? profile?.accessKeyId
  const accessKeySecret =
    env.HOLDPOINT_ACCESS_KEY_SECRET ?? (accessKeyId === profile?.accessKeyId ? profile?.accessKeySecret : undefined)
  if (accessKeyId === undefined || accessKeySecret === undefined)
    throw new Failure(
      'There is no AccessKey pair: run `holdpoint login`, or set HOLDPOINT_ACCESS_KEY_ID and HOLDPOINT_ACCESS_KEY_SECRET.',
      EXIT.access,
    )
  return { endpoint, accessKeyId, accessKeySecret }
}

export const clientFrom = (flags: Flags): Client => createClient(settingsFrom(flags))

/** A secret that is not asked for on a terminal, and never given as a flag, where everybody on the machine could read it. */
export const secretGiven = (name: 'HOLDPOINT_ACCESS_KEY_SECRET' | 'HOLDPOINT_WEBHOOK_SECRET') => process.env[name]

export function readProfiles(): Readonly<Record<string, Profile>> {
  const file = profilesFile()
  if (!existsSync(file)) return {}
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw new Failure(`Others may read ${file}, which holds secrets: chmod 600 it.`)
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new Failure(`${file} is no JSON.`)
  }
}

export function writeProfile(name: string, profile: Profile): string {
  const file = profilesFile()
  mkdirSync(path.dirname(file), { recursive: true, mode: 0o700 })
  const next = `${file}.${process.pid}`
  writeFileSync(next, `${JSON.stringify({ ...readProfiles(), [name]: profile }, null, 2)}\n`, { mode: 0o600 })
  renameSync(next, file)
  return file
}
