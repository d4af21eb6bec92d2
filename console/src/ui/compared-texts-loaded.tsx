import { MergeView } from '@codemirror/merge'
import { SimpleGrid, Text } from '@mantine/core'
import { basicSetup, EditorView } from 'codemirror'
import { useEffect, useRef } from 'react'
import { styleNonce } from '../theme.ts'
import type { ComparedTextsProps } from './compared-texts.tsx'
import { sqlLanguage } from './sql-language.ts'

const SCAN_LIMIT = 10_000
const DIFF_MS = 2_000

export function ComparedTextsLoaded({ before, after, sql = false }: ComparedTextsProps) {
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    const extensions = (label: string) => [
      basicSetup,
      sql ? sqlLanguage({}) : [],
      EditorView.editable.of(false),
      EditorView.cspNonce.of(styleNonce()),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
      EditorView.theme({
        '&': { fontSize: '13px' },
        '.cm-scroller': { fontFamily: 'var(--mantine-font-family-monospace)' },
      }),
    ]
    const made = new MergeView({
      parent: place.current!,
      a: { doc: before.text, extensions: extensions(before.label) },
      b: { doc: after.text, extensions: extensions(after.label) },
      collapseUnchanged: { margin: 3, minSize: 6 },
      diffConfig: { scanLimit: SCAN_LIMIT, timeout: DIFF_MS },
    })
    return () => made.destroy()
  }, [before.label, before.text, after.label, after.text, sql])
  return (
    <div>
      <SimpleGrid cols={2} mb={4}>
        <Text fz="sm" fw={600}>
          {before.label}
        </Text>
        <Text fz="sm" fw={600}>
          {after.label}
        </Text>
      </SimpleGrid>
      <div ref={place} className="code-editor compared-texts" />
    </div>
  )
}
