import { Button, Skeleton, Table, Text, Textarea, TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconPlus, IconRoute } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import { links } from '../../links.ts'
import { fieldProblem, ProblemNotice } from '../../problem.tsx'
import { useMay } from '../../session.ts'
import { Confirm } from '../../ui/confirm.tsx'
import { Empty } from '../../ui/empty.tsx'
import { iconProps } from '../../ui/icon.ts'
import { Instant } from '../../ui/instant.tsx'
import { LinkTo } from '../../ui/link.tsx'
import { Page } from '../../ui/page.tsx'
import { Card } from '../../ui/section.tsx'

export function EventBusesPage() {
  const { t } = useTranslation()
  const may = useMay()
  const { data, error } = useQuery(queries.eventBuses())
  const [creating, dialog] = useDisclosure(false)
  const create = may('openevent.write') && (
    <Button leftSection={<IconPlus {...iconProps} />} onClick={dialog.open}>
      {t('buses.create')}
    </Button>
  )
  return (
    <Page title={t('buses.title')} description={t('buses.hint')} actions={create}>
      <ProblemNotice error={error} />
      {!data && !error && <Skeleton height={120} />}
      {data?.length === 0 && (
        <Card>
          <Empty
            icon={IconRoute}
            title={t('buses.empty')}
            next={t(may('openevent.write') ? 'buses.emptyNext' : 'buses.emptyNextReader')}
            actions={create}
          />
        </Card>
      )}
      {data && data.length > 0 && (
        <Card padding={0}>
          <Table.ScrollContainer minWidth={560} type="native" tabIndex={0} role="region" aria-label={t('buses.title')}>
            <Table aria-label={t('buses.title')}>
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>{t('buses.name')}</Table.Th>
                  <Table.Th>{t('ui.description')}</Table.Th>
                  <Table.Th w={230}>{t('ui.created')}</Table.Th>
                </Table.Tr>
              </Table.Thead>
              <Table.Tbody>
                {data.map((bus) => (
                  <Table.Tr key={bus.id}>
                    <Table.Td>
                      <LinkTo {...links.eventBus(bus.id)} fw={500} className="wrap-anywhere">
                        {bus.name}
                      </LinkTo>
                    </Table.Td>
                    <Table.Td>
                      <Text fz="sm">{bus.description || '–'}</Text>
                    </Table.Td>
                    <Table.Td>
                      <Instant at={bus.createdAt} />
                    </Table.Td>
                  </Table.Tr>
                ))}
              </Table.Tbody>
            </Table>
          </Table.ScrollContainer>
        </Card>
      )}
      {creating && <CreateDialog close={dialog.close} />}
    </Page>
  )
}

function CreateDialog({ close }: { close: () => void }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [name, setName] = useState('')
  const [description, setDescription] = useState('')
  const create = useMutation({
    mutationFn: () => calls.createEventBus({ name, description }),
    onSuccess: async (bus) => {
      await client.invalidateQueries({ queryKey: ['event-buses'] })
      await navigate(links.eventBus(bus.id))
    },
  })
  return (
    <Confirm
      opened
      close={close}
      title={t('buses.create')}
      verb={t('ui.create')}
      busy={create.isPending}
      disabled={name.trim() === ''}
      confirm={() => create.mutate()}
    >
      <TextInput
        label={t('buses.name')}
        description={t('buses.nameHint')}
        required
        data-autofocus
        value={name}
        error={fieldProblem(create.error, 'name')}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <Textarea
        label={t('ui.description')}
        autosize
        minRows={2}
        maxLength={512}
        value={description}
        onChange={(event) => setDescription(event.currentTarget.value)}
      />
      <ProblemNotice error={create.error} />
    </Confirm>
  )
}
