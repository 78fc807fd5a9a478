/** The frame around every page, forms in general, the error page and the way back to an application. */
export const frame = {
  'Cardea keeps the door.': 'Cardea hütet die Tür.',
  '{name} runs on Cardea.': '{name} läuft mit Cardea.',
  Language: 'Sprache',
  Continue: 'Weiter',
  optional: 'freiwillig',
  'opens in a new tab': 'öffnet sich in einem neuen Tab',

  'That did not work. Please try again.':
    'Das hat nicht geklappt. Bitte versuchen Sie es noch einmal.',
  'No passkey was used. You can try again.':
    'Es wurde kein Passkey verwendet. Sie können es noch einmal versuchen.',
  'This browser cannot use passkeys.': 'Dieser Browser kann keine Passkeys verwenden.',
  'This device has a passkey for this account already.':
    'Auf diesem Gerät gibt es schon einen Passkey für dieses Konto.',
  'Passkeys need JavaScript.': 'Für Passkeys wird JavaScript benötigt.',

  'Error: {title}': 'Fehler: {title}',
  'Error {status}': 'Fehler {status}',
  'There is nothing here': 'Hier ist nichts',
  'Please try again in a moment': 'Bitte versuchen Sie es gleich noch einmal',
  'Something went wrong': 'Etwas ist schiefgegangen',
  'This request cannot be used': 'Mit dieser Anfrage geht es nicht weiter',
  'Go back': 'Zurück',
  'Details for support': 'Angaben für den Support',
  'Error code': 'Fehlercode',
  Parameter: 'Parameter',
  'Request id': 'Kennung der Anfrage',
  'Wait a minute before you try again.':
    'Warten Sie eine Minute, bevor Sie es noch einmal versuchen.',
  'The fault is on our side. Try again in a moment; if it stays, pass on the details below.':
    'Der Fehler liegt bei uns. Versuchen Sie es gleich noch einmal. Wenn er bleibt, geben Sie bitte die folgenden Angaben weiter.',
  'Return to the application you came from and start again. If this page comes back, pass the details below on to the people who run that application.':
    'Kehren Sie zu der Anwendung zurück, von der Sie gekommen sind, und beginnen Sie dort von vorn. Wenn diese Seite wieder erscheint, geben Sie die folgenden Angaben bitte an die Betreiber der Anwendung weiter.',

  'One moment': 'Einen Moment',
  'You are being taken back to the application.': 'Sie werden zur Anwendung zurückgeleitet.',
} as const
