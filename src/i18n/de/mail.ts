export const mail = {
  // Every letter
  'Hello {username},': 'Guten Tag {username},',
  Account: 'Konto',
  When: 'Zeitpunkt',
  Device: 'Gerät',
  'IP address': 'IP-Adresse',
  'If the button does not work, open this address:':
    'Falls die Schaltfläche nicht funktioniert, öffnen Sie diese Adresse:',
  'This letter was sent by {name} at {url}. Nobody reads replies to it.':
    'Diese Nachricht wurde von {name} unter {url} versandt. Antworten darauf werden nicht gelesen.',
  // Sign-up
  'Confirm your email address': 'Bestätigen Sie Ihre E-Mail-Adresse',
  'Somebody, hopefully you, entered this email address to create an account. Confirm that it is yours, and the account will be ready.':
    'jemand, hoffentlich Sie selbst, hat diese E-Mail-Adresse angegeben, um ein Konto anzulegen. Bestätigen Sie, dass es Ihre Adresse ist, dann ist das Konto bereit.',
  'Confirm and create the account': 'Bestätigen und Konto anlegen',
  'Or enter this code where you began:':
    'Oder geben Sie diesen Code dort ein, wo Sie begonnen haben:',
  'If you did not ask for this, ignore this letter: without your confirmation there will be no account.':
    'Wenn Sie das nicht veranlasst haben, ignorieren Sie diese Nachricht: Ohne Ihre Bestätigung entsteht kein Konto.',
  'You already have an account': 'Sie haben bereits ein Konto',
  'Somebody, hopefully you, wanted to use this email address for an account. It already belongs to one, so nothing was changed.':
    'Jemand, hoffentlich Sie selbst, wollte diese E-Mail-Adresse für ein Konto verwenden. Sie gehört bereits zu einem Konto, deshalb wurde nichts geändert.',
  'Sign in': 'Anmelden',
  'If you have forgotten your password, choose a new one:':
    'Wenn Sie Ihr Passwort vergessen haben, wählen Sie ein neues:',
  'If it was not you, there is nothing to do. Whoever asked has not learned that you have an account.':
    'Wenn Sie das nicht waren, müssen Sie nichts tun. Wer auch immer es war, hat nicht erfahren, dass Sie ein Konto haben.',
  'Your account is ready': 'Ihr Konto ist bereit',
  'Welcome! Your account is ready. You can sign in with your username or this address.':
    'willkommen! Ihr Konto ist bereit. Sie können sich mit Ihrem Benutzernamen oder mit dieser Adresse anmelden.',
  'Open your account': 'Konto öffnen',
  'If you did not create this account, please tell the people who run this service about it.':
    'Wenn Sie dieses Konto nicht angelegt haben, informieren Sie bitte die Betreiber dieses Dienstes.',
  'You are invited to create an account': 'Sie sind eingeladen, ein Konto anzulegen',
  'You are invited to create an account.': 'Sie sind eingeladen, ein Konto anzulegen.',
  '{invitedBy} invites you to create an account.': '{invitedBy} lädt Sie ein, ein Konto anzulegen.',
  'Accept the invitation': 'Einladung annehmen',
  'The invitation is valid until {until}.': 'Die Einladung gilt bis {until}.',
  'If you do not know what this is about, ignore this letter. Nothing happens then.':
    'Wenn Sie nicht wissen, worum es geht, ignorieren Sie diese Nachricht. Dann geschieht nichts.',
  // Email address and username
  'This email address was entered for your account. Confirm that it is yours.':
    'diese E-Mail-Adresse wurde für Ihr Konto angegeben. Bestätigen Sie, dass es Ihre Adresse ist.',
  'Confirm the address': 'Adresse bestätigen',
  'If you did not ask for this, ignore this letter: without your confirmation the address is not used.':
    'Wenn Sie das nicht veranlasst haben, ignorieren Sie diese Nachricht: Ohne Ihre Bestätigung wird die Adresse nicht verwendet.',
  'A new email address was requested': 'Eine neue E-Mail-Adresse wurde angefordert',
  'Somebody who is signed in to your account wants to replace this email address by {newEmail}. The change happens when the new address is confirmed.':
    'jemand, der in Ihrem Konto angemeldet ist, möchte diese E-Mail-Adresse durch {newEmail} ersetzen. Die Änderung erfolgt, sobald die neue Adresse bestätigt ist.',
  'If it was not you, change your password at once and end all other sessions of your account.':
    'Wenn Sie das nicht waren, ändern Sie sofort Ihr Passwort und beenden Sie alle anderen Sitzungen Ihres Kontos.',
  'Your email address was changed': 'Ihre E-Mail-Adresse wurde geändert',
  'Your account no longer has an email address.': 'Ihr Konto hat keine E-Mail-Adresse mehr.',
  'The email address of your account is now {newEmail}.':
    'die E-Mail-Adresse Ihres Kontos lautet jetzt {newEmail}.',
  'If it was not you, tell the people who run this service at once: somebody else may have taken over your account.':
    'Wenn Sie das nicht waren, informieren Sie sofort die Betreiber dieses Dienstes: Möglicherweise hat jemand anderes Ihr Konto übernommen.',
  'Your username was changed': 'Ihr Benutzername wurde geändert',
  'The username of your account is now {newUsername}. Use it from now on to sign in.':
    'der Benutzername Ihres Kontos lautet jetzt {newUsername}. Verwenden Sie ihn ab sofort zum Anmelden.',
  // Passwords and signing in
  'Reset your password': 'Setzen Sie Ihr Passwort zurück',
  'Somebody, hopefully you, wants to choose a new password for your account. The link works once, for {minutes} minutes.':
    'jemand, hoffentlich Sie selbst, möchte ein neues Passwort für Ihr Konto wählen. Der Link funktioniert einmal und {minutes} Minuten lang.',
  'Choose a new password': 'Neues Passwort wählen',
  'If it was not you, ignore this letter: your password stays as it is.':
    'Wenn Sie das nicht waren, ignorieren Sie diese Nachricht: Ihr Passwort bleibt unverändert.',
  'Your password was changed': 'Ihr Passwort wurde geändert',
  'The password of your account was changed.': 'das Passwort Ihres Kontos wurde geändert.',
  'If it was not you, somebody else has taken over your account. Reset the password at once:':
    'Wenn Sie das nicht waren, hat jemand anderes Ihr Konto übernommen. Setzen Sie das Passwort sofort zurück:',
  'Sign-in on a new device': 'Anmeldung auf einem neuen Gerät',
  'Somebody signed in to your account on a device that it was not used on before.':
    'jemand hat sich in Ihrem Konto auf einem Gerät angemeldet, auf dem es bisher nicht verwendet wurde.',
  'See where you are signed in': 'Ansehen, wo Sie angemeldet sind',
  'If it was not you, somebody else knows your password. Choose a new one at once:':
    'Wenn Sie das nicht waren, kennt jemand anderes Ihr Passwort. Wählen Sie sofort ein neues:',
  'Many failed attempts to sign in': 'Viele fehlgeschlagene Anmeldeversuche',
  'Somebody tried to sign in to your account and entered a wrong password {count} times. Further attempts are slowed down, but not on devices that you have used before.':
    'jemand hat versucht, sich in Ihrem Konto anzumelden, und dabei {count}-mal ein falsches Passwort eingegeben. Weitere Versuche werden gebremst, nicht aber auf Geräten, die Sie schon verwendet haben.',
  'This was the last attempt:': 'Das war der letzte Versuch:',
  'If it was not you, there is nothing to do as long as your password is hard to guess and used nowhere else. If you doubt that, or have forgotten it, choose a new one:':
    'Wenn Sie das nicht waren, müssen Sie nichts tun, solange Ihr Passwort schwer zu erraten ist und nirgends sonst verwendet wird. Wenn Sie daran zweifeln oder es vergessen haben, wählen Sie ein neues:',
  // Leaving
  'Your account is deactivated': 'Ihr Konto ist deaktiviert',
  'Your account is deactivated. Nobody can sign in to it, and its data is kept.':
    'Ihr Konto ist deaktiviert. Niemand kann sich darin anmelden, die Daten bleiben erhalten.',
  'If you want to use it again, activate it with this link:':
    'Wenn Sie es wieder verwenden möchten, aktivieren Sie es mit diesem Link:',
  'Activate the account': 'Konto aktivieren',
  'If you did not want this, activate the account and change its password, or tell the people who run this service.':
    'Wenn Sie das nicht wollten, aktivieren Sie das Konto und ändern Sie das Passwort, oder informieren Sie die Betreiber dieses Dienstes.',
  'Your account will be deleted': 'Ihr Konto wird gelöscht',
  'Your account is closed and will be deleted with all its data. You can change your mind until {until}.':
    'Ihr Konto ist geschlossen und wird mit allen Daten gelöscht. Sie können sich bis {until} anders entscheiden.',
  'Keep the account': 'Konto behalten',
  'If it was not you, keep the account with the link and change its password at once.':
    'Wenn Sie das nicht waren, behalten Sie das Konto mit dem Link und ändern Sie sofort das Passwort.',
  'Your account was deleted': 'Ihr Konto wurde gelöscht',
  'Your account and its data were deleted on {at}. This cannot be undone.':
    'Ihr Konto und seine Daten wurden am {at} gelöscht. Das lässt sich nicht rückgängig machen.',
  'If you did not want this, please tell the people who run this service about it.':
    'Wenn Sie das nicht wollten, informieren Sie bitte die Betreiber dieses Dienstes.',
  // The inbox of development
  'Sent mails': 'Versandte Mails',
  'No mail has been sent yet.': 'Es wurde noch keine Mail versandt.',
  'There is no mail server, so mails are shown here. Only while you develop.':
    'Es gibt keinen Mailserver, deshalb erscheinen Mails hier. Nur während der Entwicklung.',
  'As text': 'Als Text',
  'As HTML': 'Als HTML',
} as const
