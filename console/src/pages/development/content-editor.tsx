import { Alert, Button, FileButton, Group, List, Skeleton, Stack, Text, UnstyledButton } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconFileUpload, IconZoomExclamation } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useMemo, useState } from 'react'
import { developmentQueries } from '../../api/development-queries.ts'
import type { FileDetail } from '../../api/development-shapes.ts'
import { useTranslation, withTextsOf } from '../../text/index.ts'
import { CodeEditor } from '../../ui/code-editor.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Section } from '../../ui/section.tsx'
import { contentOf, isSqlBody, isSyncBody, withContent } from './bodies.ts'
import type { Draft } from './draft.ts'
import { useParsed } from './parsed.ts'

const SyncForm = lazy(() => withTextsOf('operationCenter', withTextsOf('integration', import('./sync-form.tsx'))))

type Props = {
  file: FileDetail
  draft: Draft
  readOnly: boolean
  onSelection: ((text: string) => void) | undefined
}

/** What the file contains, and what of it does not parse. */
export function ContentEditor({ file, draft, readOnly, onSelection }: Props) {
  const { t } = useTranslation()
  const { body } = draft.now
  const [goTo, setGoTo] = useState<{ readonly line: number } | null>(null)
  const sql = isSqlBody(body)
  const tables = useTableNames(file.workspaceId, sql)
  const [settled] = useDebouncedValue(body, PARSED_AFTER_MS)
  const { data: parsed } = useParsed(file.workspaceId, settled)
  const problems = parsed?.problems ?? []
  const isBinary = body.kind === 'resource' && body.encoding === 'base64'
  if (isBinary) return <BinaryContent draft={draft} readOnly={readOnly} />
  const editor = (
    <Section title={t('file.content')}>
      <CodeEditor
        label={t('file.contentOf', { name: file.name })}
        language={sql ? 'sql' : isSyncBody(body) ? 'json' : 'text'}
        value={contentOf(body)}
        onChange={(content) => draft.setBody(withContent(body, content))}
        tables={tables}
        readOnly={readOnly}
        onSelection={onSelection}
        invalid={problems.length > 0}
        minHeight={460}
        maxHeight={640}
        goTo={goTo}
      />
      {problems.length > 0 && (
        <Alert
          color="yellow"
          mt="xs"
          p="xs"
          icon={<IconZoomExclamation />}
          title={t('file.unparsed', { count: problems.length })}
        >
          <List size="sm">
            {problems.map(({ line, column, problem }) => (
              <List.Item key={`${line} ${column} ${problem}`}>
                <UnstyledButton className="disclosure" onClick={() => setGoTo({ line })}>
                  <Text span fz="sm" td="underline">
                    {t('file.place', { line, column })}
                  </Text>
                </UnstyledButton>{' '}
                <span className="wrap-anywhere">{problem}</span>
              </List.Item>
            ))}
          </List>
          <Text fz="sm" mt={4}>
            {t('file.unparsedNext')}
          </Text>
        </Alert>
      )}
    </Section>
  )
  if (!isSyncBody(body)) return editor
  return (
    <Stack gap="md">
      <Suspense fallback={<Skeleton height={320} />}>
        <SyncForm
          workspaceId={file.workspaceId}
          content={contentOf(body)}
          readOnly={readOnly}
          onChange={(content) => draft.setBody(withContent(body, content))}
        />
      </Suspense>
      {editor}
    </Stack>
  )
}

const PARSED_AFTER_MS = 600

/** For completion, each table with no columns: those are asked for with the table itself. */
function useTableNames(workspaceId: number, wanted: boolean) {
  const { data } = useQuery({ ...developmentQueries.tableNames(workspaceId), enabled: wanted })
  return useMemo(() => (data ? Object.fromEntries(data.map(({ name }) => [name, []])) : undefined), [data])
}

const BYTES_A_PIECE = 32_768

function BinaryContent({ draft, readOnly }: Pick<Props, 'draft' | 'readOnly'>) {
  const { t } = useTranslation()
  const { body } = draft.now
  const bytes = Math.floor((contentOf(body).length * 3) / 4)
  const take = async (file: File | null) => {
    if (file === null) return
    const read = new Uint8Array(await file.arrayBuffer())
    let text = ''
    for (let at = 0; at < read.length; at += BYTES_A_PIECE)
      text += String.fromCharCode(...read.subarray(at, at + BYTES_A_PIECE))
    draft.setBody(withContent(body, btoa(text)))
  }
  return (
    <Section title={t('file.content')} description={t('file.binary')}>
      <Group>
        <Text fz="sm">{t('file.bytes', { bytes })}</Text>
        {!readOnly && (
          <FileButton onChange={(file) => void take(file)}>
            {(props) => (
              <Button {...props} variant="default" leftSection={<IconFileUpload {...iconProps} />}>
                {t('file.upload')}
              </Button>
            )}
          </FileButton>
        )}
      </Group>
    </Section>
  )
}
