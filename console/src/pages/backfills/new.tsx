import { Button, Group, Skeleton, Stack, Switch, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconHistoryToggle } from '@tabler/icons-react'
import { keepPreviousData, useMutation, useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import { getRouteApi, useNavigate } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { calls } from '../../api/calls.ts'
import { ProblemError } from '../../api/client.ts'
import { queries } from '../../api/queries.ts'
import type { Environment } from '../../api/shapes.ts'
import { links } from '../../links.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useMe } from '../../session.ts'
import { refusalSentence, useTranslation } from '../../text/index.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { Empty } from '../../ui/empty.tsx'
import { LinkButton } from '../../ui/link.tsx'
import { notify } from '../../ui/notify.tsx'
import { Page } from '../../ui/page.tsx'
import { Card, Section } from '../../ui/section.tsx'
import { DatesPart } from './dates-part.tsx'
import { dayCount } from './days.ts'
import { type Draft, EMPTY_DRAFT, proposedName, requestOf } from './draft.ts'
import { Effect } from './effect.tsx'
import type { PickedNode } from './node-picker.tsx'
import { NodesPart } from './nodes-part.tsx'
import { OptionsPart } from './options-part.tsx'

const route = getRouteApi('/signed-in/workspaces/$workspaceId/backfills/new')
const SETTLED_MS = 350

/** Asks for a backfill. The nodes it begins with stand in the address. */
export function NewBackfillPage() {
  const { t } = useTranslation()
  const workspaceId = Number(route.useParams().workspaceId)
  const { environment = 'PROD', nodes = '' } = route.useSearch()
  const ids = nodes.split(',').filter(Boolean).map(Number)
  const read = useQueries({ queries: ids.map((id) => queries.node(workspaceId, id, environment)) })
  const failed = read.find((one) => one.error !== null)?.error ?? null
  const begun = read.flatMap(({ data }) => data ?? [])
  return (
    <Page
      title={t('backfillForm.title')}
      description={t(environment === 'DEV' ? 'backfillForm.hintDev' : 'backfillForm.hint')}
      trail={[[links.backfills(workspaceId, environment), t('nav.backfills')]]}
    >
      <ProblemNotice error={failed} />
      {failed === null && begun.length < ids.length ? (
        <Skeleton height={320} />
      ) : (
        <Form key={`${workspaceId} ${environment} ${nodes}`} {...{ workspaceId, environment, begun }} />
      )}
    </Page>
  )
}

function draftWith(nodes: readonly PickedNode[]): Draft {
  const [first] = nodes
  return {
    ...EMPTY_DRAFT,
    mode: nodes.length > 1 ? 'advanced' : 'current',
    roots: nodes.map(({ id, name, workspaceId }) => ({ id, name, workspaceId })),
    name: first ? proposedName(first.name, new Date()) : '',
  }
}

type FormProps = { workspaceId: number; environment: Environment; begun: readonly PickedNode[] }

function Form({ workspaceId, environment, begun }: FormProps) {
  const { t } = useTranslation()
  const me = useMe()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [draft, setDraft] = useState(() => draftWith(begun))
  const [isNamed, setNamed] = useState(false)
  const request = requestOf(draft, environment)
  const [settled] = useDebouncedValue(JSON.stringify(request), SETTLED_MS)
  const isComplete = request.rootNodeIds!.length > 0 && request.dates.some((range) => dayCount(range) > 0)
  const preview = useQuery({
    ...queries.backfillPreview(workspaceId, settled),
    enabled: isComplete,
    placeholderData: keepPreviousData,
  })
  const groups = useQuery(queries.resourceGroups())
  const submit = useMutation({
    mutationFn: () => calls.createBackfill(workspaceId, request),
    onSuccess: async ({ operation, backfillId }) => {
      void client.invalidateQueries({ queryKey: ['backfills'] })
      void client.invalidateQueries({ queryKey: ['operations'] })
      if (backfillId !== null) {
        await navigate(links.backfill(workspaceId, backfillId))
        void notify({ colour: 'green', message: t('backfillForm.created', { name: request.name }) })
      } else await navigate(links.heldBackfill(workspaceId, environment, operation.id))
    },
  })
  const { reset } = submit
  // biome-ignore lint/correctness/useExhaustiveDependencies: what was refused is no longer what stands there
  useEffect(reset, [settled])

  const set = (change: Partial<Draft>) =>
    setDraft((now) => {
      const next = { ...now, ...change }
      const [first] = next.roots
      // A name that nobody has typed goes with the node.
      return isNamed || !change.roots || !first ? next : { ...next, name: proposedName(first.name, new Date()) }
    })
  const shown = isComplete ? preview.data : undefined
  const refusals = [
    ...[submit.error, preview.error].flatMap((error) => (error instanceof ProblemError ? [error.problem] : [])),
    ...(shown?.refusal && !preview.isPlaceholderData ? [shown.refusal] : []),
  ]
  const problem = (path: string): string | undefined => {
    const refusal = refusals.find(({ details }) => details?.field === path)
    return refusal && (refusalSentence(refusal.code, refusal.details ?? {}) ?? refusal.detail)
  }
  const workspaceIds = [workspaceId, ...me.workspaces.map(({ id }) => id).filter((id) => id !== workspaceId)]
  const parts = { draft, set, problem, environment, workspaceId, workspaceIds }
  return (
    <form
      className="backfill-form"
      onSubmit={(event) => {
        event.preventDefault()
        if (isComplete) submit.mutate()
      }}
    >
      <Stack gap="lg">
        <TextInput
          label={t('backfill.name')}
          required
          maxLength={128}
          value={draft.name}
          placeholder={proposedName('node', new Date())}
          error={problem('name')}
          onChange={(event) => {
            setNamed(true)
            set({ name: event.currentTarget.value })
          }}
        />
        <NodesPart {...parts} />
        <DatesPart {...parts} />
        <Card>
          <Disclosure label={t('backfillForm.options')}>
            <OptionsPart {...parts} resourceGroups={groups.data ?? []} />
          </Disclosure>
        </Card>
      </Stack>
      <div className="stays">
        <Section title={t('backfillForm.effect')}>
          <Stack gap="sm" aria-busy={preview.isFetching}>
            {shown ? (
              <Effect preview={shown} environment={environment} workspaceId={workspaceId} />
            ) : isComplete && preview.isFetching ? (
              <Skeleton height={220} />
            ) : (
              !isComplete && (
                <Card>
                  <Empty
                    icon={IconHistoryToggle}
                    title={t('backfillForm.nothingYet')}
                    next={t('backfillForm.effectWaits')}
                  />
                </Card>
              )
            )}
            <ProblemNotice error={submit.error ?? (isComplete ? preview.error : null)} />
            <Switch
              label={t('backfillForm.starts')}
              description={draft.starts ? undefined : t('backfillForm.startsNot')}
              checked={draft.starts}
              onChange={(event) => set({ starts: event.currentTarget.checked })}
            />
            <Group justify="flex-end">
              <LinkButton {...links.backfills(workspaceId, environment)} variant="default">
                {t('ui.cancel')}
              </LinkButton>
              <Button type="submit" disabled={!isComplete} loading={submit.isPending}>
                {t('backfillForm.submit')}
              </Button>
            </Group>
          </Stack>
        </Section>
      </div>
    </form>
  )
}
