import type { FileBody, NodeBody, NodeInput, NodeOutput } from '@holdpoint/core'
import { withParsed } from '@holdpoint/core/data-development/file'
import { ActionIcon, Badge, Button, Group, Select, Stack, Switch, Table, Text, TextInput } from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { IconArrowBackUp, IconPlus, IconX } from '@tabler/icons-react'
import { useState } from 'react'
import type { FileDetail } from '../../api/development-shapes.ts'
import { useTranslation } from '../../text/index.ts'
import { iconProps } from '../../ui/icon.ts'
import { Section } from '../../ui/section.tsx'
import { isSql, withDefinition } from './bodies.ts'
import { useParsed } from './parsed.ts'

type Props = { file: FileDetail; body: NodeBody; set: (body: FileBody) => void; readOnly: boolean }

const PARSED_AFTER_MS = 600

/** What the node waits for and what it makes: found in its SQL, or written by hand. */
export function DependenciesTab({ file, body, set, readOnly }: Props) {
  const { t } = useTranslation()
  const [settled] = useDebouncedValue(body, PARSED_AFTER_MS)
  const { data: parsed } = useParsed(file.workspaceId, settled)
  // As the server would keep it if it were saved now.
  const shown = parsed && parsed.problems.length === 0 ? withParsed(body, parsed) : body
  const { parsing, definition } = shown
  const found = new Set([...parsing.inputs, ...parsing.outputs])
  const leaveOut = (output: string) =>
    set({
      ...shown,
      parsing: {
        ...parsing,
        ignored: parsing.on && found.has(output) ? [...new Set([...parsing.ignored, output])] : parsing.ignored,
      },
      definition: {
        ...definition,
        inputs: definition.inputs.filter((one) => one.output !== output),
        outputs: definition.outputs.filter((one) => one.output !== output),
      },
    })
  const addInput = (output: string, type: NodeInput['type']) =>
    set(
      withDefinition(shown, {
        inputs: [
          ...definition.inputs.filter((one) => one.output !== output),
          { output, type, refTableName: null, upstreamKey: null },
        ],
      }),
    )
  const addOutput = (output: string) =>
    set(
      withDefinition(shown, {
        outputs: [
          ...definition.outputs.filter((one) => one.output !== output && one.isDeclared),
          { output, refTableName: null, isDefault: false, isDeclared: true },
        ],
      }),
    )
  return (
    <Stack gap="md">
      {isSql(definition.programType) && (
        <Switch
          label={t('dependencies.parse')}
          description={t('dependencies.parseHint')}
          disabled={readOnly}
          checked={parsing.on}
          onChange={(event) => set({ ...shown, parsing: { ...parsing, on: event.currentTarget.checked } })}
        />
      )}
      <Section title={t('node.inputs')}>
        <Names
          label={t('node.inputs')}
          rows={definition.inputs}
          found={parsing.on ? found : new Set()}
          empty={t('dependencies.noInputs')}
          leaveOut={readOnly ? null : leaveOut}
        />
        {!readOnly && <Add kind="input" add={addInput} />}
      </Section>
      <Section title={t('node.outputs')}>
        <Names
          label={t('node.outputs')}
          rows={definition.outputs}
          found={parsing.on ? found : new Set()}
          empty={t('dependencies.noOutputs')}
          leaveOut={readOnly ? null : leaveOut}
        />
        {!readOnly && <Add kind="output" add={addOutput} />}
      </Section>
      {parsing.ignored.length > 0 && (
        <Section title={t('dependencies.ignored')} description={t('dependencies.ignoredHint')}>
          <Stack gap={4}>
            {parsing.ignored.map((output) => (
              <Group key={output} gap="xs" wrap="nowrap">
                <Text fz="sm" className="wrap-anywhere grow">
                  {output}
                </Text>
                {!readOnly && (
                  <ActionIcon
                    variant="subtle"
                    color="gray"
                    aria-label={t('dependencies.takeBack', { output })}
                    onClick={() =>
                      set({
                        ...shown,
                        parsing: { ...parsing, ignored: parsing.ignored.filter((one) => one !== output) },
                      })
                    }
                  >
                    <IconArrowBackUp size={16} />
                  </ActionIcon>
                )}
              </Group>
            ))}
          </Stack>
        </Section>
      )}
    </Stack>
  )
}

function Names(props: {
  label: string
  rows: readonly (NodeInput | NodeOutput)[]
  found: ReadonlySet<string>
  empty: string
  leaveOut: ((output: string) => void) | null
}) {
  const { t } = useTranslation()
  const { rows, found, leaveOut } = props
  if (rows.length === 0)
    return (
      <Text fz="sm" c="dimmed">
        {props.empty}
      </Text>
    )
  return (
    <Table aria-label={props.label} verticalSpacing={4} horizontalSpacing={4} withRowBorders={false}>
      <Table.Tbody>
        {rows.map((row) => (
          <Table.Tr key={row.output}>
            <Table.Td className="wrap-anywhere">{row.output}</Table.Td>
            <Table.Td>
              <Group gap={4} justify="flex-end">
                {'type' in row && row.type === 'cross-cycle-other' && (
                  <Badge size="sm" variant="outline" color="gray" tt="none">
                    {t('node.crossCycle')}
                  </Badge>
                )}
                <Badge size="sm" variant="outline" color="gray" tt="none">
                  {t(
                    'isDeclared' in row && !row.isDeclared
                      ? 'dependencies.own'
                      : found.has(row.output)
                        ? 'dependencies.parsed'
                        : 'dependencies.byHand',
                  )}
                </Badge>
              </Group>
            </Table.Td>
            <Table.Td w={30}>
              {leaveOut && !('isDeclared' in row && !row.isDeclared) && (
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('dependencies.remove', { output: row.output })}
                  onClick={() => leaveOut(row.output)}
                >
                  <IconX size={16} />
                </ActionIcon>
              )}
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

type AddProps =
  | { kind: 'input'; add: (output: string, type: NodeInput['type']) => void }
  | { kind: 'output'; add: (output: string) => void }

function Add(props: AddProps) {
  const { t } = useTranslation()
  const [output, setOutput] = useState('')
  const [type, setType] = useState<NodeInput['type']>('normal')
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        if (output.trim() === '') return
        props.add(output.trim(), type)
        setOutput('')
      }}
    >
      <Group gap="xs" align="flex-end" mt="xs">
        <TextInput
          className="grow"
          size="xs"
          label={t(props.kind === 'input' ? 'dependencies.newInput' : 'dependencies.newOutput')}
          placeholder={t('dependencies.example')}
          value={output}
          onChange={(event) => setOutput(event.currentTarget.value)}
        />
        {props.kind === 'input' && (
          <Select
            size="xs"
            w={112}
            label={t('dependencies.ofCycle')}
            allowDeselect={false}
            data={[
              { value: 'normal', label: t('dependencies.sameCycle') },
              { value: 'cross-cycle-other', label: t('node.crossCycle') },
            ]}
            value={type}
            onChange={(one) => setType(one as NodeInput['type'])}
          />
        )}
        <Button size="xs" variant="default" type="submit" leftSection={<IconPlus {...iconProps} />}>
          {t('dependencies.add')}
        </Button>
      </Group>
    </form>
  )
}
