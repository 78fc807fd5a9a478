/** The letters and refusals about security events. */
export const monitor = {
  What: 'Was',
  Severity: 'Schwere',
  About: 'Betrifft',
  'Done by': 'Durch',
  Event: 'Ereignis',
  Service: 'Dienst',
  Critical: 'Kritisch',
  Warning: 'Warnung',
  Information: 'Hinweis',
  'Security event': 'Sicherheitsereignis',
  'Something happened that deserves your attention:':
    'etwas ist geschehen, das Ihre Aufmerksamkeit verdient:',
  'If the same happens again soon, there is no further letter. The list of security events of the administration API has all of them.':
    'Geschieht bald dasselbe noch einmal, kommt keine weitere Nachricht. Die Liste der Sicherheitsereignisse der Verwaltungs-API enthält alle.',
  'If you do not know why this happened, look into it now. Acknowledge the event there afterwards.':
    'Wenn Sie nicht wissen, warum das geschehen ist, gehen Sie dem jetzt nach. Bestätigen Sie das Ereignis danach dort.',
  'One network tries the passwords of many accounts':
    'Ein Netz probiert die Passwörter vieler Konten',
  'Many wrong passwords for one account': 'Viele falsche Passwörter für ein Konto',
  'Many wrong second factors after a right password':
    'Viele falsche zweite Faktoren nach einem richtigen Passwort',
  'A refresh token was used twice': 'Ein Refresh-Token wurde zweimal verwendet',
  'An authorization code was used twice': 'Ein Autorisierungscode wurde zweimal verwendet',
  'Two sign-ins too far apart for the time between them':
    'Zwei Anmeldungen, für die Zeit dazwischen zu weit voneinander entfernt',
  'Somebody got rights over Cardea': 'Jemand hat Rechte über Cardea erhalten',
  'There is a new owner': 'Es gibt einen neuen Eigentümer',
  'A role got further rights over Cardea': 'Eine Rolle hat weitere Rechte über Cardea erhalten',
  'The policy of second factors asks for less than before':
    'Die Richtlinie für zweite Faktoren verlangt weniger als zuvor',
  'An administrator acts in the account of somebody else':
    'Ein Administrator handelt im Konto einer anderen Person',
  'Emergency access was asked for': 'Ein Notfallzugang wurde beantragt',
  'Emergency access was approved': 'Ein Notfallzugang wurde genehmigt',
  'Emergency access was used': 'Ein Notfallzugang wurde benutzt',
  'One administrator removes many accounts': 'Ein Administrator entfernt viele Konten',
  'The audit log was changed': 'Das Audit-Protokoll wurde verändert',
  'A signing key was replaced at once': 'Ein Signaturschlüssel wurde sofort ersetzt',
  'There is no such security event.': 'Dieses Sicherheitsereignis gibt es nicht.',
  'Somebody has acknowledged this security event already.':
    'Jemand hat dieses Sicherheitsereignis bereits bestätigt.',
} as const
