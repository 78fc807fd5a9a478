/** The letters about factors. */
export const mailFactors = {
  Passkey: 'Passkey',
  'Authenticator app': 'Authenticator-App',
  'Code by email': 'Code per E-Mail',
  'Backup code': 'Backup-Code',
  'Emergency code': 'Notfallcode',
  'Second factor': 'Zweiter Faktor',
  'See your second factors': 'Ihre zweiten Faktoren ansehen',
  'A second factor was added to your account': 'Ihr Konto hat einen neuen zweiten Faktor',
  'Your account has a new second factor, which is asked for when somebody signs in.':
    'Ihr Konto hat einen neuen zweiten Faktor, nach dem beim Anmelden gefragt wird.',
  'If it was not you, somebody else is in your account. Remove the factor, change your password at once and end all other sessions.':
    'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto. Entfernen Sie den Faktor, ändern Sie sofort Ihr Passwort und beenden Sie alle anderen Sitzungen.',
  'A passkey of your account does not count any more': 'Ein Passkey Ihres Kontos zählt nicht mehr',
  'It was used in a way that a single device would not use it, so somebody may have a copy. It signs nobody in any more.':
    'Er wurde so benutzt, wie es ein einzelnes Gerät nicht täte; vielleicht hat jemand eine Kopie. Er meldet niemanden mehr an.',
  'A second factor was removed from your account': 'Ein zweiter Faktor Ihres Kontos wurde entfernt',
  'This second factor cannot be used any more to sign in to your account.':
    'dieser zweite Faktor kann nicht mehr zum Anmelden in Ihrem Konto verwendet werden.',
  // Backup codes
  'A backup code was used': 'Ein Backup-Code wurde verwendet',
  'A backup code of your account was used in place of a second factor.':
    'ein Backup-Code Ihres Kontos wurde anstelle eines zweiten Faktors verwendet.',
  'Codes that are left': 'Verbleibende Codes',
  'You have few codes left. Make new ones before there are none.':
    'Sie haben nur noch wenige Codes. Erstellen Sie neue, bevor keiner mehr übrig ist.',
  'If it was not you, somebody else has your password and your backup codes. Change your password at once and make new codes.':
    'Wenn Sie das nicht waren, hat jemand anderes Ihr Passwort und Ihre Backup-Codes. Ändern Sie sofort Ihr Passwort und erstellen Sie neue Codes.',
  'You have new backup codes': 'Sie haben neue Backup-Codes',
  'New backup codes were made for your account. All earlier ones are worthless now.':
    'für Ihr Konto wurden neue Backup-Codes erstellt. Alle früheren sind jetzt wertlos.',
  'Your backup codes expire soon': 'Ihre Backup-Codes laufen bald ab',
  'Your backup codes are valid until {until}. Make new ones before then.':
    'Ihre Backup-Codes gelten bis {until}. Erstellen Sie vorher neue.',
  'Make new backup codes': 'Neue Backup-Codes erstellen',
  'If you did not make any backup codes, change your password at once and look at the second factors of your account.':
    'Wenn Sie keine Backup-Codes erstellt haben, ändern Sie sofort Ihr Passwort und sehen Sie sich die zweiten Faktoren Ihres Kontos an.',
  // Signing in
  'Your code': 'Ihr Code',
  'Somebody, hopefully you, asked for this code to confirm who they are. It works once, for {minutes} minutes, and only where it was asked for.':
    'jemand, hoffentlich Sie selbst, hat diesen Code angefordert, um sich auszuweisen. Er funktioniert einmal, {minutes} Minuten lang und nur dort, wo er angefordert wurde.',
  'Enter this code where you began:': 'Geben Sie diesen Code dort ein, wo Sie begonnen haben:',
  'If it was not you, somebody else knows your password. Tell nobody this code, and change your password at once.':
    'Wenn Sie das nicht waren, kennt jemand anderes Ihr Passwort. Geben Sie diesen Code niemandem weiter, und ändern Sie sofort Ihr Passwort.',
  'Somebody may know your password': 'Möglicherweise kennt jemand Ihr Passwort',
  'Somebody entered the right password of your account, and then a wrong second factor {count} times. Only the second factor keeps them out.':
    'jemand hat das richtige Passwort Ihres Kontos eingegeben und danach {count}-mal einen falschen zweiten Faktor. Nur der zweite Faktor verhindert die Anmeldung.',
  // Lost factors
  'Replace your second factors': 'Ersetzen Sie Ihre zweiten Faktoren',
  'An administrator lets you replace the second factors of your account, because they are lost. The link works once, for {minutes} minutes.':
    'die Verwaltung des Servers ermöglicht Ihnen, die verlorenen zweiten Faktoren Ihres Kontos zu ersetzen. Der Link funktioniert einmal und {minutes} Minuten lang.',
  'Replace the second factors': 'Zweite Faktoren ersetzen',
  'If you did not ask for this, do not follow the link, and tell the people who run this service.':
    'Wenn Sie nicht darum gebeten haben, folgen Sie dem Link nicht, und informieren Sie die Betreiber dieses Dienstes.',
  'Your second factors were removed': 'Ihre zweiten Faktoren wurden entfernt',
  'All second factors of your account were removed. At the next sign-in you will be asked to set up a new one.':
    'alle zweiten Faktoren Ihres Kontos wurden entfernt. Bei der nächsten Anmeldung werden Sie gebeten, einen neuen einzurichten.',
  'If you did not ask for this, tell the people who run this service at once.':
    'Wenn Sie nicht darum gebeten haben, informieren Sie sofort die Betreiber dieses Dienstes.',
  'Your account needs a second factor': 'Ihr Konto braucht einen zweiten Faktor',
  'Your account must be protected by a second factor, such as a passkey or an authenticator app. You will be asked to set one up at the next sign-in.':
    'Ihr Konto muss durch einen zweiten Faktor geschützt werden, zum Beispiel durch einen Passkey oder eine Authenticator-App. Bei der nächsten Anmeldung werden Sie gebeten, einen einzurichten.',
  'If you do not know what this is about, ask the people who run this service.':
    'Wenn Sie nicht wissen, worum es geht, fragen Sie die Betreiber dieses Dienstes.',
  // Emergency access
  'Emergency access to your account': 'Notfallzugang zu Ihrem Konto',
  'An administrator asked for emergency access to your account. Another one must approve it first.':
    'jemand aus der Verwaltung des Servers hat einen Notfallzugang zu Ihrem Konto beantragt. Eine zweite Person muss zuerst zustimmen.',
  'Emergency access to your account was approved: there is a code that replaces your second factor once.':
    'ein Notfallzugang zu Ihrem Konto wurde genehmigt: Es gibt einen Code, der Ihren zweiten Faktor einmal ersetzt.',
  'The emergency access to your account was cancelled.':
    'der Notfallzugang zu Ihrem Konto wurde zurückgezogen.',
  'The emergency access to your account was used to sign in.':
    'der Notfallzugang zu Ihrem Konto wurde zum Anmelden verwendet.',
  Reason: 'Begründung',
  'Valid until': 'Gültig bis',
} as const
