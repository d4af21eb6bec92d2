import { Alert, Button, Divider, Group, NumberInput, Select, Skeleton, Stack, TagsInput, Text } from '@mantine/core'
import { IconDeviceFloppy, IconShieldLock, IconUpload } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { calls } from '../../api/calls.ts'
import { ProblemError } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import type { ExtensionView, FunctionView } from '../../api/shapes.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { CodeBlock } from '../../ui/code-block.tsx'
import { CodeEditor } from '../../ui/code-editor.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Card, Section } from '../../ui/section.tsx'
import { changeOf, draftOf, type FunctionDraft } from './function-draft.ts'
import { FunctionTestRun } from './function-test-run.tsx'
import { Variables } from './function-variables.tsx'

/** The code of a function, what it may use, and a way to run it. */
export default function FunctionTab({ extension }: { extension: ExtensionView }) {
  const { data, error } = useQuery(queries.function(extension.code))
  if (error) return <ProblemNotice error={error} />
  if (!data) return <Skeleton height={420} />
  // Another version begins anew; a change by somebody else is refused when it is saved.
  return <Shown key={data.version} extension={extension} saved={data} />
}

function Shown({ extension, saved }: { extension: ExtensionView; saved: FunctionView }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const [draft, setDraft] = useState(() => draftOf(saved))
  const change = (part: Partial<FunctionDraft>) => setDraft((now) => ({ ...now, ...part }))
  const save = useMutation({
    mutationFn: () => calls.changeFunction(extension.code, changeOf(draft, saved)),
    async onSuccess(next) {
      setDraft(draftOf(next))
      client.setQueryData(queries.function(extension.code).queryKey, next)
      await client.invalidateQueries({ queryKey: ['extensions'] })
    },
  })
  const unsaved = JSON.stringify(draft) !== JSON.stringify(draftOf(saved))
  const place = placeOf(save.error)
  const problem = fieldProblem(save.error, 'source')
  return (
    <Stack gap="lg">
      <SecretsNotice saved={saved} />
      <Section
        title={t('function.code')}
        description={t(saved.mayEdit ? 'function.codeHint' : 'function.codeKept', { version: saved.version })}
        actions={
          saved.mayEdit && (
            <Group gap="xs">
              <Upload onRead={(source, language) => change({ source, language })} />
              <Select
                aria-label={t('function.language')}
                w={150}
                allowDeselect={false}
                data={[
                  { value: 'typescript', label: 'TypeScript' },
                  { value: 'javascript', label: 'JavaScript' },
                ]}
                value={draft.language}
                onChange={(language) =>
                  language !== null && change({ language: language as FunctionDraft['language'] })
                }
              />
              <Button
                leftSection={<IconDeviceFloppy {...iconProps} />}
                disabled={!unsaved}
                loading={save.isPending}
                onClick={() => save.mutate()}
              >
                {t('ui.save')}
              </Button>
            </Group>
          )
        }
      >
        {saved.mayEdit ? (
          <CodeEditor
            label={t('function.code')}
            language={draft.language}
            value={draft.source}
            invalid={place !== null || problem !== undefined}
            goTo={place}
            onChange={(source) => change({ source })}
          />
        ) : (
          <CodeBlock text={draft.source} label={t('function.code')} />
        )}
        <ProblemNotice error={save.error} />
      </Section>

      <div className="two-columns">
        <Section title={t('function.settings')} description={t('function.settingsHint')}>
          <Card>
            <Stack gap="md">
              <Group grow align="flex-start">
                <NumberInput
                  label={t('function.timeout')}
                  description={t('function.timeoutHint')}
                  min={100}
                  max={30_000}
                  suffix=" ms"
                  readOnly={!saved.mayEdit}
                  value={draft.timeoutMs}
                  error={fieldProblem(save.error, 'timeoutMs')}
                  onChange={(value) => change({ timeoutMs: Number(value) })}
                />
                <NumberInput
                  label={t('function.memory')}
                  description={t('function.memoryHint')}
                  min={16}
                  max={128}
                  suffix=" MiB"
                  readOnly={!saved.mayEdit}
                  value={draft.memoryMb}
                  error={fieldProblem(save.error, 'memoryMb')}
                  onChange={(value) => change({ memoryMb: Number(value) })}
                />
              </Group>
              <TagsInput
                label={t('function.hosts')}
                description={t('function.hostsHint')}
                placeholder={draft.allowedHosts.length === 0 ? 'api.example.com' : ''}
                readOnly={!saved.mayEdit}
                value={draft.allowedHosts}
                error={hostProblem(save.error)}
                onChange={(allowedHosts) => change({ allowedHosts })}
              />
              <Divider />
              <Variables draft={draft} change={change} editable={saved.mayEdit} error={save.error} />
            </Stack>
          </Card>
        </Section>
        <FunctionTestRun
          extension={extension}
          version={saved.version}
          mayRun={saved.mayTry}
          saveFirst={saved.mayEdit && unsaved ? () => save.mutateAsync() : null}
        />
      </div>
      <Asked extension={extension} saved={saved} />
    </Stack>
  )
}

