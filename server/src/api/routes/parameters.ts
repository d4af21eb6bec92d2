import { lintParameters, meaningSentence, PARAMETER_FAULTS, warningSentence, workspacesNamed } from '@holdpoint/core'
import { knownWorkspaces } from '../../store/workspaces.ts'
import { LintedParameters, ParameterText } from '../management-shapes.ts'
import { route } from '../route.ts'

export const parameterRoutes = [
  route({
    method: 'POST',
    path: '/parameter-lint',
    access: 'extension.read',
    tag: 'Extensions',
    summary: 'Explain each line of a parameter text, and warn of what is probably not meant so; nothing is saved',
    body: ParameterText,
    answer: LintedParameters,
    async run({ platform, caller, body }) {
      const named = workspacesNamed(body.parameters)
      const workspaceIds = new Set(await knownWorkspaces(platform.db, caller.tenantId, named))
      return {
        lines: lintParameters(body.parameters, { points: body.points, workspaceIds }).map((one) => ({
          ...one,
          fault: one.fault && { code: one.fault, sentence: PARAMETER_FAULTS[one.fault] },
          meaning: one.meaning && { ...one.meaning, sentence: meaningSentence(one.meaning) },
          warnings: one.warnings.map((warning) => ({ ...warning, sentence: warningSentence(warning) })),
        })),
      }
    },
  }),
]
