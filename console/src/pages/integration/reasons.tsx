import { List, Text } from '@mantine/core'
import { reasonSentence } from '../development/reason.ts'

export type Reasons = readonly { readonly code: string; readonly details: Readonly<Record<string, unknown>> }[]

/** Why it is so; one reason stands for itself, several as a list. */
export function ReasonList({ of }: { of: Reasons }) {
  const sentences = [...new Set(of.map(reasonSentence))]
  if (sentences.length === 1) {
    return (
      <Text fz="sm" className="wrap-anywhere">
        {sentences[0]}
      </Text>
    )
  }
  return (
    <List size="sm">
      {sentences.map((sentence) => (
        <List.Item key={sentence} className="wrap-anywhere">
          {sentence}
        </List.Item>
      ))}
    </List>
  )
}
