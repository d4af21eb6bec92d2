import { Skeleton, Tabs } from '@mantine/core'
import { type ReactNode, Suspense } from 'react'
import { type TextKey, useTranslation } from '../text/index.ts'

type PageTab = { readonly word: string; readonly text: TextKey; readonly show: () => ReactNode }

type Props = {
  label: string
  /** The first one is shown where the address names none that is here. */
  tabs: readonly PageTab[]
  tab: string | undefined
  go: (tab: string | undefined) => void
}

/** The parts of a page, one at a time; which one is in the address. */
export function PageTabs({ label, tabs, tab, go }: Props) {
  const { t } = useTranslation()
  return (
    <Tabs
      value={(tabs.find(({ word }) => word === tab) ?? tabs[0])?.word ?? null}
      keepMounted={false}
      onChange={(word) => go(word === null || word === tabs[0]?.word ? undefined : word)}
    >
      <Tabs.List aria-label={label} mb="md">
        {tabs.map(({ word, text }) => (
          <Tabs.Tab key={word} value={word}>
            {t(text)}
          </Tabs.Tab>
        ))}
      </Tabs.List>
      {tabs.map(({ word, show }) => (
        <Tabs.Panel key={word} value={word}>
          <Suspense fallback={<Skeleton height={240} />}>{show()}</Suspense>
        </Tabs.Panel>
      ))}
    </Tabs>
  )
}
