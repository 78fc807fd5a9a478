/** Constant words of refusals, which reach a page by `t.any`, and what is said about new passwords. */
export const failures = {
  // The server as a whole
  'There is nothing at this address.': 'Unter dieser Adresse gibt es nichts.',
  'This method is not allowed here.': 'Diese Methode ist hier nicht erlaubt.',
  'The content type of the request is not supported.':
    'Der Inhaltstyp der Anfrage wird nicht unterstützt.',
  'The request body must be application/x-www-form-urlencoded.':
    'Der Inhalt der Anfrage muss application/x-www-form-urlencoded sein.',
  'The request is too large.': 'Die Anfrage ist zu groß.',
  'The request could not be read.': 'Die Anfrage ist nicht lesbar.',
  'A parameter must not be repeated.': 'Ein Parameter darf nicht mehrfach vorkommen.',
  'A parameter has characters that are not allowed.': 'Ein Parameter enthält unzulässige Zeichen.',
  'A parameter is too long.': 'Ein Parameter ist zu lang.',
  'The address has a parameter that is not known here.':
    'Die Adresse hat einen Parameter, der hier nicht bekannt ist.',
  'This is no place in this list. Begin with the first page again.':
    'Diese Stelle gibt es in dieser Liste nicht. Beginnen Sie wieder mit der ersten Seite.',
  'The request does not have the expected members.':
    'Die Anfrage hat nicht die erwarteten Bestandteile.',
  'This form is no longer valid. Go back, reload the page and try again.':
    'Dieses Formular ist nicht mehr gültig. Gehen Sie zurück, laden Sie die Seite neu und versuchen Sie es noch einmal.',
  'Something went wrong on our side.': 'Auf unserer Seite ist etwas schiefgegangen.',
  'The server is shutting down.': 'Der Server wird gerade heruntergefahren.',
  'The server is busy. Please try again in a moment.':
    'Der Server ist ausgelastet. Bitte versuchen Sie es gleich noch einmal.',
  'The service is temporarily unavailable. Please try again.':
    'Der Dienst ist vorübergehend nicht verfügbar. Bitte versuchen Sie es noch einmal.',
  'Your browser must do a short computation first. Please send the form again.':
    'Ihr Browser muss zuerst eine kurze Berechnung ausführen. Bitte senden Sie das Formular noch einmal.',
  'Too many attempts. Please wait and try again.':
    'Zu viele Versuche. Bitte warten Sie, bevor Sie es noch einmal versuchen.',

  // Requests of applications
  'This sign-in has expired or belongs to another browser. Please go back to the application and start again.':
    'Diese Anmeldung ist abgelaufen oder gehört zu einem anderen Browser. Bitte kehren Sie zur Anwendung zurück und beginnen Sie von vorn.',
  'A required parameter is missing.': 'Ein erforderlicher Parameter fehlt.',
  'The client is unknown or inactive.': 'Die Anwendung ist unbekannt oder inaktiv.',
  'The redirect URI is not registered for this client.':
    'Die Rücksprungadresse ist für diese Anwendung nicht registriert.',
  'The ID token hint is not valid.': 'Der mitgeschickte ID-Token-Hinweis ist nicht gültig.',
  'The post-logout redirect URI is not registered for this client.':
    'Die Adresse nach dem Abmelden ist für diese Anwendung nicht registriert.',

  // Accounts
  'The account is not valid.': 'Die Angaben zum Konto sind nicht gültig.',
  'There is no such user.': 'Dieses Konto gibt es nicht.',
  'There is no such invitation.': 'Diese Einladung gibt es nicht.',
  'This username is already taken.': 'Dieser Benutzername ist bereits vergeben.',
  'This email address is already taken.': 'Diese E-Mail-Adresse ist bereits vergeben.',
  'Registration is closed on this server.': 'Auf diesem Server ist die Registrierung geschlossen.',
  'Registration on this server needs an invitation.':
    'Für die Registrierung auf diesem Server brauchen Sie eine Einladung.',
  'The terms must be accepted.': 'Die Nutzungsbedingungen müssen akzeptiert werden.',
  'This link is not valid any more. Please ask for a new one.':
    'Dieser Link ist nicht mehr gültig. Bitte fordern Sie einen neuen an.',
  'The code is not correct or has expired.': 'Der Code ist nicht richtig oder abgelaufen.',
  'The current password is not correct.': 'Das aktuelle Passwort ist nicht richtig.',
  'The new password was used before.': 'Das neue Passwort wurde schon einmal verwendet.',
  'This was changed meanwhile. Please load it again and repeat your change.':
    'Dies wurde inzwischen geändert. Bitte laden Sie es neu und wiederholen Sie Ihre Änderung.',
  'Send the version that the change is based on in If-Match, or * for any.':
    'Senden Sie in If-Match die Version, auf der die Änderung beruht, oder * für jede.',
  'This account is not deactivated.': 'Dieses Konto ist nicht deaktiviert.',
  'The last owner cannot leave. Make somebody else an owner first.':
    'Das letzte Konto mit der Rolle „Owner“ kann nicht gehen. Geben Sie diese Rolle zuerst jemand anderem.',
  'There is no such session.': 'Diese Sitzung gibt es nicht.',
  'Please confirm your password first.': 'Bitte bestätigen Sie zuerst Ihr Passwort.',
  'There is no such role.': 'Diese Rolle gibt es nicht.',
  'This has characters that cannot be stored.':
    'Dies enthält Zeichen, die nicht gespeichert werden können.',
  'The username is not valid text.': 'Der Benutzername ist kein gültiger Text.',
  'The username must have {n1} to {n2} characters.':
    'Der Benutzername muss {n1} bis {n2} Zeichen lang sein.',
  'The username must not contain @.': 'Der Benutzername darf kein @ enthalten.',
  'The username must not contain invisible characters.':
    'Der Benutzername darf keine unsichtbaren Zeichen enthalten.',
  'The username must not begin or end with a space.':
    'Der Benutzername darf nicht mit einem Leerzeichen beginnen oder enden.',
  'The username must not mix alphabets that look alike.':
    'Der Benutzername darf keine Alphabete mischen, die sich ähnlich sehen.',
  'The email address is not valid text.': 'Die E-Mail-Adresse ist kein gültiger Text.',
  'The email address must have at most {n1} bytes.':
    'Die E-Mail-Adresse darf höchstens {n1} Bytes lang sein.',
  'The email address does not look like name@example.org.':
    'Die E-Mail-Adresse sieht nicht aus wie name@example.org.',

  // New passwords
  'The password must have {n1} to {n2} characters.':
    'Das Passwort muss {n1} bis {n2} Zeichen lang sein.',
  'The password is not valid text.': 'Das Passwort ist kein gültiger Text.',
  'The password must differ from the username and the email address.':
    'Das Passwort muss sich vom Benutzernamen und von der E-Mail-Adresse unterscheiden.',
  'The password must mix two of these: lower case, upper case, digits, other characters.':
    'Das Passwort muss zwei dieser Arten mischen: Kleinbuchstaben, Großbuchstaben, Ziffern, andere Zeichen.',
  'The password must mix three of these: lower case, upper case, digits, other characters.':
    'Das Passwort muss drei dieser Arten mischen: Kleinbuchstaben, Großbuchstaben, Ziffern, andere Zeichen.',
  'The password must mix lower case, upper case, digits and other characters.':
    'Das Passwort muss Kleinbuchstaben, Großbuchstaben, Ziffern und andere Zeichen mischen.',
  'This password is too easy to guess: many people use it or one like it. Take several words that have nothing to do with each other.':
    'Dieses Passwort ist zu leicht zu erraten: Viele Menschen verwenden es oder ein ähnliches. Nehmen Sie mehrere Wörter, die nichts miteinander zu tun haben.',
  'This password is too easy to guess: it is a single word. Add more words that have nothing to do with it.':
    'Dieses Passwort ist zu leicht zu erraten: Es ist ein einzelnes Wort. Fügen Sie weitere Wörter hinzu, die nichts damit zu tun haben.',
  'This password is too easy to guess: names are tried first. Take several words that have nothing to do with each other.':
    'Dieses Passwort ist zu leicht zu erraten: Namen werden zuerst ausprobiert. Nehmen Sie mehrere Wörter, die nichts miteinander zu tun haben.',
  'This password is too easy to guess: it uses what others know about you or this service. Leave out your name, your address and the name of this service.':
    'Dieses Passwort ist zu leicht zu erraten: Es verwendet, was andere über Sie oder diesen Dienst wissen. Lassen Sie Ihren Namen, Ihre Adresse und den Namen dieses Dienstes weg.',
  'This password is too easy to guess: its keys lie next to each other. Take several words that have nothing to do with each other.':
    'Dieses Passwort ist zu leicht zu erraten: Seine Tasten liegen nebeneinander. Nehmen Sie mehrere Wörter, die nichts miteinander zu tun haben.',
  'This password is too easy to guess: it repeats itself. Leave out repeated words and characters.':
    'Dieses Passwort ist zu leicht zu erraten: Es wiederholt sich. Verzichten Sie auf wiederholte Wörter und Zeichen.',
  'This password is too easy to guess: it contains a sequence such as abc or 6543. Leave out sequences.':
    'Dieses Passwort ist zu leicht zu erraten: Es enthält eine Reihe wie abc oder 6543. Verzichten Sie auf solche Reihen.',
  'This password is too easy to guess: dates and years are tried first. Leave out those that have to do with you.':
    'Dieses Passwort ist zu leicht zu erraten: Daten und Jahreszahlen werden zuerst ausprobiert. Lassen Sie alle weg, die mit Ihnen zu tun haben.',
  'This password is too easy to guess. Make it longer with another unusual word.':
    'Dieses Passwort ist zu leicht zu erraten. Verlängern Sie es um ein weiteres ungewöhnliches Wort.',
  'This password was stolen from another service and is known to attackers. Take one that you use nowhere else.':
    'Dieses Passwort wurde bei einem anderen Dienst gestohlen und ist Angreifern bekannt. Nehmen Sie eines, das Sie nirgends sonst verwenden.',
  // The password field of pages
  Show: 'Anzeigen',
  'Show password': 'Passwort anzeigen',
  'Too short: use at least {least} characters.':
    'Zu kurz: Verwenden Sie mindestens {least} Zeichen.',
  'Very easy to guess.': 'Sehr leicht zu erraten.',
  'Easy to guess.': 'Leicht zu erraten.',
  'Acceptable.': 'Annehmbar.',
  'Not strong enough.': 'Nicht stark genug.',
  'Strong.': 'Stark.',
  'Very strong.': 'Sehr stark.',
  'Many people use this password or one like it.':
    'Viele Menschen verwenden dieses Passwort oder ein ähnliches.',
  'A single word is not enough.': 'Ein einzelnes Wort genügt nicht.',
  'Names are tried first.': 'Namen werden zuerst ausprobiert.',
  'Others know this about you or this service.':
    'Andere wissen dies über Sie oder über diesen Dienst.',
  'Keys next to each other are tried first.':
    'Nebeneinanderliegende Tasten werden zuerst ausprobiert.',
  'Repeating something adds little.': 'Wiederholungen nützen wenig.',
  'Sequences such as abc or 6543 are tried first.':
    'Reihen wie abc oder 6543 werden zuerst ausprobiert.',
  'Dates and years are tried first.': 'Daten und Jahreszahlen werden zuerst ausprobiert.',
  'Add another unusual word.': 'Fügen Sie ein weiteres ungewöhnliches Wort hinzu.',
} as const
