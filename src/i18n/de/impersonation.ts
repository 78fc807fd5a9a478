export const impersonation = {
  // The letter
  'An administrator looked at your account':
    'Jemand aus der Administration hat Ihr Konto angesehen',
  'An administrator, {admin}, sees your account as you do, until {until}. Passwords, email address and second factors cannot be changed that way.':
    'jemand aus der Administration, {admin}, sieht Ihr Konto so, wie Sie es sehen, bis {until}. Passwort, E-Mail-Adresse und zweite Faktoren lassen sich so nicht ändern.',
  'You can end it there. If you do not know what this is about, ask the people who run this service.':
    'Dort können Sie es beenden. Wenn Sie nicht wissen, worum es geht, fragen Sie die Betreiber dieses Dienstes.',
  // Every page
  'You see the account of somebody else': 'Sie sehen das Konto einer anderen Person',
  'You see this as {name}, until {time}.': 'Sie sehen dies als {name}, bis {time}.',
  End: 'Beenden',
  // The link
  'See this account?': 'Dieses Konto ansehen?',
  'You will see everything as {name} does, for {minutes} minutes. The person gets a letter about it, with your name and the reason.':
    'Sie sehen alles so, wie {name} es sieht, {minutes} Minuten lang. Die Person erhält darüber eine Nachricht, mit Ihrem Namen und dem Grund.',
  'If you are signed in with this browser yourself, that session ends.':
    'Falls Sie mit diesem Browser selbst angemeldet sind, endet diese Sitzung.',
  'See the account': 'Konto ansehen',
  'It is over': 'Es ist beendet',
  'You do not see the account of somebody else any more.':
    'Sie sehen das Konto der anderen Person nicht mehr.',
  // The account of the person
  'Seen by an administrator': 'Von der Administration angesehen',
  'An administrator sees your account here': 'Hier sieht die Administration Ihr Konto',
  '{admin} saw your account on {date}: {reason}':
    '{admin} hat Ihr Konto am {date} angesehen: {reason}',
  // Refusals
  'This cannot be done while you see the account of somebody else. End that first.':
    'Das geht nicht, solange Sie das Konto einer anderen Person ansehen. Beenden Sie das zuerst.',
  'This link is not valid any more. Ask for a new one.':
    'Dieser Link gilt nicht mehr. Fordern Sie einen neuen an.',
  'There is no such impersonation.': 'Das gibt es nicht, oder es ist schon beendet.',
} as const
