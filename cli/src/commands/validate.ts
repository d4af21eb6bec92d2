import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { Context } from '../context.ts'
import { EXIT, Failure } from '../exit.ts'
import { readProject } from '../project.ts'

export async function validate({ say, client }: Context, { file }: { file: string }): Promise<number> {
  if (!existsSync(file)) throw new Failure(`There is no ${file}.`)
  const project = readProject(file)
  if (project.extension === undefined) throw new Failure(`${file} has no member "extension" that describes one.`)
  const source =
    project.source === undefined ? null : readFileSync(path.join(path.dirname(file), project.source), 'utf8')
  const language = project.source?.endsWith('.ts') ? 'typescript' : 'javascript'
  const { problems, remarks } = await client().call('POST /extension-descriptions', {
    body: { extension: project.extension, ...(source !== null && { source, language }) },
  })
  for (const one of problems) say.data({ kind: 'problem', ...one }, `✗ ${one.path}: ${one.problem}`)
  for (const one of remarks) say.data({ kind: 'remark', ...one }, `! ${one.path}: ${one.problem}`)
  if (problems.length > 0) return EXIT.failed
  say.note('It can be registered as it stands.')
  return EXIT.done
}
