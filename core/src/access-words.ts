import type { Action } from './access.ts'

/** The table of access in words: what each action is. */
export const ACTION_WORDS: Readonly<Record<Action, string>> = {
  'user.read': 'see the users of the tenant and their roles',
  'user.write': 'add and change users, their roles, one-time passwords, sessions and AccessKey pairs',
  'workspace.create': 'create workspaces',
  'extension.read': 'see extensions, their versions and their history',
  'extension.write': 'register, change, try, submit, publish, disable and delete extensions',
  'extension.credentials': 'make the AccessKey pairs with which anybody’s extension answers',
  'extension.review': 'approve or reject what somebody else has submitted',
  'extension.enable-for-tenant': 'enable extensions for the whole tenant and choose their options',
  'openevent.read': 'see event buses, rules, targets and dead letters',
  'openevent.write':
    'change event buses, rules, targets and channels; put events on buses; read the secrets deliveries are signed with',
  'resource-group.read': 'see resource groups',
  'resource-group.write':
    'change resource groups: how many instances run at once, and whether shell and Python nodes do',
  'tenant-check.pass': 'mark a failed check of a tenant-level operation as passed',
  'delivery.redeliver': 'deliver messages again, and drop dead letters',
  'workspace.read': 'see the workspace, its members and its extensions',
  'workspace.configure': 'change the settings of the workspace',
  'member.write': 'add and remove members and change their roles',
  'extension.enable': 'enable extensions in the workspace and choose their options',
  'extension.test':
    'make the workspace the test workspace of an extension, which is then asked about what happens there',
  'option.read': 'read the options that were chosen for extensions',
  'node.read': 'see nodes',
  'node.import': 'import nodes from a FlowSpec file',
  'node.operate': 'freeze, unfreeze and unpublish nodes',
  'file.read': 'see files, their versions and deployments, tables and reviews',
  'file.write': 'write, commit and delete files and folders',
  'file.run': 'run the code of files in development',
  'file.review': 'ask for code reviews, comment on and conclude them',
  'file.deploy': 'deploy files to production; in a workspace in basic mode this is how they are submitted',
  'table.write': 'design tables and submit them to development',
  'table.deploy': 'submit tables to production',
  'data-source.write': 'change and test the data sources that nodes run on',
  'alert.write': 'change and test alert rules; see where they tell',
  'operation.read': 'see operations, whom they wait for, and what was answered',
  'audit.read': 'read the audit trail',
  'check.pass': 'mark a failed check as passed, where its extension allows that',
}
