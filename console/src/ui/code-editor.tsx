import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'

export type CodeEditorProps = {
  label: string
  value: string
  onChange: (text: string) => void
  language: 'json' | 'javascript' | 'typescript'
  invalid?: boolean
  minHeight?: number
  maxHeight?: number
  /** Puts the cursor on this line, counted from 1; a new object does so again. */
  goTo?: { readonly line: number } | null
}

const Loaded = lazy(() => import('./code-editor-loaded.tsx').then((file) => ({ default: file.CodeEditorLoaded })))

/** An editor of code. What it consists of is loaded when the first one is shown. */
export function CodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Skeleton height={props.minHeight ?? 240} />}>
      <Loaded {...props} />
    </Suspense>
  )
}
