import { Alert, List, Text } from '@mantine/core'
import { IconAlertTriangle, IconPlugConnectedX } from '@tabler/icons-react'
import { ProblemError, UnreachableError } from './api/client.ts'
import { refusalSentence, translate, useTranslation } from './text/index.ts'

/** What went wrong, in one sentence of the language shown. */
export function sentenceOf(error: Error): string {
  if (error instanceof UnreachableError) return translate('problem.unreachable')
  if (error instanceof ProblemError) {
    const { code, detail, details } = error.problem
    return refusalSentence(code, details ?? {}) ?? detail
  }
  return translate('problem.fault')
}

/** The fault of one field of a form, where the server named its place. */
export function fieldProblem(error: Error | null, path: string): string | undefined {
  if (!(error instanceof ProblemError)) return undefined
  const { errors, details } = error.problem
  const fault = errors?.find((one) => one.path === path || one.path === `body.${path}`)
  // A rule that is about one field says all there is to say, in the language shown.
  return details?.field === path ? sentenceOf(error) : fault?.problem
}

/** A refusal or fault, shown where the person is. */
export function ProblemNotice({ error }: { error: Error | null }) {
  const { t } = useTranslation()
  if (error === null) return null
  const problem = error instanceof ProblemError ? error.problem : null
  const unreachable = error instanceof UnreachableError
  const told = problem?.errors?.filter((one) => one.problem !== problem.detail) ?? []
  return (
    <Alert
      color="red"
      variant="light"
      role="alert"
      icon={unreachable ? <IconPlugConnectedX /> : <IconAlertTriangle />}
      title={sentenceOf(error)}
    >
      {told.length > 0 && (
        <List size="sm">
          {told.map((one) => (
            <List.Item key={`${one.path} ${one.problem}`}>
              <Text span ff="monospace" fz="sm">
                {one.path}
              </Text>
              {': '}
              {one.problem}
            </List.Item>
          ))}
        </List>
      )}
      {problem && (
        <Text fz="xs" c="dimmed" className="wrap-anywhere">
          {problem.code}
          {problem.requestId && ` · ${t('problem.request', { id: problem.requestId })}`}
        </Text>
      )}
    </Alert>
  )
}
