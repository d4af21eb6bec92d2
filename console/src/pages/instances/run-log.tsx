import { Alert, Box, Button, Group, Select, Text } from '@mantine/core'
import { IconArrowDown, IconDownload } from '@tabler/icons-react'
import { type UIEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { calls } from '../../api/calls.ts'
import type { InstanceDetail } from '../../api/shapes.ts'
import { ProblemNotice } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { iconProps } from '../../ui/icon.ts'
import { STATUS_LOOKS } from './looks.ts'

const ASK_AGAIN_MS = 1_000
/** What a page shows without becoming slow; the whole log can be downloaded. */
const MOST_SHOWN = 1_000_000
const MOST_DOWNLOADED = 256 * 1024 * 1024
/** So near to the end counts as being there. */
const AT_THE_END_PX = 24

type Shown = {
  readonly runNumber: number
  readonly text: string
  /** Whether the beginning was left out. */
  readonly cut: boolean
  readonly running: boolean
}

type Props = { instance: Pick<InstanceDetail, 'id' | 'workspaceId' | 'runs' | 'node' | 'bizdate' | 'runNumber'> }

/** What a run writes, as it comes. It follows the end as long as the reader is there, and stays where the reader has scrolled to. */
export function RunLog({ instance }: Props) {
  const { t } = useTranslation()
  const [wanted, setWanted] = useState<number | null>(null)
  const { shown, error } = useLog(instance, wanted)
  const frame = useRef<HTMLDivElement>(null)
  const [follows, setFollows] = useState(true)

  const toTheEnd = useCallback(() => {
    if (frame.current) frame.current.scrollTop = frame.current.scrollHeight
  }, [])
  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever there is more text
  useLayoutEffect(() => {
    if (follows) toTheEnd()
  }, [shown?.text, follows, toTheEnd])

  return (
    <Box>
      <Group justify="space-between" mb="xs" gap="sm" align="flex-end">
        <Group gap="sm" align="flex-end">
          <Select
            label={t('instance.run')}
            size="xs"
            w={260}
            allowDeselect={false}
            data={[
              { value: '', label: t('instance.latestRun') },
              ...instance.runs.map((run) => ({
                value: String(run.runNumber),
                label: `${run.runNumber} · ${t(STATUS_LOOKS[run.status].text)}`,
              })),
            ]}
            value={wanted === null ? '' : String(wanted)}
            onChange={(value) => {
              setWanted(value ? Number(value) : null)
              setFollows(true)
            }}
          />
          <Text fz="sm" c="dimmed" role="status" pb={4}>
            {shown && shown.runNumber > 0 && t(shown.running ? 'instance.logGrows' : 'instance.logEnded')}
          </Text>
        </Group>
        <Group gap="xs">
          {!follows && (
            <Button
              size="xs"
              variant="light"
              leftSection={<IconArrowDown {...iconProps} />}
              onClick={() => {
                setFollows(true)
                toTheEnd()
              }}
            >
              {t('instance.follow')}
            </Button>
          )}
          <Download instance={instance} run={shown?.runNumber ?? 0} />
        </Group>
      </Group>
      <ProblemNotice error={error} />
      {shown?.cut && (
        <Alert color="gray" p="xs" mb="xs">
          {t('instance.logCut')}
        </Alert>
      )}
      {shown?.runNumber === 0 ? (
        <Text fz="sm" c="dimmed">
          {t('instance.noRun')}
        </Text>
      ) : (
        <Box
          ref={frame}
          className="run-log"
          role="group"
          aria-label={t('instance.log')}
          tabIndex={0}
          onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }: UIEvent) =>
            setFollows(scrollHeight - scrollTop - clientHeight < AT_THE_END_PX)
          }
        >
          <pre>{shown?.text}</pre>
          {shown?.text === '' && !shown.running && (
            <Text fz="sm" c="dimmed">
              {t('instance.logEmpty')}
            </Text>
          )}
        </Box>
      )}
    </Box>
  )
}

/** Reads on for as long as the run may write more, and from the beginning where another run has taken its place. */
function useLog({ workspaceId, id, runNumber }: Props['instance'], wanted: number | null) {
  const [shown, setShown] = useState<Shown | null>(null)
  const [error, setError] = useState<Error | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another start of the instance is another log
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let left = false
    let latest: Shown = { runNumber: 0, text: '', cut: false, running: false }
    let after = 0
    const read = async () => {
      const answer = await calls.instanceLog(workspaceId, id, { run: wanted ?? undefined, after })
      if (left) return
      if (answer.runNumber !== latest.runNumber && after > 0) {
        after = 0
        latest = { ...latest, runNumber: answer.runNumber, text: '' }
        return again(0)
      }
      after = answer.after
      const text = latest.text + answer.text
      latest = {
        runNumber: answer.runNumber,
        text: text.slice(-MOST_SHOWN),
        cut: latest.cut || text.length > MOST_SHOWN,
        running: answer.running,
      }
      setShown(latest)
      setError(null)
      if (answer.more) again(0)
      else if (answer.running) again(ASK_AGAIN_MS)
    }
    const again = (ms: number) => {
      timer = setTimeout(() => {
        read().catch((problem: Error) => {
          if (left) return
          setError(problem)
          again(ASK_AGAIN_MS * 5)
        })
      }, ms)
    }
    setShown(null)
    again(0)
    return () => {
      left = true
      clearTimeout(timer)
    }
  }, [workspaceId, id, wanted, runNumber])
  return { shown, error }
}

function Download({ instance: { workspaceId, id, node, bizdate }, run }: Props & { run: number }) {
  const { t } = useTranslation()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<Error | null>(null)
  const download = async () => {
    setBusy(true)
    setError(null)
    try {
      const parts: string[] = []
      let size = 0
      for (let after = 0, more = true; more && size < MOST_DOWNLOADED; ) {
        const answer = await calls.instanceLog(workspaceId, id, { run, after })
        parts.push(answer.text)
        size += answer.text.length
        after = answer.after
        more = answer.more
      }
      const address = URL.createObjectURL(new Blob(parts, { type: 'text/plain;charset=utf-8' }))
      const link = document.createElement('a')
      link.href = address
      link.download = `${node.name}-${bizdate}-${id}-${run}.log`
      link.click()
      URL.revokeObjectURL(address)
    } catch (problem) {
      setError(problem as Error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <>
      <ProblemNotice error={error} />
      <Button
        size="xs"
        variant="default"
        leftSection={<IconDownload {...iconProps} />}
        loading={busy}
        disabled={run === 0}
        onClick={() => void download()}
      >
        {t('instance.download')}
      </Button>
    </>
  )
}