/** Rule 20: secrets do not stay under code that somebody else has changed. */
function SecretsNotice({ saved }: { saved: FunctionView }) {
  const { t } = useTranslation()
  const warned = saved.mayEdit && !saved.keepsSecrets && saved.secretNames.length > 0
  return (
    <>
      {saved.missingSecrets.length > 0 && (
        <Alert color="orange" icon={<IconShieldLock {...iconProps} />} title={t('function.secretsRemoved')}>
          {t('function.secretsRemovedMeaning', { names: saved.missingSecrets.join(', ') })}
        </Alert>
      )}
      {warned && (
        <Alert color="orange" icon={<IconShieldLock {...iconProps} />}>
          {t('function.secretsGo')}
        </Alert>
      )}
    </>
  )
}

/** How it is asked; for all versions, at once. */
function Asked({ extension, saved }: { extension: ExtensionView; saved: FunctionView }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const change = useMutation({
    mutationFn: (body: Parameters<typeof calls.changeFunctionDelivery>[1]) =>
      calls.changeFunctionDelivery(extension.code, body),
    onSuccess: () => client.invalidateQueries({ queryKey: queries.function(extension.code).queryKey }),
  })
  return (
    <Section title={t('function.asked')} description={t('function.askedHint')}>
      <Card>
        <Group align="flex-start" gap="md">
          <Select
            label={t('target.retryPolicy')}
            w={420}
            maw="100%"
            allowDeselect={false}
            disabled={!saved.mayTry || change.isPending}
            data={[
              { value: 'BACKOFF_RETRY', label: t('function.fewRetries') },
              { value: 'EXPONENTIAL_DECAY_RETRY', label: t('function.manyRetries') },
            ]}
            value={saved.retryPolicy}
            onChange={(policy) =>
              policy !== null && change.mutate({ retryPolicy: policy as FunctionView['retryPolicy'] })
            }
          />
          <Select
            label={t('target.maxConcurrency')}
            w={120}
            allowDeselect={false}
            disabled={!saved.mayTry || change.isPending}
            data={[...new Set([1, 2, 4, 8, 16, 32, 64, saved.maxConcurrency])].toSorted((a, b) => a - b).map(String)}
            value={String(saved.maxConcurrency)}
            onChange={(value) => value !== null && change.mutate({ maxConcurrency: Number(value) })}
          />
        </Group>
        <ProblemNotice error={change.error} />
        <Text fz="sm" c="dimmed" mt="xs">
          {t(extension.onUnanswered === 'block' ? 'function.thenBlocks' : 'function.thenPasses')}
        </Text>
      </Card>
    </Section>
  )
}

function Upload({ onRead }: { onRead: (source: string, language: FunctionDraft['language']) => void }) {
  const { t } = useTranslation()
  return (
    <Button component="label" variant="default" leftSection={<IconUpload {...iconProps} />}>
      {t('function.upload')}
      <input
        type="file"
        className="for-readers"
        accept=".ts,.mts,.js,.mjs"
        onChange={async (event) => {
          const file = event.currentTarget.files?.[0]
          event.currentTarget.value = ''
          if (file) onRead(await file.text(), /\.m?js$/.test(file.name) ? 'javascript' : 'typescript')
        }}
      />
    </Button>
  )
}

/** Where the server found that the code does not parse. */
function placeOf(error: Error | null): { readonly line: number } | null {
  const line = error instanceof ProblemError ? error.problem.details?.line : undefined
  return typeof line === 'number' ? { line } : null
}

function hostProblem(error: Error | null): string | undefined {
  if (!(error instanceof ProblemError)) return undefined
  return error.problem.errors?.find((one) => /^(body\.)?allowedHosts/.test(one.path))?.problem
}
