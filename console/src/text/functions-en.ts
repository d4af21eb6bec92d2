/** Functions: their code, what it may use, test runs, and what each run did. */
export const functionsEn = {
  function: {
    targetFunction: 'Function',
    targetHint: 'It is told of the event; what it returns is not looked at, because nothing asks it.',
    targetNone: 'No extension of the tenant is deployed as a function.',
    straight: 'Straight to the function, over no event bus',
    envelope: 'As the function is given it, byte for byte',
    failed: 'Function failed',
    failedBlocks: 'Its function failed at every attempt, which counts as a refusal.',
    failedPasses: 'Its function failed at every attempt, which counts as a pass.',
    waitRun: 'Its function is being run.',
    waitAgain: 'Its function has given no result yet; it is run again by itself.',
    runs: 'Runs of the function',
  },
}

/** What the audit trail says of it. */
export const functionsAuditEn = {
  checkGiveUp: 'The function of {{extension}} was given up after {{attempts}} attempts',
  functionDelivery: 'Changed how the function of the extension {{extension}} is asked',
  functionTest: 'Ran the function of the extension {{extension}} to test it',
}
