/** The code of a function as it is handed in, made what runs; or refused beside its field, with line and column. */
import { type FunctionLanguage, Refusal } from '@holdpoint/core'
import type { FunctionHosts } from './invocation.ts'
import { toJavaScript } from './source.ts'

export async function compile(
  hosts: FunctionHosts,
  tenantId: number,
  language: FunctionLanguage,
  source: string,
): Promise<string> {
  const compiled = await toJavaScript(source, language)
  const said = await hosts.check(compiled, tenantId)
  if (said === null) return compiled
  const place = /^(.*) \[function\.js:(\d+):(\d+)\]$/s.exec(said)
  const problem = (place?.[1] ?? said).replace(/\.$/, '')
  if (place === null) throw new Refusal('FUNCTION_INVALID', { problem, paths: ['source'], problems: [problem] })
  const [line, column] = [Number(place[2]), Number(place[3])]
  const problems = [`line ${line}, column ${column}: ${problem}`]
  throw new Refusal('FUNCTION_SOURCE_INVALID', { line, column, problem, paths: ['source'], problems })
}
