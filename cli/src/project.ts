/** holdpoint.json: what a project says about the extension it is. Other members describe it, and `validate` checks them. */
import { existsSync, readFileSync } from 'node:fs'
import { Failure } from './exit.ts'

export const PROJECT_FILE = 'holdpoint.json'

export type Project = {
  /** The extension's code, once it is registered. */
  readonly code?: string
  /** Where `dev` posts messages to. */
  readonly url?: string
  /** The description: what registering takes. */
  readonly extension?: Readonly<Record<string, unknown>>
  /** The file with the code of a function, relative to this one. */
  readonly source?: string
}

export function readProject(file = PROJECT_FILE): Project {
  if (!existsSync(file)) return {}
  return readJson(file) as Project
}

export function readJson(file: string): Record<string, unknown> {
  let text: string
  try {
    text = readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new Failure(`${file} cannot be read: ${(error as Error).message}`)
  }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new Failure(`${file} is no JSON: ${(error as Error).message}`)
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new Failure(`${file} is no JSON object.`)
  return value as Record<string, unknown>
}

export function codeGiven(flag: string | undefined): string {
  const code = flag ?? readProject().code
  if (!code) throw new Failure(`Which extension? Give --extension CODE, or "code" in ${PROJECT_FILE}.`)
  return code
}
