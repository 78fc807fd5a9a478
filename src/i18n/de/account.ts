/** The pages of an account. */
export const account = {
  // Where somebody is signed in
  'Where you are signed in': 'Wo Sie angemeldet sind',
  'End what you do not recognise, and change your password then.':
    'Beenden Sie, was Sie nicht kennen, und ändern Sie dann Ihr Passwort.',
  'This device': 'Dieses Gerät',
  'Unknown browser': 'Unbekannter Browser',
  '{browser} on {system}': '{browser} unter {system}',
  Kind: 'Art',
  Application: 'Anwendung',
  Place: 'Ort',
  'Last used': 'Zuletzt benutzt',
  'Signed in on': 'Angemeldet am',
  Ends: 'Endet',
  'End this session': 'Diese Sitzung beenden',
  'Everywhere else': 'Überall sonst',
  'This ends every other session. Applications that may act for you while you are away lose that access as well.':
    'Das beendet jede andere Sitzung. Auch Anwendungen, die in Ihrer Abwesenheit für Sie handeln dürfen, verlieren diesen Zugriff.',
  'Sign out everywhere else': 'Überall sonst abmelden',

  // Confirming the password
  'Confirm your password': 'Bestätigen Sie Ihr Passwort',
  'What comes next needs your password once more.':
    'Für den nächsten Schritt wird Ihr Passwort noch einmal gebraucht.',
  'The password is not correct.': 'Das Passwort ist nicht richtig.',
  Confirm: 'Bestätigen',

  // On the sign-in page
  'Keep me signed in on this device': 'Auf diesem Gerät angemeldet bleiben',

  // The account itself: overview, profile, username, email, password, leaving
  Overview: 'Übersicht',
  Profile: 'Profil',
  Sessions: 'Sitzungen',
  'Data and deletion': 'Daten und Löschung',
  'Nothing was changed': 'Es wurde nichts geändert',
  'Not given': 'Keine Angabe',
  'Your profile is saved.': 'Ihr Profil ist gespeichert.',
  'Your username is changed.': 'Ihr Benutzername ist geändert.',
  'Your email address is confirmed.': 'Ihre E-Mail-Adresse ist bestätigt.',
  'Your password is changed. Every other session has ended.':
    'Ihr Passwort ist geändert. Alle anderen Sitzungen sind beendet.',
  'About you': 'Über Sie',
  'Member since': 'Dabei seit',
  confirmed: 'bestätigt',
  'not confirmed': 'nicht bestätigt',
  'Confirm that this address is yours.': 'Bestätigen Sie, dass diese Adresse Ihnen gehört.',
  'Send the confirmation mail again': 'Bestätigungsmail erneut senden',
  'Your data': 'Ihre Daten',
  'Everything this server has stored about you, as a file that programs can read.':
    'Alles, was dieser Server über Sie gespeichert hat, als Datei, die Programme lesen können.',
  'Download your data': 'Ihre Daten herunterladen',
  'Deactivate or delete your account': 'Ihr Konto deaktivieren oder löschen',
  'Applications see this only if you allow them to. Leave out what you like.':
    'Anwendungen sehen dies nur, wenn Sie es ihnen erlauben. Lassen Sie weg, was Sie möchten.',
  'As applications show it to others.': 'So, wie Anwendungen ihn anderen zeigen.',
  'Given name': 'Vorname',
  'Family name': 'Nachname',
  Nickname: 'Spitzname',
  Picture: 'Bild',
  'The web address of a picture of you.': 'Die Webadresse eines Bildes von Ihnen.',
  'For example https://example.org.': 'Zum Beispiel https://example.org.',
  Birthdate: 'Geburtsdatum',
  'YYYY-MM-DD; 0000-MM-DD leaves the year out, YYYY is the year alone.':
    'JJJJ-MM-TT; 0000-MM-TT lässt das Jahr weg, JJJJ ist das Jahr allein.',
  Gender: 'Geschlecht',
  'Phone number': 'Telefonnummer',
  'With the country code, for example +49 30 123456.':
    'Mit der Landesvorwahl, zum Beispiel +49 30 123456.',
  'Time zone': 'Zeitzone',
  Save: 'Speichern',
  'A web address begins with https:// or http:// and has no spaces.':
    'Eine Webadresse beginnt mit https:// oder http:// und enthält keine Leerzeichen.',
  'Write the date as YYYY-MM-DD.': 'Schreiben Sie das Datum als JJJJ-MM-TT.',
  'This is too long.': 'Dies ist zu lang.',
  'Please choose one of the list.': 'Bitte wählen Sie etwas aus der Liste.',
  'You sign in with it, and others may see it. The old one becomes free for anybody.':
    'Sie melden sich damit an, und andere können ihn sehen. Der alte wird für alle frei.',
  'Up to 64 characters, without @. Capital letters make no difference.':
    'Bis zu 64 Zeichen, ohne @. Groß- und Kleinschreibung macht keinen Unterschied.',
  'Change username': 'Benutzernamen ändern',
  'Your address is {email}. It stays until the new one is confirmed, and gets a mail about this.':
    'Ihre Adresse ist {email}. Sie bleibt es, bis die neue bestätigt ist, und bekommt eine Mail darüber.',
  'New email address': 'Neue E-Mail-Adresse',
  'Send the confirmation mail': 'Bestätigungsmail senden',
  'Look into your mailbox': 'Sehen Sie in Ihr Postfach',
  'A mail is on its way to that address. Follow its link, or type its code here within {minutes} minutes.':
    'Eine Mail ist unterwegs zu dieser Adresse. Folgen Sie dem Link darin, oder geben Sie ihren Code innerhalb von {minutes} Minuten hier ein.',
  '6-digit code': '6-stelliger Code',
  'Nothing there? Look among the unwanted mails, or {again}.':
    'Nichts da? Sehen Sie im Spam-Ordner nach, oder {again}.',
  'ask for another mail': 'fordern Sie eine neue Mail an',
  'A new password ends every other session, and the applications there lose their access.':
    'Ein neues Passwort beendet alle anderen Sitzungen, und die Anwendungen dort verlieren ihren Zugriff.',
  'Current password': 'Aktuelles Passwort',
  'New password': 'Neues Passwort',
  'Change password': 'Passwort ändern',
  'Deactivate your account': 'Ihr Konto deaktivieren',
  'Every session ends and nobody can sign in, but nothing is lost.':
    'Jede Sitzung endet und niemand kann sich anmelden, aber nichts geht verloren.',
  'A link in a mail to you brings it back.': 'Ein Link in einer Mail an Sie bringt es zurück.',
  'Until then a link in a mail to you brings it back.':
    'Bis dahin bringt ein Link in einer Mail an Sie es zurück.',
  'As you gave no email address, only an administrator can bring it back.':
    'Da Sie keine E-Mail-Adresse angegeben haben, kann es nur die Verwaltung des Servers zurückbringen.',
  Deactivate: 'Deaktivieren',
  'Delete your account': 'Ihr Konto löschen',
  'It is erased at once, and nobody can bring it back.':
    'Es wird sofort gelöscht, und niemand kann es zurückbringen.',
  'It is deactivated now and erased after one day.':
    'Es wird jetzt deaktiviert und nach einem Tag endgültig gelöscht.',
  'It is deactivated now and erased after {days} days.':
    'Es wird jetzt deaktiviert und nach {days} Tagen endgültig gelöscht.',
  'Type your username to confirm: {username}':
    'Geben Sie zur Bestätigung Ihren Benutzernamen ein: {username}',
  'This is not your username.': 'Das ist nicht Ihr Benutzername.',
  'Your account is deactivated': 'Ihr Konto ist deaktiviert',
  'Your account will be deleted on {date}': 'Ihr Konto wird am {date} gelöscht',
  'Your account is deleted': 'Ihr Konto ist gelöscht',
  'Every session has ended.': 'Alle Sitzungen sind beendet.',
} as const
