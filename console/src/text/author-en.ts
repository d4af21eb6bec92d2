/** The author's loop: trials of a version under test, and what is forwarded to the author's machine. */
export const authorEn = {
  trial: {
    tab: 'Trial',
    cannot: 'Nothing can be tried',
    send: 'Ask the version under test',
    sendHint:
      'A real message with this body, on its real way, and a real check with its result. Nobody asked for the operation, and nothing happens whatever the verdict.',
    event: 'Event',
    points: 'Extension points: the version is asked',
    regular: 'Regular events: the version is told',
    body: 'Body of the event',
    setHere: 'Set when it is sent, whatever stands there: {{members}}.',
    noObject: 'This is no JSON object.',
    snapshot: 'What is told of the object',
    snapshotHint: 'What GetIDEEventDetail answers to an extension that asks for the object of the event.',
    snapshotExample: 'Begin with an example',
    sendNow: 'Send',
    reset: 'Back to the sample',
    told: 'It was told; a regular event asks nobody.',
    passed: 'The check passed. It was a trial: nothing was carried out.',
    warned: '{{extensions}} lets it pass with a warning. It was a trial: nothing was carried out.',
    result: 'What became of it',
    resultHint: 'Live: the message, every attempt to deliver it, and the result.',
    earlier: 'Latest trials',
    answer: 'Answer',
    machine: 'Forwarded to the machine of {{user}} ({{machine}})',
    heard: 'It was last heard of before',
    attached: 'Trials go there instead of along the channel; real operations go both ways.',
    detached: 'It was not heard of for ten minutes: trials go along the channel again.',
    badge: 'Trial',
    badgeHint:
      'Sent by hand to an extension under test. Nobody asked for this operation, and nothing happens whatever the verdict.',
  },
}

/** What the audit trail says of it. */
export const authorAuditEn = {
  devConnect: 'Had the messages of the extension {{extension}} forwarded to {{machine}}',
  devDisconnect: 'Ended the forwarding of messages of the extension {{extension}}',
  messageReplay: 'Had the message {{object}} delivered again for the extension {{extension}}',
  trialSend: 'Tried the extension {{extension}} with “{{point}}”',
  trialWithdraw: 'Withdrew the trial',
  trialEndDone: 'The trial passed; nothing was carried out',
  trialEndRefused: 'The trial was refused; there was nothing to carry out',
}
