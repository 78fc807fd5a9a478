/** The second step of signing in. */
export const secondStep = {
  'Sign in with a passkey': 'Mit Passkey anmelden',
  'Your second factors are gone. Sign in to set up new ones.':
    'Ihre zweiten Faktoren sind entfernt. Melden Sie sich an, um neue einzurichten.',

  'Confirm that it is you': 'Bestätigen Sie, dass Sie es sind',
  'Your device asks for your finger, your face or its PIN.':
    'Ihr Gerät fragt nach Ihrem Finger, Ihrem Gesicht oder seiner PIN.',
  'Open your authenticator app and type the code that it shows for this account.':
    'Öffnen Sie Ihre Authenticator-App und geben Sie den Code ein, den sie für dieses Konto anzeigt.',
  'We send a code to the email address of your account.':
    'Wir senden einen Code an die E-Mail-Adresse Ihres Kontos.',
  'Type one of the backup codes that you have kept. Each works once.':
    'Geben Sie einen der Backup-Codes ein, die Sie aufbewahrt haben. Jeder gilt einmal.',
  'Type the code that an administrator has given you. It works once.':
    'Geben Sie den Code ein, den Sie von der Administration erhalten haben. Er gilt einmal.',
  'Six digits, from the newest mail.': 'Sechs Ziffern, aus der neuesten Mail.',
  'Blanks and hyphens do not matter.': 'Leerzeichen und Bindestriche spielen keine Rolle.',
  'Use a passkey': 'Passkey verwenden',
  'Use an authenticator app': 'Authenticator-App verwenden',
  'Use a code by email': 'Code per E-Mail verwenden',
  'Use a backup code': 'Backup-Code verwenden',
  'Use an emergency code': 'Notfallcode verwenden',
  'We have sent a code to {address}.': 'Wir haben einen Code an {address} gesendet.',
  'Send the code': 'Code senden',
  'Send another code': 'Neuen Code senden',
  'Do not ask for it in this browser for {hours} hours':
    'In diesem Browser {hours} Stunden lang nicht danach fragen',
  'Do not ask for it in this browser for {days} days':
    'In diesem Browser {days} Tage lang nicht danach fragen',
  'Only on a device that nobody else uses.': 'Nur auf einem Gerät, das sonst niemand benutzt.',
  'I cannot use any of these': 'Ich kann nichts davon verwenden',
  'No second factor at hand?': 'Kein zweiter Faktor zur Hand?',
  'Look for another one: a passkey may be on your other devices, an app on your old phone.':
    'Suchen Sie einen anderen: Ein Passkey kann auf Ihren anderen Geräten liegen, eine App auf Ihrem alten Telefon.',
  'Use one of the backup codes that you were shown when you set your factor up.':
    'Verwenden Sie einen der Backup-Codes, die Ihnen beim Einrichten Ihres Faktors angezeigt wurden.',
  'Ask an administrator of this server for a link with which you replace your factors, or for emergency access. Expect to be asked who you are.':
    'Bitten Sie die Administration dieses Servers um einen Link, mit dem Sie Ihre Faktoren ersetzen, oder um einen Notfallzugang. Rechnen Sie damit, dass Sie sich ausweisen müssen.',
  'Nobody who helps you needs your password or a code of yours.':
    'Niemand, der Ihnen hilft, braucht Ihr Passwort oder einen Ihrer Codes.',
  'Start over': 'Von vorn beginnen',

  // Setting up a factor on the way in
  'Protect your account': 'Ihr Konto schützen',
  'With a passkey': 'Mit einem Passkey',
  'You sign in with your finger, your face or a PIN. It works only here, so nobody can talk you out of it.':
    'Sie melden sich mit Finger, Gesicht oder PIN an. Er funktioniert nur hier, daher kann ihn Ihnen niemand abschwatzen.',
  'With an authenticator app': 'Mit einer Authenticator-App',
  'The app on your phone shows a code that you type after your password.':
    'Die App auf Ihrem Telefon zeigt einen Code an, den Sie nach Ihrem Passwort eingeben.',
  'With codes by email': 'Mit Codes per E-Mail',
  'We send you a code after your password. This protects least.':
    'Nach Ihrem Passwort senden wir Ihnen einen Code. Das schützt am wenigsten.',
  'Not now': 'Nicht jetzt',
  'This account needs a second factor. Set one up to go on.':
    'Für dieses Konto ist ein zweiter Faktor nötig. Richten Sie einen ein, um fortzufahren.',
  'With a passkey you need no password here any more.':
    'Mit einem Passkey brauchen Sie hier kein Passwort mehr.',
  'This account needs a second factor from {until} on. Set one up now or later.':
    'Für dieses Konto ist ab {until} ein zweiter Faktor nötig. Richten Sie jetzt oder später einen ein.',
  'Set up a passkey': 'Passkey einrichten',
  'Name of the passkey': 'Name des Passkeys',
  'Set up an authenticator app': 'Authenticator-App einrichten',
  'Choose again': 'Neu wählen',
  'Keep your backup codes': 'Bewahren Sie Ihre Backup-Codes auf',

  // An authenticator app
  'Six digits, which the app shows now.': 'Sechs Ziffern, die die App gerade anzeigt.',
  'Name of the app or device': 'Name der App oder des Geräts',
  'So that you can tell it from others later.': 'Damit Sie es später von anderen unterscheiden.',
  'Set up the app': 'App einrichten',
  'Scan this with an authenticator app, such as the one of your password manager.':
    'Scannen Sie dies mit einer Authenticator-App, zum Beispiel der Ihres Passwortmanagers.',
  'QR code with the key for the app': 'QR-Code mit dem Schlüssel für die App',
  'No camera? Type the key': 'Keine Kamera? Schlüssel eintippen',
  'Choose codes that depend on the time. Upper and lower case do not matter.':
    'Wählen Sie zeitabhängige Codes. Groß- und Kleinschreibung spielen keine Rolle.',
  'Your app has the key already. Wait for its next code and type that one.':
    'Ihre App hat den Schlüssel bereits. Warten Sie auf ihren nächsten Code und geben Sie diesen ein.',

  // Lost factors
  'Replace your second factors': 'Ersetzen Sie Ihre zweiten Faktoren',
  'All passkeys, authenticator apps and backup codes of the account are removed, and it is signed out everywhere. You set up a new factor when you sign in next.':
    'Alle Passkeys, Authenticator-Apps und Backup-Codes des Kontos werden entfernt, und es wird überall abgemeldet. Bei der nächsten Anmeldung richten Sie einen neuen Faktor ein.',
  'Remove the factors': 'Faktoren entfernen',
  'No password, or you do not know it? Choose a new one first; this link stays as it is meanwhile.':
    'Kein Passwort, oder Sie wissen es nicht? Wählen Sie zuerst ein neues; dieser Link bleibt so lange, wie er ist.',
  'It was used already, has expired, or a newer one was sent. Ask an administrator for another.':
    'Er wurde bereits verwendet, ist abgelaufen, oder es wurde ein neuerer gesendet. Bitten Sie die Administration um einen neuen.',

  // Backup codes
  'With one of these codes you come in when your second factor is lost. Each works once.':
    'Mit einem dieser Codes kommen Sie hinein, wenn Ihr zweiter Faktor verloren ist. Jeder gilt einmal.',
  'They are valid until {until} and are not shown again. Save or print them now, and keep them where nobody else looks.':
    'Sie gelten bis {until} und werden nicht noch einmal angezeigt. Speichern oder drucken Sie sie jetzt und bewahren Sie sie dort auf, wo niemand sonst nachsieht.',
  'Download the codes': 'Codes herunterladen',
  'Backup codes of {user} at {host}, valid until {until}':
    'Backup-Codes von {user} bei {host}, gültig bis {until}',
} as const
