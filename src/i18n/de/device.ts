/** Devices without a browser, and applications that ask by the back channel. */
export const device = {
  'Connect a device': 'Gerät verbinden',
  'Your device shows a code. Type it here to let the device use your account.':
    'Ihr Gerät zeigt einen Code an. Geben Sie ihn hier ein, damit das Gerät Ihr Konto nutzen kann.',
  'Code on the device': 'Code auf dem Gerät',
  'Eight letters, such as WDJB-MJHT. Capital or small, with the dash or without.':
    'Acht Buchstaben, zum Beispiel WDJB-MJHT. Groß oder klein, mit oder ohne Strich.',
  'This code is not correct, or has expired.': 'Dieser Code stimmt nicht oder ist abgelaufen.',
  'Connect this device?': 'Dieses Gerät verbinden?',
  '{client} on another device wants to use your account.':
    '{client} auf einem anderen Gerät möchte Ihr Konto nutzen.',
  'The device must show this code: {code}': 'Das Gerät muss diesen Code anzeigen: {code}',
  'Allow it only if you have just started this yourself and the device is in front of you. If somebody sent you the code or asked you to type it, deny it: they would get into your account.':
    'Erlauben Sie es nur, wenn Sie dies gerade selbst begonnen haben und das Gerät vor Ihnen steht. Wenn Ihnen jemand den Code geschickt oder Sie gebeten hat, ihn einzugeben, lehnen Sie ab: Diese Person käme sonst in Ihr Konto.',
  'Your device is connected': 'Ihr Gerät ist verbunden',
  'Go back to it: it continues by itself in a few seconds. You can close this page.':
    'Gehen Sie zu ihm zurück: Es macht in wenigen Sekunden von selbst weiter. Sie können diese Seite schließen.',
  'The device was not connected': 'Das Gerät wurde nicht verbunden',
  'It has no access to your account. You can close this page.':
    'Es hat keinen Zugang zu Ihrem Konto. Sie können diese Seite schließen.',
  'This took too long': 'Das hat zu lange gedauert',
  'The code has expired or was used already. Let the device show a new one.':
    'Der Code ist abgelaufen oder wurde schon benutzt. Lassen Sie sich vom Gerät einen neuen anzeigen.',
  'Your applications': 'Ihre Anwendungen',
  // Applications that ask by the back channel
  Requests: 'Anfragen',
  'What applications ask you to confirm. Allow it only if you have just started it yourself, for example on the phone or at a counter.':
    'Was Anwendungen Sie zu bestätigen bitten. Erlauben Sie es nur, wenn Sie es gerade selbst begonnen haben, zum Beispiel am Telefon oder an einem Schalter.',
  'No application asks you for anything now.': 'Zurzeit fragt keine Anwendung etwas an.',
  Message: 'Nachricht',
  'Asked at': 'Gefragt um',
  'The message must be the same where you started it.':
    'Die Nachricht muss dieselbe sein wie dort, wo Sie begonnen haben.',
  'It is confirmed. The application continues by itself.':
    'Bestätigt. Die Anwendung macht von selbst weiter.',
  'It is refused. The application gets no access.':
    'Abgelehnt. Die Anwendung erhält keinen Zugang.',
  'This request was answered already, or has expired.':
    'Diese Anfrage wurde schon beantwortet oder ist abgelaufen.',
  'An application asks you to confirm something': 'Eine Anwendung bittet Sie um eine Bestätigung',
  '{application} asks you to confirm that it is you, until {until}.':
    '{application} bittet Sie, bis {until} zu bestätigen, dass Sie es sind.',
  'See what it asks': 'Anfrage ansehen',
  'If you did not start this, ignore this letter or deny the request: without your answer nothing happens.':
    'Wenn Sie das nicht begonnen haben, ignorieren Sie diese Nachricht oder lehnen Sie die Anfrage ab: Ohne Ihre Antwort geschieht nichts.',
} as const
