import { Skeleton } from '@mantine/core'
import { lazy, Suspense } from 'react'

export type CodeEditorProps = {
  label: string
  value: string
  onChange: (text: string) => void
  language: 'json' | 'javascript' | 'typescript' | 'sql' | 'text'
  /** Of SQL: what its completion knows, each table with its columns. */
  tables?: Readonly<Record<string, readonly string[]>> | undefined
  readOnly?: boolean
  /** What is selected, as it changes; empty where nothing is. */
  onSelection?: ((text: string) => void) | undefined
  invalid?: boolean
  minHeight?: number
  maxHeight?: number
  /** Puts the cursor on this line, counted from 1; a new object does so again. */
  goTo?: { readonly line: number } | null
}

const Loaded = lazy(() => import('./code-editor-loaded.tsx').then((file) => ({ default: file.CodeEditorLoaded })))
/** SQL is larger than the other languages and is loaded where it is written. */
const LoadedSql = lazy(() => import('./sql-editor-loaded.tsx').then((file) => ({ default: file.SqlEditorLoaded })))

/** An editor of code. What it consists of is loaded when the first one is shown. */
export function CodeEditor(props: CodeEditorProps) {
  return (
    <Suspense fallback={<Skeleton height={props.minHeight ?? 240} />}>
      {props.language === 'sql' ? <LoadedSql {...props} /> : <Loaded {...props} />}
    </Suspense>
  )
}
