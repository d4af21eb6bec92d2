/** Instances, what they leave and what may be done with them; runs; graphs. */
export const instancesEn = {
  instanceStatus: {
    'checking-condition': 'Checking condition',
    'checking-quality': 'Checking quality',
    failed: 'Failed',
    frozen: 'Frozen',
    'not-run': 'Not run',
    running: 'Running',
    succeeded: 'Succeeded',
    'waiting-for-resources': 'Waiting for resources',
    'waiting-for-time': 'Waiting for its time',
  },
  dagKind: {
    backfill: 'Data backfill',
    manual: 'Manual run',
    'manual-workflow': 'Manual workflow',
    scheduled: 'Scheduled',
    'smoke-test': 'Test',
    'temporary-workflow': 'Temporary workflow',
  },
}
