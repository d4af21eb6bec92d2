/** The Management Center: what is enabled where, with which options, and what parameters say. */
export const managementEn = {}

/** What the audit trail says of it. */
export const managementAuditEn = {
  extensionEnableForTenant: 'Enabled the extension {{extension}} for the tenant',
  extensionSwitchOffForTenant: 'Switched the extension {{extension}} off for the tenant',
  extensionSetOptions: 'Set the options of the extension {{extension}}',
  extensionTest: 'Switched the extension {{extension}} on for operations of their own, for testing',
  extensionEndTest: 'Switched the extension {{extension}} off for operations of their own',
}
