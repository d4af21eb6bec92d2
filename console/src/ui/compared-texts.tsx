import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'

export type ComparedTextsProps = {
  /** What each side is called. */
  before: { readonly label: string; readonly text: string }
  after: { readonly label: string; readonly text: string }
  sql?: boolean
}

const Loaded = lazy(() => import('./compared-texts-loaded.tsx').then((file) => ({ default: file.ComparedTextsLoaded })))

/** Two texts side by side, their differences marked. */
export function ComparedTexts(props: ComparedTextsProps) {
  return (
    <Suspense fallback={<Skeleton height={240} />}>
      <Loaded {...props} />
    </Suspense>
  )
}
