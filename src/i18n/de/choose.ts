/** Choosing between the account that is signed in and another one. */
export const choose = {
  'Choose an account': 'Konto auswählen',
  'Continue as {name}': 'Weiter als {name}',
  'Use another account': 'Anderes Konto verwenden',
} as const
