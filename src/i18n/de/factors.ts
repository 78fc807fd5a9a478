/** What the factors themselves say: refusals, and names of kinds. */
export const factors = {
  'That was not right. Please try again.':
    'Das war nicht richtig. Bitte versuchen Sie es noch einmal.',
  'This factor cannot be used here.': 'Dieser Faktor kann hier nicht verwendet werden.',
  'The passkey could not be checked. Please try again.':
    'Der Passkey konnte nicht geprüft werden. Bitte versuchen Sie es noch einmal.',
  'This passkey is registered already.': 'Dieser Passkey ist bereits registriert.',
  'Passkeys of this kind are not accepted here. Please use another one.':
    'Passkeys dieser Art werden hier nicht angenommen. Bitte verwenden Sie einen anderen.',
  'You have as many of these as there may be. Remove one first.':
    'Mehr davon sind nicht möglich. Entfernen Sie zuerst einen.',
  'There is no such factor.': 'Diesen Faktor gibt es nicht.',
  'A second factor is required for this account. Add another one before you remove this one.':
    'Für dieses Konto ist ein zweiter Faktor vorgeschrieben. Fügen Sie einen anderen hinzu, bevor Sie diesen entfernen.',
  'Set up a passkey or an authenticator app first.':
    'Richten Sie zuerst einen Passkey oder eine Authenticator-App ein.',
  'Confirm your email address first.': 'Bestätigen Sie zuerst Ihre E-Mail-Adresse.',
  'The policy is not valid.': 'Die Richtlinie ist nicht gültig.',
  'The policy was changed meanwhile. Read it again.':
    'Die Richtlinie wurde inzwischen geändert. Rufen Sie sie noch einmal ab.',
  'The name is empty, too long or has characters that cannot be shown.':
    'Der Name ist leer, zu lang oder hat Zeichen, die nicht dargestellt werden können.',
  'There is no such emergency access.': 'Diesen Notfallzugang gibt es nicht.',
  'Another administrator must approve what you asked for.':
    'Was Sie beantragt haben, muss ein anderes Mitglied der Administration genehmigen.',
  'An emergency access for this account is open already.':
    'Für dieses Konto ist bereits ein Notfallzugang offen.',
  'The link is not valid any more. Ask for a new one.':
    'Der Link ist nicht mehr gültig. Fordern Sie einen neuen an.',
  'A second factor is required here, but none can be set up. Please ask an administrator.':
    'Hier ist ein zweiter Faktor vorgeschrieben, aber es lässt sich keiner einrichten. Bitte wenden Sie sich an die Administration.',
  'This sign-in took too long or was finished elsewhere. Please start again.':
    'Diese Anmeldung hat zu lange gedauert oder wurde anderswo abgeschlossen. Bitte beginnen Sie von vorn.',
} as const
