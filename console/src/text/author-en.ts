/** The author's loop: trials of a version under test, and what is forwarded to the author's machine. */
export const authorEn = {
  trial: {
    badge: 'Trial',
    badgeHint:
      'Sent by hand to an extension under test. Nobody asked for this operation, and nothing happens whatever the verdict.',
  },
}

/** What the audit trail says of it. */
export const authorAuditEn = {
  trialSend: 'Tried the extension {{extension}} with “{{point}}”',
  trialWithdraw: 'Withdrew the trial',
  trialEndDone: 'The trial passed; nothing was carried out',
  trialEndRefused: 'The trial was refused; there was nothing to carry out',
}
