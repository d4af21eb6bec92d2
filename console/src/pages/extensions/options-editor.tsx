import { type OptionForm, readOptions } from '@holdpoint/core/options'
import { Refusal } from '@holdpoint/core/refusal'
import { Alert, Button, Group, Input, List, Paper, SimpleGrid, Stack, Text } from '@mantine/core'
import { IconAlertTriangle, IconInfoCircle } from '@tabler/icons-react'
import { useDeferredValue, useState } from 'react'
import { useTranslation } from '../../text/index.ts'
import { CodeEditor } from '../../ui/code-editor.tsx'
import { type OptionDraft, OptionFields } from '../management/option-fields.tsx'

type Props = {
  value: string
  onChange: (text: string) => void
  /** What the server says of it. */
  error?: string | undefined
}

type Read =
  | { readonly form: OptionForm | null; readonly fault: null }
  | { readonly form: null; readonly fault: { readonly line: number; readonly path: string; readonly problem: string } }

function read(text: string): Read {
  try {
    return { form: readOptions(text), fault: null }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    const { line, path, problem } = error.details
    return { form: null, fault: { line: Number(line), path: String(path), problem: String(problem) } }
  }
}

/** The form of options as text, and beside it what administrators will fill in. */
export function OptionsEditor({ value, onChange, error }: Props) {
  const { t } = useTranslation()
  const { form, fault } = read(useDeferredValue(value))
  const [goTo, setGoTo] = useState<{ line: number } | null>(null)
  const [tried, setTried] = useState<OptionDraft>({})
  const lineButton = (line: number) => (
    <Button variant="subtle" size="compact-xs" onClick={() => setGoTo({ line })}>
      {t('optionsEditor.line', { line })}
    </Button>
  )
  return (
    <SimpleGrid cols={{ base: 1, lg: 2 }}>
      <Stack gap="xs">
        <CodeEditor
          label={t('optionsEditor.label')}
          language="json"
          value={value}
          onChange={onChange}
          invalid={fault !== null || error !== undefined}
          minHeight={200}
          goTo={goTo}
        />
        {value.trim() === '' && (
          <Group>
            <Button variant="default" size="compact-sm" onClick={() => onChange(EXAMPLE)}>
              {t('optionsEditor.example')}
            </Button>
          </Group>
        )}
      </Stack>
      <Stack gap="xs">
        <div role="status">
          {fault !== null && (
            <Alert color="red" variant="light" p="xs" icon={<IconAlertTriangle />} title={t('optionsEditor.invalid')}>
              {lineButton(fault.line)}
              <Text fz="sm" className="wrap-anywhere">
                <Text span ff="monospace" fz="sm">
                  {fault.path}
                </Text>
                {': '}
                {fault.problem}
              </Text>
            </Alert>
          )}
          {fault === null && error !== undefined && <Input.Error>{error}</Input.Error>}
        </div>
        {form !== null && (
          <Paper withBorder p="sm">
            <Text fz="sm" fw={600} mb="xs">
              {t('optionsEditor.preview')}
            </Text>
            {form.fields.length === 0 ? (
              <Text fz="sm" c="dimmed">
                {t('optionsEditor.noFields')}
              </Text>
            ) : (
              <OptionFields
                fields={form.fields.map((field) => ({ ...field, choices: [...field.choices] }))}
                values={tried}
                onChange={setTried}
              />
            )}
          </Paper>
        )}
        {form !== null && form.remarks.length > 0 && (
          <Alert color="gray" p="xs" icon={<IconInfoCircle />} title={t('optionsEditor.remarks')}>
            <List size="sm" listStyleType="none">
              {form.remarks.map((one) => (
                <List.Item key={`${one.path} ${one.remark}`}>
                  {lineButton(one.line)}{' '}
                  <Text span ff="monospace" fz="xs" className="wrap-anywhere">
                    {one.path}
                  </Text>
                  {': '}
                  {one.remark}
                </List.Item>
              ))}
            </List>
          </Alert>
        )}
      </Stack>
    </SimpleGrid>
  )
}

const choices = {
  dataSource: [
    { value: 'WARN', label: 'Warn' },
    { value: 'FAIL', label: 'Block' },
  ],
}
const property = (title: string, component: string, more: object = {}) => ({
  type: 'string',
  title,
  'x-decorator': 'FormItem',
  'x-component': component,
  ...more,
})

/** One field of each control. */
const EXAMPLE = JSON.stringify(
  {
    type: 'object',
    properties: {
      note: property('What this extension checks', 'PreviewText.Input'),
      limit: property('Limit', 'Input', { 'x-decorator-props': { tooltip: 'Shown beside the field' } }),
      exceptions: property('Exceptions, one per line', 'Input.TextArea'),
      onViolation: property('On a violation', 'Radio.Group', { 'x-component-props': choices }),
      severity: property('Severity', 'Select', { 'x-component-props': choices }),
      notify: property('Notify on', 'Select', { 'x-component-props': { ...choices, mode: 'multiple' } }),
      rules: property('Rules', 'Checkbox.Group', { 'x-component-props': choices }),
    },
  },
  null,
  2,
)
