/** Registration, recovery and the links of letters: the pages for people who are not signed in. */
export const signUp = {
  'I already have an account': 'Ich habe schon ein Konto',
  'Others may see it. Leave it empty and one is made up for you.':
    'Andere können ihn sehen. Wenn Sie nichts eingeben, denken wir uns einen für Sie aus.',
  'I accept the {terms}.': 'Ich akzeptiere die {terms}.',
  'I accept the {terms} and have read the {privacy}.':
    'Ich akzeptiere die {terms} und habe die {privacy} gelesen.',
  'terms of service': 'Nutzungsbedingungen',
  'privacy policy': 'Datenschutzerklärung',
  'How your data is used: {privacy}': 'Wie Ihre Daten verwendet werden: {privacy}',
  'An email address is needed.': 'Eine E-Mail-Adresse wird benötigt.',
  'The name must have at most {n1} characters.': 'Der Name darf höchstens {n1} Zeichen lang sein.',

  'Registration is closed': 'Die Registrierung ist geschlossen',
  'New accounts are made by the people who run this server. Ask them for one.':
    'Neue Konten legen die Betreiber dieses Servers an. Wenden Sie sich bitte an sie.',
  'You need an invitation': 'Sie brauchen eine Einladung',
  'Only those who were invited can register here. If you were, follow the link of that mail.':
    'Hier kann sich nur registrieren, wer eingeladen wurde. Wenn Sie eine Einladung haben, folgen Sie bitte dem Link in der E-Mail.',
  'This invitation is not valid any more': 'Diese Einladung ist nicht mehr gültig',
  'It was used already, was taken back or has expired. If you have no account yet, ask for a new invitation.':
    'Sie wurde schon verwendet, zurückgenommen oder ist abgelaufen. Wenn Sie noch kein Konto haben, bitten Sie um eine neue Einladung.',

  'Check your mail': 'Sehen Sie in Ihr Postfach',
  'We have sent a mail to the address you gave. Follow its link, or type its code here.':
    'Wir haben eine E-Mail an die angegebene Adresse gesendet. Folgen Sie dem Link darin oder geben Sie den Code hier ein.',
  Code: 'Code',
  'Six digits. After five wrong ones only the link works.':
    'Sechs Ziffern. Nach fünf falschen Eingaben gilt nur noch der Link.',
  Confirm: 'Bestätigen',
  'No mail yet?': 'Noch keine E-Mail?',
  'It can take a few minutes, and it may be in the folder for spam. If it does not come, check the address and register once more.':
    'Es kann einige Minuten dauern, und vielleicht liegt sie im Spam-Ordner. Wenn sie nicht ankommt, prüfen Sie die Adresse und registrieren Sie sich noch einmal.',
  'Register once more': 'Noch einmal registrieren',

  'Confirm your account': 'Ihr Konto bestätigen',
  'Is this yours? Then your account is ready with one click.':
    'Stimmen diese Angaben? Dann ist Ihr Konto mit einem Klick bereit.',
  'You registered in another browser. The password shows that it was you.':
    'Registriert haben Sie sich in einem anderen Browser. Das Passwort zeigt, dass Sie es waren.',
  'The password you chose': 'Das gewählte Passwort',
  'This is not the password that was chosen for this account.':
    'Dies ist nicht das Passwort, das für dieses Konto gewählt wurde.',
  'If you did not register here, close this page: nothing happens.':
    'Wenn Sie sich hier nicht registriert haben, schließen Sie diese Seite: Es geschieht nichts.',
  'This link is not valid any more': 'Dieser Link ist nicht mehr gültig',
  'It was used already or has expired. If you have confirmed your account, sign in; otherwise register once more.':
    'Er wurde schon verwendet oder ist abgelaufen. Wenn Sie Ihr Konto bestätigt haben, melden Sie sich an; andernfalls registrieren Sie sich noch einmal.',

  'We send a link to the email address of your account. It lets you choose a new password.':
    'Wir senden einen Link an die E-Mail-Adresse Ihres Kontos. Damit können Sie ein neues Passwort wählen.',
  'Enter your username or your email address.':
    'Geben Sie Ihren Benutzernamen oder Ihre E-Mail-Adresse ein.',
  'Send the link': 'Link senden',
  'If there is such an account, a mail with a link is on its way to its address. The link works for {minutes} minutes.':
    'Wenn es dieses Konto gibt, ist eine E-Mail mit einem Link an seine Adresse unterwegs. Der Link gilt {minutes} Minuten.',
  'It can take a few minutes, and it may be in the folder for spam. If it does not come, check what you typed and ask again.':
    'Es kann einige Minuten dauern, und vielleicht liegt sie im Spam-Ordner. Wenn sie nicht ankommt, prüfen Sie Ihre Eingabe und fordern Sie den Link noch einmal an.',
  'Ask again': 'Noch einmal anfordern',
  'Back to the sign-in': 'Zurück zur Anmeldung',
  'Choose a new password': 'Neues Passwort wählen',
  'for the account {user}': 'für das Konto {user}',
  'New password': 'Neues Passwort',
  'Stay signed in on my other devices': 'Auf meinen anderen Geräten angemeldet bleiben',
  'Leave this empty if somebody else may know your old password.':
    'Lassen Sie dies frei, wenn jemand anders Ihr altes Passwort kennen könnte.',
  'Save the new password': 'Neues Passwort speichern',
  'It was used already, has expired, or a newer one was sent. Ask for another.':
    'Er wurde schon verwendet, ist abgelaufen, oder es wurde ein neuerer gesendet. Fordern Sie einen weiteren an.',
  'Ask for a new link': 'Neuen Link anfordern',

  'Confirm your email address': 'Bestätigen Sie Ihre E-Mail-Adresse',
  'If you did not ask for this, close this page: nothing happens.':
    'Wenn Sie dies nicht veranlasst haben, schließen Sie diese Seite: Es geschieht nichts.',
  'Your address is confirmed': 'Ihre Adresse ist bestätigt',
  'You can sign in with it from now on, and letters go there.':
    'Sie können sich von nun an damit anmelden, und unsere Nachrichten gehen dorthin.',
  'Go to your account': 'Zu Ihrem Konto',
  'It was used already or has expired. In your account you can see your address and ask for a new link.':
    'Er wurde schon verwendet oder ist abgelaufen. In Ihrem Konto sehen Sie Ihre Adresse und können einen neuen Link anfordern.',

  'Take your account back?': 'Ihr Konto zurückholen?',
  'The account {user} is deactivated.': 'Das Konto {user} ist deaktiviert.',
  'The account {user} will be deleted after {time}.':
    'Das Konto {user} wird nach diesem Zeitpunkt gelöscht: {time}.',
  'You left it. If you take it back, everything in it is as it was, and you can sign in again.':
    'Sie haben es verlassen. Wenn Sie es zurückholen, ist alles darin wie zuvor, und Sie können sich wieder anmelden.',
  'Take the account back': 'Konto zurückholen',
  'If you want to leave it as it is, close this page.':
    'Wenn es so bleiben soll, schließen Sie diese Seite.',
  'It was used already or has expired. Sign in: if your account can be taken back, you are asked there.':
    'Er wurde schon verwendet oder ist abgelaufen. Melden Sie sich an: Wenn Ihr Konto zurückgeholt werden kann, werden Sie dort danach gefragt.',

  'Your password is changed. Sign in with it.':
    'Ihr Passwort ist geändert. Melden Sie sich damit an.',
  'Your account is back. Sign in as before.': 'Ihr Konto ist zurück. Melden Sie sich an wie zuvor.',
  'Keep me signed in on this device': 'Auf diesem Gerät angemeldet bleiben',
} as const
