/** API keys: their page, their letters and what can be wrong with them. */
export const apiKeys = {
  'API keys': 'API-Schlüssel',
  'Programs act for you with an API key, as far as its permissions go.':
    'Mit einem API-Schlüssel handeln Programme für Sie, soweit seine Berechtigungen reichen.',
  'API keys are switched off here.': 'API-Schlüssel sind hier abgeschaltet.',
  'You have no API keys.': 'Sie haben keine API-Schlüssel.',
  'Begins with': 'Beginnt mit',
  Permissions: 'Berechtigungen',
  'Made on': 'Erstellt am',
  expired: 'abgelaufen',
  revoked: 'widerrufen',
  '{time} from {address}': '{time} von {address}',
  'Revoke this key': 'Diesen Schlüssel widerrufen',
  'Revoke all keys': 'Alle Schlüssel widerrufen',
  'Programs that use them lose their access at once.':
    'Programme, die sie verwenden, verlieren sofort ihren Zugriff.',
  'Make an API key': 'API-Schlüssel erstellen',
  'For example the program that uses it.': 'Zum Beispiel das Programm, das ihn verwendet.',
  'What it may do, separated by spaces, such as document:read or document:*. It never has more rights than you have yourself.':
    'Was er darf, durch Leerzeichen getrennt, etwa document:read oder document:*. Er hat nie mehr Rechte als Sie selbst.',
  'Valid for': 'Gültig für',
  '{count} days': '{count} Tage',
  '{count} hours': '{count} Stunden',
  'Your new API key': 'Ihr neuer API-Schlüssel',
  'Copy it now. It is not shown again, and whoever has it can act for you.':
    'Kopieren Sie ihn jetzt. Er wird nicht noch einmal gezeigt, und wer ihn hat, kann für Sie handeln.',
  'API key': 'API-Schlüssel',
  'I have copied it': 'Ich habe ihn kopiert',
  'The key is revoked.': 'Der Schlüssel ist widerrufen.',
  'All your API keys are revoked.': 'Alle Ihre API-Schlüssel sind widerrufen.',
  // Letters
  'An API key was made for your account': 'Für Ihr Konto wurde ein API-Schlüssel erstellt',
  'Your account has a new API key. Programs that know it can act for you.':
    'Ihr Konto hat einen neuen API-Schlüssel. Programme, die ihn kennen, können für Sie handeln.',
  'See your API keys': 'Ihre API-Schlüssel ansehen',
  'If it was not you, somebody else is in your account. Revoke the key, change your password at once and end all other sessions.':
    'Wenn Sie das nicht waren, ist jemand anderes in Ihrem Konto. Widerrufen Sie den Schlüssel, ändern Sie sofort Ihr Passwort und beenden Sie alle anderen Sitzungen.',
  'An API key expires soon': 'Ein API-Schlüssel läuft bald ab',
  'Your API key "{name}" is valid until {until}. What uses it needs a new one by then.':
    'Ihr API-Schlüssel „{name}“ gilt bis {until}. Was ihn verwendet, braucht bis dahin einen neuen.',
  'If nothing uses it any more, there is nothing to do. If you do not know it, revoke it.':
    'Wenn ihn nichts mehr verwendet, ist nichts zu tun. Wenn Sie ihn nicht kennen, widerrufen Sie ihn.',
  // What can be wrong
  'The API key is not as it must be.': 'Der API-Schlüssel ist nicht so, wie er sein muss.',
  'A key can have only those rights over Cardea that you have yourself.':
    'Ein Schlüssel kann nur solche Rechte über Cardea haben, die Sie selbst haben.',
  'You have as many API keys as possible. Revoke one that is not needed any more.':
    'Sie haben so viele API-Schlüssel wie möglich. Widerrufen Sie einen, der nicht mehr gebraucht wird.',
  'There is no such API key.': 'Diesen API-Schlüssel gibt es nicht.',
  'The end of an API key must be ahead and within the longest life.':
    'Das Ende eines API-Schlüssels muss in der Zukunft und innerhalb der längsten Gültigkeit liegen.',
  'The name must have {n1} to {n2} characters.': 'Der Name muss {n1} bis {n2} Zeichen haben.',
  'An API key needs {n1} to {n2} permissions.':
    'Ein API-Schlüssel braucht {n1} bis {n2} Berechtigungen.',
  'A permission looks like document:read or document:*.':
    'Eine Berechtigung sieht aus wie document:read oder document:*.',
} as const
