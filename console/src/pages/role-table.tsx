import {
  ACCESS,
  type Action,
  may,
  type Principal,
  TENANT_ROLES,
  type TenantRole,
  WORKSPACE_ROLES,
  type WorkspaceRole,
} from '@holdpoint/core/access'
import { IconCheck } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { currentLanguage, type Language, useTranslation } from '../text/index.ts'
import { type Column, RowTable } from '../ui/row-table.tsx'
import { Card, Section } from '../ui/section.tsx'

const ACTIONS = Object.keys(ACCESS) as Action[]
const NOBODY: Principal = { userId: 0, tenantId: 0, tenantRoles: [], workspaceRoles: {} }
const HERE = 1
/** The table in words. Only these tables show them, so they come with them. */
const WORDS: Readonly<Record<Language, () => Promise<Readonly<Record<Action, string>>>>> = {
  en: () => import('@holdpoint/core/access-words').then((file) => file.ACTION_WORDS),
  zh: () => import('../text/actions-zh.ts').then((file) => file.ACTION_WORDS_ZH),
}

/** What each role may do, from the table that decides. */
export function RoleTable({ of }: { of: 'tenant' | 'workspace' }) {
  const { t } = useTranslation()
  const language = currentLanguage()
  const { data: words } = useQuery({
    queryKey: ['action-words', language],
    queryFn: WORDS[language],
    staleTime: Number.POSITIVE_INFINITY,
  })
  const title = t(of === 'tenant' ? 'roles.tenantTitle' : 'roles.title')
  const roles =
    of === 'tenant'
      ? TENANT_ROLES.map((role: TenantRole) => ({
          role,
          name: t(`tenantRole.${role}`),
          as: { ...NOBODY, tenantRoles: [role] },
        }))
      : WORKSPACE_ROLES.map((role: WorkspaceRole) => ({
          role,
          name: t(`role.${role}`),
          as: { ...NOBODY, workspaceRoles: { [HERE]: [role] } },
        }))
  const columns: readonly Column<Action>[] = [
    { key: 'what', header: t('roles.what'), cell: (action) => words?.[action] },
    ...roles.map(({ role, name, as }) => ({
      key: role,
      header: name,
      width: 110,
      cell: (action: Action) => <Mark yes={may(as, action, HERE)} />,
    })),
  ]
  return (
    <Section title={title} description={t('roles.hint')}>
      <Card padding={0}>
        <RowTable
          label={title}
          columns={columns}
          rows={words && ACTIONS.filter((action) => of === 'tenant' || ACCESS[action].scope === 'workspace')}
          keyOf={(action) => action}
          minWidth={980}
        />
      </Card>
    </Section>
  )
}

function Mark({ yes }: { yes: boolean }) {
  const { t } = useTranslation()
  return (
    <>
      {yes && <IconCheck size={18} aria-hidden />}
      <span className="for-readers">{t(yes ? 'roles.allowed' : 'roles.notAllowed')}</span>
    </>
  )
}
