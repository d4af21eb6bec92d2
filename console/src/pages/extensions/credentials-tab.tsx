import { may } from '@holdpoint/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import { principalOf, useMe } from '../../session.ts'
import { useTranslation } from '../../text/index.ts'
import { AccessKeys } from '../account/access-keys.tsx'
import type { TabProps } from './extension.tsx'

/** The AccessKey pairs with which the extension answers, of a user that does nothing else. */
export default function CredentialsTab({ extension: { code } }: TabProps) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const me = useMe()
  const { data, error } = useQuery(queries.credentials(code))
  return (
    <AccessKeys
      title={t('credentials.title')}
      hint={t('credentials.hint')}
      empty={t('credentials.empty')}
      emptyNext={t('credentials.emptyNext')}
      keys={data?.accessKeys}
      error={error}
      administers={may(principalOf(me), 'extension.credentials')}
      create={() => calls.createCredentials(code)}
      setActive={(id, active) => calls.setCredentialsActive(code, id, active)}
      remove={(id) => calls.deleteCredentials(code, id)}
      refresh={() => client.invalidateQueries({ queryKey: ['credentials', code] })}
    />
  )
}
