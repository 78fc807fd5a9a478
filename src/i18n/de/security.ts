/** The pages of a person's own factors. */
export const security = {
  Security: 'Sicherheit',
  'A second factor protects your account.': 'Ein zweiter Faktor schützt Ihr Konto.',
  'Only your password protects this account.': 'Nur Ihr Passwort schützt dieses Konto.',
  'Protect it better': 'Besser schützen',
  'This account must have a second factor.':
    'Für dieses Konto ist ein zweiter Faktor vorgeschrieben.',
  'This account must have a second factor from {date} on.':
    'Ab {date} ist für dieses Konto ein zweiter Faktor vorgeschrieben.',

  // One factor
  'Added on': 'Hinzugefügt am',
  never: 'nie',
  Copies: 'Kopien',
  synced: 'synchronisiert',
  'can be synced': 'synchronisierbar',
  'on one device': 'auf einem Gerät',
  'This passkey may have been copied, so it does not count any more. Remove it.':
    'Dieser Passkey wurde möglicherweise kopiert und zählt deshalb nicht mehr. Entfernen Sie ihn.',
  'It does not count: it is not accepted here any more.':
    'Er zählt nicht, weil er hier nicht mehr angenommen wird.',
  'Change {name}': '{name} ändern',
  'Rename or remove': 'Umbenennen oder entfernen',
  Remove: 'Entfernen',
  'Turn off': 'Ausschalten',
  'It cannot be used any more to sign in, and every browser is asked for a second factor again.':
    'Er kann nicht mehr zum Anmelden verwendet werden, und jeder Browser wird wieder nach einem zweiten Faktor gefragt.',
  'It is your last second factor. Your backup codes go with it, and only your password protects your account then.':
    'Es ist Ihr letzter zweiter Faktor. Mit ihm verschwinden Ihre Backup-Codes, und danach schützt nur noch Ihr Passwort Ihr Konto.',

  // Setting one up
  'Add a second factor': 'Zweiten Faktor hinzufügen',
  'A passkey is kept by your device or your password manager. No website can coax it out of you.':
    'Einen Passkey bewahrt Ihr Gerät oder Ihr Passwortmanager auf. Keine Website kann ihn Ihnen entlocken.',
  'Add a passkey': 'Passkey hinzufügen',
  'Your browser asks you next where to keep it: on this device, in a password manager or on a security key.':
    'Ihr Browser fragt Sie gleich, wo er aufbewahrt werden soll: auf diesem Gerät, in einem Passwortmanager oder auf einem Sicherheitsschlüssel.',
  'For example the device it is on. Without one it is named for you.':
    'Zum Beispiel das Gerät, auf dem er ist. Ohne Angabe erhält er von selbst einen Namen.',
  'An authenticator app shows a new code every 30 seconds.':
    'Eine Authenticator-App zeigt alle 30 Sekunden einen neuen Code.',
  'Add an authenticator app': 'Authenticator-App hinzufügen',
  'A code by email is better than nothing: whoever reads your mail can read it as well.':
    'Ein Code per E-Mail ist besser als nichts: Wer Ihre Mails lesen kann, kann auch ihn lesen.',
  'Turn on codes by email': 'Codes per E-Mail einschalten',
  'Turn on': 'Einschalten',

  // Backup codes
  'Backup codes': 'Backup-Codes',
  'Your backup codes': 'Ihre Backup-Codes',
  none: 'keine',
  '{remaining} of {total}': '{remaining} von {total}',
  'Without backup codes you are locked out when your second factor is lost.':
    'Ohne Backup-Codes sind Sie ausgesperrt, wenn Ihr zweiter Faktor verloren geht.',
  'New codes make all earlier ones worthless.': 'Neue Codes machen alle früheren wertlos.',
  'Used codes': 'Verwendete Codes',
  'I have kept them': 'Ich habe sie aufbewahrt',

  // Remembered browsers
  'Remembered browsers': 'Gemerkte Browser',
  'One browser is not asked for a second factor.':
    'Ein Browser wird nicht nach einem zweiten Faktor gefragt.',
  '{count} browsers are not asked for a second factor.':
    '{count} Browser werden nicht nach einem zweiten Faktor gefragt.',
  'Forget all': 'Alle vergessen',

  // What has happened
  'Your passkey is registered.': 'Ihr Passkey ist registriert.',
  'Your authenticator app is set up.': 'Ihre Authenticator-App ist eingerichtet.',
  'Codes by email are turned on.': 'Codes per E-Mail sind eingeschaltet.',
  'The new name is saved.': 'Der neue Name ist gespeichert.',
  'It is removed and cannot be used any more.':
    'Er ist entfernt und kann nicht mehr verwendet werden.',
  'Every browser is asked for a second factor again.':
    'Jeder Browser wird wieder nach einem zweiten Faktor gefragt.',

  // Confirming
  'What comes next needs your second factor.':
    'Für den nächsten Schritt wird Ihr zweiter Faktor gebraucht.',
  'Other ways to confirm': 'Andere Wege zu bestätigen',
} as const
