/** The codes of the roles that a workspace has here, and what they are called. */
export const PROJECT_ROLES = {
  owner: { code: 'role_project_owner', name: 'Workspace owner' },
  administrator: { code: 'role_project_admin', name: 'Workspace administrator' },
  developer: { code: 'role_project_dev', name: 'Developer' },
  operator: { code: 'role_project_pe', name: 'O&M' },
  deployer: { code: 'role_project_deploy', name: 'Deployer' },
  'security-administrator': { code: 'role_project_security', name: 'Security administrator' },
  visitor: { code: 'role_project_guest', name: 'Visitor' },
} as const
