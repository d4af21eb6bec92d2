import { useMemo } from 'react'
import type { CodeEditorProps } from './code-editor.tsx'
import { CodeEditorLoaded } from './code-editor-loaded.tsx'
import { sqlLanguage } from './sql-language.ts'

export function SqlEditorLoaded(props: CodeEditorProps) {
  const { tables } = props
  const grammar = useMemo(() => sqlLanguage(tables ?? {}), [tables])
  return <CodeEditorLoaded {...props} grammar={grammar} />
}
