import {
  ActionIcon,
  Group,
  MultiSelect,
  NumberInput,
  Paper,
  PasswordInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Textarea,
  TextInput,
} from '@mantine/core'
import { IconTrash } from '@tabler/icons-react'
import type { EventBus, ExtensionView } from '../../api/shapes.ts'
import { fieldProblem } from '../../problem.tsx'
import { useTranslation } from '../../text/index.ts'
import { Disclosure } from '../../ui/disclosure.tsx'
import { iconProps } from '../../ui/icon.ts'
import type { Sasl, TargetDraft, TargetKind } from './target-draft.ts'

const KINDS: readonly TargetKind[] = ['http', 'kafka', 'rabbitmq', 'bus', 'function']
const SASL: readonly Sasl[] = ['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512']

type Props = {
  target: TargetDraft
  index: number
  change: (part: Partial<TargetDraft>) => void
  remove: () => void
  /** Buses it may lead to. */
  buses: readonly EventBus[]
  extensions: readonly ExtensionView[]
  error: Error | null
}

/** One target of a rule in the form: what all kinds have, what its kind needs, and how deliveries to it are made. */
export function TargetFields(props: Props) {
  const { t } = useTranslation()
  const { target, index, change, error } = props
  return (
    <Paper withBorder p="sm" component="section" aria-label={target.name}>
      <Stack gap="xs">
        <Group align="flex-end" wrap="nowrap">
          <TextInput
            label={t('rules.targetName')}
            required
            className="grow"
            value={target.name}
            error={fieldProblem(error, `targets.${index}.name`)}
            onChange={(event) => change({ name: event.currentTarget.value })}
          />
          <Select
            label={t('target.kind')}
            w={190}
            allowDeselect={false}
            data={KINDS.map((kind) => ({ value: kind, label: t(`target.kinds.${kind}`) }))}
            value={target.kind}
            onChange={(kind) => kind !== null && change({ kind: kind as TargetKind })}
          />
          <ActionIcon
            variant="subtle"
            color="gray"
            size={36}
            aria-label={t('rules.removeTarget', { name: target.name })}
            onClick={props.remove}
          >
            <IconTrash {...iconProps} />
          </ActionIcon>
        </Group>
        <KindFields {...props} />
        <MultiSelect
          label={t('rules.serves')}
          description={t('rules.servesHint')}
          placeholder={target.serves === null ? t('rules.servesAll') : undefined}
          clearable
          searchable
          data={props.extensions.map((extension) => ({ value: extension.code, label: extension.name }))}
          value={target.serves ?? []}
          onChange={(serves) => change({ serves: serves.length === 0 ? null : serves })}
        />
        <Disclosure label={t('target.delivering')}>
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <Select
              label={t('target.retryPolicy')}
              description={t(`target.retry.${target.retryPolicy}.hint`)}
              allowDeselect={false}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              data={(['EXPONENTIAL_DECAY_RETRY', 'BACKOFF_RETRY'] as const).map((value) => ({
                value,
                label: t(`target.retry.${value}.name`),
              }))}
              value={target.retryPolicy}
              onChange={(value) => value !== null && change({ retryPolicy: value as TargetDraft['retryPolicy'] })}
            />
            <Select
              label={t('target.errorsTolerance')}
              description={t(`target.errors.${target.errorsTolerance}.hint`)}
              allowDeselect={false}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              data={(['ALL', 'NONE'] as const).map((value) => ({ value, label: t(`target.errors.${value}.name`) }))}
              value={target.errorsTolerance}
              onChange={(value) =>
                value !== null && change({ errorsTolerance: value as TargetDraft['errorsTolerance'] })
              }
            />
            <NumberInput
              label={t('target.maxConcurrency')}
              description={t('target.maxConcurrencyHint')}
              inputWrapperOrder={['label', 'input', 'description', 'error']}
              min={1}
              max={256}
              allowDecimal={false}
              value={target.maxConcurrency}
              error={fieldProblem(error, `targets.${index}.maxConcurrency`)}
              onChange={(value) => change({ maxConcurrency: Number(value) })}
            />
          </SimpleGrid>
        </Disclosure>
      </Stack>
    </Paper>
  )
}

