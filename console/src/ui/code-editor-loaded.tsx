import { javascript } from '@codemirror/lang-javascript'
import { json } from '@codemirror/lang-json'
import { basicSetup, EditorView } from 'codemirror'
import { useEffect, useRef } from 'react'
import { styleNonce } from '../theme.ts'
import type { CodeEditorProps } from './code-editor.tsx'

const LANGUAGES = {
  json,
  javascript: () => javascript(),
  typescript: () => javascript({ typescript: true }),
  text: () => [],
}

type Props = CodeEditorProps & {
  /** Of a language that comes by itself; a new one makes the editor anew. */
  grammar?: Grammar
}
export type Grammar = NonNullable<NonNullable<ConstructorParameters<typeof EditorView>[0]>['extensions']>

export function CodeEditorLoaded(props: Props) {
  const { label, value, language, invalid = false, minHeight = 240, maxHeight = 480, goTo = null } = props
  const { grammar, readOnly = false } = props
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(null)
  const onChange = useRef(props.onChange)
  onChange.current = props.onChange
  const onSelection = useRef(props.onSelection)
  onSelection.current = props.onSelection
  const first = useRef(value)
  useEffect(() => {
    const made = new EditorView({
      parent: place.current!,
      doc: first.current,
      extensions: [
        basicSetup,
        grammar ?? (language === 'sql' ? [] : LANGUAGES[language]()),
        EditorView.editable.of(!readOnly),
        EditorView.cspNonce.of(styleNonce()),
        EditorView.lineWrapping,
        EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', tabindex: '0' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange.current(update.state.doc.toString())
          if (!update.selectionSet && !update.docChanged) return
          const { from, to } = update.state.selection.main
          onSelection.current?.(update.state.sliceDoc(from, to))
        }),
        EditorView.theme({
          '&': { fontSize: '13px', maxHeight: `${maxHeight}px` },
          '.cm-scroller': {
            overflow: 'auto',
            minHeight: `${minHeight}px`,
            fontFamily: 'var(--mantine-font-family-monospace)',
          },
        }),
      ],
    })
    view.current = made
    return () => {
      first.current = made.state.doc.toString()
      made.destroy()
    }
  }, [grammar, language, label, minHeight, maxHeight, readOnly])
  useEffect(() => {
    const made = view.current
    if (made === null || made.state.doc.toString() === value) return
    made.dispatch({ changes: { from: 0, to: made.state.doc.length, insert: value } })
  }, [value])
  useEffect(() => {
    const made = view.current
    if (made === null || goTo === null) return
    const line = made.state.doc.line(Math.min(Math.max(goTo.line, 1), made.state.doc.lines))
    made.dispatch({ selection: { anchor: line.from }, scrollIntoView: true })
    made.focus()
  }, [goTo])
  return <div ref={place} className="code-editor" data-invalid={invalid || undefined} />
}
