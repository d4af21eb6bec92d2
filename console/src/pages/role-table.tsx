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
import { useTranslation } from 'react-i18next'
import { actionWords } from '../text/index.ts'
import { type Column, RowTable } from '../ui/row-table.tsx'
import { Card, Section } from '../ui/section.tsx'

const ACTIONS = Object.keys(ACCESS) as Action[]
const NOBODY: Principal = { userId: 0, tenantId: 0, tenantRoles: [], workspaceRoles: {} }
const HERE = 1

/** What each role may do, from the table that decides. */
export function RoleTable({ of }: { of: 'tenant' | 'workspace' }) {
  const { t } = useTranslation()
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
    { key: 'what', header: t('roles.what'), cell: actionWords },
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
          rows={ACTIONS.filter((action) => of === 'tenant' || ACCESS[action].scope === 'workspace')}
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
