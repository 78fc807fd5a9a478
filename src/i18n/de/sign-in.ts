/** The start page, signing in, consent, signing out and the first start. */
export const signIn = {
  Welcome: 'Willkommen',
  'One account for all your applications. Your password stays on this server.':
    'Ein Konto für alle Ihre Anwendungen. Ihr Passwort bleibt auf diesem Server.',
  'You are at {issuer}. Check this address whenever you are asked for your password.':
    'Sie sind auf {issuer}. Prüfen Sie diese Adresse jedes Mal, wenn Sie nach Ihrem Passwort gefragt werden.',

  'Sign in': 'Anmelden',
  'to continue to {client}': 'um zu {client} zu gelangen',
  'Username or email': 'Benutzername oder E-Mail-Adresse',
  Password: 'Passwort',
  'The username, email or password is not correct.':
    'Der Benutzername, die E-Mail-Adresse oder das Passwort ist nicht richtig.',
  'Forgot your password?': 'Passwort vergessen?',
  'Create an account': 'Konto erstellen',
  'Other ways in': 'Andere Wege hinein',

  'Allow access': 'Zugriff erlauben',
  'Allow access?': 'Zugriff erlauben?',
  '{client} wants to use your account.': '{client} möchte Ihr Konto verwenden.',
  Switch: 'Wechseln',
  'Switch account': 'Konto wechseln',
  'It would be able to': 'Die Anwendung könnte dann',
  'Know who you are': 'erkennen, wer Sie sind',
  'An identifier for your account': 'Eine Kennung Ihres Kontos',
  'See your profile': 'Ihr Profil sehen',
  'Name, picture, language and similar': 'Name, Bild, Sprache und Ähnliches',
  'See your email address': 'Ihre E-Mail-Adresse sehen',
  'See your roles': 'Ihre Rollen sehen',
  'See your groups': 'Ihre Gruppen sehen',
  'See what you may do': 'sehen, was Sie dürfen',
  'See your postal address': 'Ihre Postanschrift sehen',
  'See your phone number': 'Ihre Telefonnummer sehen',
  'Keep this access while you are away': 'diesen Zugriff behalten, während Sie abwesend sind',
  'It lasts until you or the application end it.':
    'Er gilt, bis Sie oder die Anwendung ihn beenden.',
  Deny: 'Ablehnen',
  Allow: 'Erlauben',
  'Either way you return to {host}. Allow it only if you know and trust this address.':
    'In beiden Fällen kehren Sie zu {host} zurück. Erlauben Sie den Zugriff nur, wenn Sie diese Adresse kennen und ihr vertrauen.',
  'About the application': 'Über die Anwendung',
  Website: 'Website',
  'Privacy policy': 'Datenschutzerklärung',
  'Terms of service': 'Nutzungsbedingungen',

  'Sign out': 'Abmelden',
  'Sign out?': 'Abmelden?',
  'You are signed in as {user}.': 'Sie sind als {user} angemeldet.',
  '{client} asks to sign you out.': '{client} bittet darum, Sie abzumelden.',
  'You will need to sign in again before you can use your applications.':
    'Sie müssen sich erneut anmelden, bevor Sie Ihre Anwendungen wieder verwenden können.',
  'Stay signed in': 'Angemeldet bleiben',
  'Signed out': 'Abgemeldet',
  'You are signed out': 'Sie sind abgemeldet',
  'Your session on this device has ended.': 'Ihre Sitzung auf diesem Gerät ist beendet.',
  'On a shared computer, close every browser window as well.':
    'Schließen Sie an einem gemeinsam genutzten Computer auch alle Browserfenster.',
  'Sign in again': 'Erneut anmelden',

  'Your account': 'Ihr Konto',
  'Signed in': 'Angemeldet',
  'Hello, {name}': 'Guten Tag, {name}',
  'This session': 'Diese Sitzung',
  Name: 'Name',
  Username: 'Benutzername',
  Email: 'E-Mail',
  Since: 'Seit',
  Address: 'Adresse',
  Browser: 'Browser',
  'Where to go': 'Ziele',
  'Next steps': 'Nächste Schritte',
  'You are an administrator. Three steps bring your first application through the door.':
    'Sie verwalten diesen Server. Drei Schritte bringen Ihre erste Anwendung durch die Tür.',
  'Register a client': 'Einen Client registrieren',
  'Run this on the server. It prints the client id and, once only, the secret.':
    'Führen Sie diesen Befehl auf dem Server aus. Er gibt die Client-ID aus und, nur dieses eine Mal, das Geheimnis.',
  'Point your application here': 'Ihre Anwendung hierher verweisen',
  'Most libraries need the issuer only and read the rest from the {document}.':
    'Die meisten Bibliotheken brauchen nur den Aussteller (Issuer) und lesen alles Weitere aus dem {document}.',
  'discovery document': 'Discovery-Dokument',
  'Let people in': 'Menschen hereinlassen',
  'Add an account for each colleague. It asks for a first password.':
    'Legen Sie für alle im Team ein Konto an. Der Befehl fragt nach einem ersten Passwort.',

  'First start': 'Erster Start',
  'Set up': 'Einrichten',
  'Create the first administrator': 'Das erste Verwaltungskonto erstellen',
  'This account owns the server and can do everything on it.':
    'Diesem Konto gehört der Server, und es darf dort alles.',
  'The account was not created yet': 'Das Konto wurde noch nicht erstellt',
  'At least {count} characters. A few unrelated words work well.':
    'Mindestens {count} Zeichen. Einige Wörter ohne Zusammenhang eignen sich gut.',
  'Password again': 'Passwort wiederholen',
  'The two passwords differ.': 'Die beiden Passwörter stimmen nicht überein.',
  'Create administrator': 'Verwaltungskonto erstellen',
  'Setup is closed': 'Die Einrichtung ist geschlossen',
  'This server already has an administrator, or the link has expired.':
    'Dieser Server hat bereits ein Verwaltungskonto, oder der Link ist abgelaufen.',
  'Nobody can sign in yet?': 'Noch niemand kann sich anmelden?',
  'Restart the server: as long as there is no administrator, it prints a new link. Or create one on the server itself:':
    'Starten Sie den Server neu: Solange es kein Verwaltungskonto gibt, gibt er einen neuen Link aus. Oder erstellen Sie eines auf dem Server selbst:',
  'Go to the start page': 'Zur Startseite',
  'Profile, password, devices, and leaving': 'Profil, Passwort, Geräte und Löschung',
  // Proof of work
  'Your browser does a short computation against abuse…':
    'Ihr Browser führt eine kurze Berechnung gegen Missbrauch aus …',
  'The computation is done.': 'Die Berechnung ist fertig.',
  'The computation failed. Reload the page, with JavaScript switched on.':
    'Die Berechnung ist fehlgeschlagen. Laden Sie die Seite mit eingeschaltetem JavaScript neu.',
} as const
