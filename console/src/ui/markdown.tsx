import { Box } from '@mantine/core'
import { lazy, Suspense } from 'react'

const Rendered = lazy(() => import('./markdown-rendered.tsx'))

/** Markdown from outside: no raw HTML, no images, and links that give nothing away. */
export function MarkdownText({ text }: { text: string }) {
  return (
    <Box className="markdown">
      <Suspense fallback={<p className="plain">{text}</p>}>
        <Rendered text={text} />
      </Suspense>
    </Box>
  )
}
