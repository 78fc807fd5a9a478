/** What people are asked to allow, and the forms of requests that lead there. */
export const consent = {
  'On this device': 'Auf diesem Gerät',
  'This application registered itself. Nobody here has checked who is behind it.':
    'Diese Anwendung hat sich selbst registriert. Niemand hier hat geprüft, wer dahintersteht.',
  'Either way you return to an application on this device. Allow it only if you have just started it yourself.':
    'In beiden Fällen kehren Sie zu einer Anwendung auf diesem Gerät zurück. Erlauben Sie den Zugriff nur, wenn Sie diese gerade selbst gestartet haben.',
  'At these services': 'Bei diesen Diensten',
  'In particular': 'Im Einzelnen',
  Actions: 'Handlungen',
  Data: 'Daten',
  Places: 'Orte',
  Identifier: 'Kennung',
  Privileges: 'Rechte',

  'The request object is not valid, or was not signed by the client.':
    'Das Anfrageobjekt ist nicht gültig oder wurde nicht von der Anwendung unterschrieben.',
  'The request URI is unknown, expired, already used or cannot be read.':
    'Die Adresse der Anfrage ist unbekannt, abgelaufen, schon verwendet oder nicht lesbar.',
  'Only one of request and request_uri may be used.':
    'Nur eines von request und request_uri darf verwendet werden.',
  'The client must push its authorization requests.':
    'Die Anwendung muss ihre Anfragen vorab übermitteln.',
  'The client must sign its authorization requests.':
    'Die Anwendung muss ihre Anfragen unterschreiben.',
} as const
