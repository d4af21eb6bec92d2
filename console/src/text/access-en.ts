/** Signing in, passwords, and what an extension answers with. */
export const accessEn = {
  provider: {
    beginAgain: 'Begin again',
    link: 'Link {{label}}',
    linkHint: 'Once it is, you can sign in there.',
    linked: 'Linked: you sign in there.',
    notLinked: 'Not linked yet.',
    only: 'People sign in at {{label}} here. Only the account owner has a password.',
    or: 'or',
    signIn: 'Sign in with {{label}}',
  },
  password: {
    change: 'Change password',
    changed: 'Password changed. All other sessions have ended.',
    choose: 'Choose a password of your own',
    chooseHint: 'You have signed in with a one-time password, which you replace now.',
    hint: 'All other sessions end with it.',
    new: 'New password',
    newHint: 'At least 10 characters.',
    oneTime: 'One-time password',
    oneTimeOnce:
      'It is shown this once. Hand it over: within three days it signs in, and only to be replaced by one that nobody else knows.',
    present: 'Present password',
    set: 'Set password and sign in',
    title: 'Password',
  },
  credentials: {
    empty: 'This extension has no AccessKey pair of its own',
    emptyNext:
      'Make one for the program that answers: it can answer for this extension and read what is its own, and do nothing else. Your own pairs can do everything you may.',
    hint: 'For the program that answers for this extension, and for nothing else. At most two are active: one replaces the other.',
    tab: 'Credentials',
    title: 'Credentials for answering',
  },
}
