import { may } from '@holdpoint/core/access'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { calls } from '../../api/calls.ts'
import { queries } from '../../api/queries.ts'
import type { Me } from '../../api/shapes.ts'
import { principalOf, useMe } from '../../session.ts'
import { AccessKeys } from '../account/access-keys.tsx'

/** Whether this person sees with what the extension answers: its owner, and who may do everything. */
const mayManage = (me: Me, ownerId: string) =>
  may(principalOf(me), 'extension.credentials') || (me.user.id === ownerId && may(principalOf(me), 'extension.write'))

/** The AccessKey pairs with which an extension answers; nothing for whom they are not. */
export function Credentials({ code, ownerId }: { code: string; ownerId: string }) {
  return mayManage(useMe(), ownerId) ? <OwnedCredentials code={code} /> : null
}

function OwnedCredentials({ code }: { code: string }) {
  const { t } = useTranslation()
  const client = useQueryClient()
  const { data, error } = useQuery(queries.credentials(code))
  return (
    <AccessKeys
      title={t('credentials.title')}
      hint={t('credentials.hint')}
      empty={t('credentials.empty')}
      emptyNext={t('credentials.emptyNext')}
      keys={data?.accessKeys}
      error={error}
      create={() => calls.createCredentials(code)}
      setActive={(id, active) => calls.setCredentialsActive(code, id, active)}
      remove={(id) => calls.deleteCredentials(code, id)}
      refresh={() => client.invalidateQueries({ queryKey: ['credentials', code] })}
    />
  )
}
