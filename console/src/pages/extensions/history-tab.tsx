import type { ExtensionView } from '../../api/shapes.ts'
import { Card } from '../../ui/section.tsx'
import { Timeline } from './history.tsx'

/** All that has happened to an extension. */
export default function HistoryTab({ extension }: { extension: ExtensionView }) {
  return (
    <Card>
      <Timeline code={extension.code} />
    </Card>
  )
}
