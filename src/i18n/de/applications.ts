/** What people allowed applications. */
export const applications = {
  Applications: 'Anwendungen',
  'Open this application': 'Diese Anwendung öffnen',
  'What you allowed applications. Take back what you do not use any more.':
    'Was Sie Anwendungen erlaubt haben. Nehmen Sie zurück, was Sie nicht mehr benutzen.',
  'No application may act for you.': 'Keine Anwendung darf für Sie handeln.',
  'Allowed on': 'Erlaubt am',
  'While you are away': 'Während Sie nicht da sind',
  'It may act for you': 'Sie darf für Sie handeln',
  'Take back access': 'Zugriff zurücknehmen',
  'The application has no access any more.': 'Die Anwendung hat keinen Zugriff mehr.',
} as const
