import { Group, Kbd, Modal, Switch, Table, Text } from '@mantine/core'
import { useTranslation } from '../../text/index.ts'
import type { Place } from './places.ts'

type Props = {
  close: () => void
  places: readonly Place[]
  singleKeys: boolean
  setSingleKeys: (on: boolean) => void
}

export default function ShortcutsDialog({ close, places, singleKeys, setSingleKeys }: Props) {
  const { t } = useTranslation()
  const rows: readonly (readonly [keys: readonly string[], meaning: string])[] = [
    [['Ctrl', 'K'], t('shortcuts.find')],
    [['?'], t('shortcuts.help')],
    [['/'], t('shortcuts.filter')],
    [['Esc'], t('shortcuts.close')],
    ...places
      .filter((place) => place.key !== undefined)
      .map((place) => [['g', place.key!], t('shortcuts.goTo', { place: t(place.text) })] as const),
  ]
  return (
    <Modal
      opened
      onClose={close}
      title={t('shell.shortcuts')}
      size="md"
      closeButtonProps={{ 'aria-label': t('ui.close') }}
    >
      <Table withRowBorders={false} verticalSpacing={6}>
        <Table.Tbody>
          {rows.map(([keys, meaning]) => (
            <Table.Tr key={meaning}>
              <Table.Td w={120}>
                <Group gap={4}>
                  {keys.map((key) => (
                    <Kbd key={key}>{key}</Kbd>
                  ))}
                </Group>
              </Table.Td>
              <Table.Td>{meaning}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Switch
        mt="md"
        label={t('shortcuts.singleKeys')}
        checked={singleKeys}
        onChange={(event) => setSingleKeys(event.currentTarget.checked)}
      />
      <Text fz="xs" c="dimmed" mt={4}>
        {t('shortcuts.singleKeysHint')}
      </Text>
    </Modal>
  )
}
