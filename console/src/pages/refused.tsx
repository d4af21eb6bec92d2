import { Alert } from '@mantine/core'
import { IconAlertTriangle } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { refusalSentence } from '../text/index.ts'

/** Why a sign-in at the provider led back here without one; only what the address may say is said. */
export function RefusedNotice({ code }: { code: string | undefined }) {
  const known = code?.startsWith('OPENID_') ? code : undefined
  const { data } = useQuery({
    queryKey: ['refusals'],
    queryFn: async (): Promise<Readonly<Record<string, { readonly sentence: string }>>> =>
      (await import('@holdpoint/core/refusal')).REFUSALS,
    enabled: known !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const sentence = known && data?.[known] && (refusalSentence(known, {}) ?? data[known].sentence)
  if (!sentence) return null
  return <Alert color="red" variant="light" role="alert" icon={<IconAlertTriangle />} title={sentence} />
}
