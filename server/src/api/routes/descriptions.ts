import {
  checkParameters,
  levelOf,
  lintParameters,
  Refusal,
  readOptions,
  warningSentence,
  workspacesNamed,
} from '@holdpoint/core'
import { toJavaScript } from '../../functions/source.ts'
import { knownWorkspaces } from '../../store/workspaces.ts'
import { NewExtension } from '../extension-shapes.ts'
import { route } from '../route.ts'
import { Description, DescriptionFound } from '../shapes.ts'
import { ensureTestWorkspace } from './extensions.ts'

type Found = { path: string; problem: string }

export const descriptionRoutes = [
  route({
    method: 'POST',
    path: '/extension-descriptions',
    // The code is loaded for it, which runs what stands at its top level.
    access: 'extension.write',
    tag: 'Extensions',
    summary: 'Check the description of an extension, all of it at once; nothing is saved',
    body: Description,
    answer: DescriptionFound,
    async run({ platform, caller, body }) {
      const problems: Found[] = []
      const remarks: Found[] = []
      const check = async (path: string, work: () => unknown) => {
        try {
          await work()
        } catch (error) {
          if (!(error instanceof Refusal)) throw error
          problems.push({ path, problem: error.message })
        }
      }
      const parsed = NewExtension.safeParse(body.extension)
      const issues = parsed.error?.issues ?? []
      for (const { path, message } of issues) problems.push({ path: path.join('.') || 'extension', problem: message })
      // What has the right shape, and no more than it may have, can still be looked at, member by member.
      const unfit = new Set(issues.map(({ path }) => path[0]))
      const fit = (member: string) => (unfit.has(member) ? undefined : body.extension[member])
      const named = (fit('points') ?? []) as string[]
      const [options, parameters, testWorkspaceId] = [fit('options'), fit('parameters'), fit('testWorkspaceId')]
      if (named.length > 0) await check('points', () => levelOf(named))
      if (typeof options === 'string')
        await check('options', () => {
          for (const { path, line, remark } of readOptions(options)?.remarks ?? [])
            remarks.push({ path: `options, line ${line}, ${path}`, problem: remark })
        })
      if (typeof parameters === 'string') {
        await check('parameters', () => checkParameters(parameters))
        const workspaceIds = new Set(await knownWorkspaces(platform.db, caller.tenantId, workspacesNamed(parameters)))
        for (const { line, warnings } of lintParameters(parameters, { points: named, workspaceIds }))
          for (const warning of warnings)
            remarks.push({ path: `parameters, line ${line}`, problem: warningSentence(warning) })
      }
      if (typeof testWorkspaceId === 'number')
        await check('testWorkspaceId', () => ensureTestWorkspace(platform.db, caller, testWorkspaceId))
      const { source, language } = body
      if (source !== null)
        await check('source', async () => {
          const problem = await platform.functions.check(await toJavaScript(source, language), caller.tenantId)
          if (problem !== null) problems.push({ path: 'source', problem })
        })
      return { problems, remarks }
    },
  }),
]