function KindFields({ target, index, change, buses, extensions, error }: Props) {
  const { t } = useTranslation()
  const problem = (field: string) => fieldProblem(error, `targets.${index}.${field}`)
  switch (target.kind) {
    case 'http':
      return (
        <TextInput
          label={t('target.endpoint')}
          required
          type="url"
          placeholder="https://example.com/events"
          value={target.endpoint}
          error={problem('endpoint')}
          onChange={(event) => change({ endpoint: event.currentTarget.value })}
        />
      )
    case 'kafka':
      return (
        <>
          <SimpleGrid cols={{ base: 1, sm: 2 }}>
            <Textarea
              label={t('target.brokers')}
              description={t('target.brokersHint')}
              required
              autosize
              minRows={1}
              maxRows={4}
              placeholder="broker.example.com:9093"
              value={target.brokers}
              error={problem('settings.brokers') ?? problem('settings.brokers.0')}
              onChange={(event) => change({ brokers: event.currentTarget.value })}
            />
            <TextInput
              label={t('target.topic')}
              description={t('target.topicHint')}
              required
              value={target.topic}
              error={problem('settings.topic')}
              onChange={(event) => change({ topic: event.currentTarget.value })}
            />
            <Select
              label={t('target.sasl')}
              placeholder={t('target.saslNone')}
              clearable
              data={[...SASL]}
              value={target.sasl}
              onChange={(sasl) => change({ sasl: sasl as Sasl | null })}
            />
            <Tls target={target} change={change} />
          </SimpleGrid>
          {target.sasl !== null && <Credentials target={target} change={change} problem={problem} />}
        </>
      )
    case 'rabbitmq':
      return (
        <>
          <SimpleGrid cols={{ base: 1, sm: 3 }}>
            <TextInput
              label={t('target.host')}
              required
              placeholder="rabbitmq.example.com"
              value={target.host}
              error={problem('settings.host')}
              onChange={(event) => change({ host: event.currentTarget.value })}
            />
            <NumberInput
              label={t('target.port')}
              required
              min={1}
              max={65_535}
              allowDecimal={false}
              thousandSeparator=""
              value={target.port}
              error={problem('settings.port')}
              onChange={(value) => change({ port: Number(value) })}
            />
            <TextInput
              label={t('target.vhost')}
              required
              value={target.vhost}
              error={problem('settings.vhost')}
              onChange={(event) => change({ vhost: event.currentTarget.value })}
            />
            <TextInput
              label={t('target.exchange')}
              placeholder={t('target.exchangeDefault')}
              value={target.exchange}
              error={problem('settings.exchange')}
              onChange={(event) => change({ exchange: event.currentTarget.value })}
            />
            <TextInput
              label={t('target.routingKey')}
              value={target.routingKey}
              error={problem('settings.routingKey')}
              onChange={(event) => change({ routingKey: event.currentTarget.value })}
            />
            <Tls target={target} change={change} />
          </SimpleGrid>
          <Credentials target={target} change={change} problem={problem} />
        </>
      )
    case 'bus':
      return (
        <Select
          label={t('target.bus')}
          description={t(buses.length === 0 ? 'target.busNone' : 'target.busHint')}
          required
          data={buses.map((bus) => ({ value: String(bus.id), label: bus.name }))}
          value={target.busId === null ? null : String(target.busId)}
          error={problem('settings.busId')}
          onChange={(id) => change({ busId: id === null ? null : Number(id) })}
        />
      )
    case 'function': {
      const functions = extensions.filter((one) => one.deployment === 'function')
      return (
        <Select
          label={t('function.targetFunction')}
          description={t(functions.length === 0 ? 'function.targetNone' : 'function.targetHint')}
          required
          data={functions.map((one) => ({ value: one.code, label: one.name }))}
          value={target.extensionCode}
          error={problem('settings.extensionCode')}
          onChange={(extensionCode) => change({ extensionCode })}
        />
      )
    }
  }
}

type PartProps = Pick<Props, 'target' | 'change'>

function Tls({ target, change }: PartProps) {
  const { t } = useTranslation()
  return (
    <Switch
      label={t('target.tls')}
      description={t('target.tlsHint')}
      mt={28}
      checked={target.tls}
      onChange={(event) => change({ tls: event.currentTarget.checked })}
    />
  )
}

function Credentials({ target, change, problem }: PartProps & { problem: (field: string) => string | undefined }) {
  const { t } = useTranslation()
  const hint = t(target.hasCredentials ? 'target.credentialsKept' : 'target.credentialsHint')
  return (
    <SimpleGrid cols={{ base: 1, sm: 2 }}>
      <TextInput
        label={t('target.username')}
        description={hint}
        autoComplete="off"
        value={target.username}
        error={problem('credentials.username')}
        onChange={(event) => change({ username: event.currentTarget.value })}
      />
      <PasswordInput
        label={t('target.password')}
        description={hint}
        autoComplete="new-password"
        visibilityToggleButtonProps={{ 'aria-label': t('target.passwordShow') }}
        value={target.password}
        error={problem('credentials.password')}
        onChange={(event) => change({ password: event.currentTarget.value })}
      />
    </SimpleGrid>
  )
}
