/** Refusals about roles, permissions, groups and assignments. */
export const access = {
  'There is no such permission.': 'Diese Berechtigung gibt es nicht.',
  'There is no such group.': 'Diese Gruppe gibt es nicht.',
  'There is no such assignment.': 'Diese Zuweisung gibt es nicht.',
  'The role is not valid.': 'Die Rolle ist nicht gültig.',
  'The permission is not valid.': 'Die Berechtigung ist nicht gültig.',
  'The group is not valid.': 'Die Gruppe ist nicht gültig.',
  'The assignment is not valid.': 'Die Zuweisung ist nicht gültig.',
  'There is one of this name already.': 'Etwas mit diesem Namen gibt es schon.',
  'This comes with Cardea and stays as it is.': 'Das gehört zu Cardea und bleibt, wie es ist.',
  'This is in use. Say force=true to take it away from all who have it.':
    'Das wird verwendet. Mit force=true wird es allen genommen, die es haben.',
  'This reaches into Cardea itself. Only who has all of it may give it or take it away.':
    'Das reicht in Cardea selbst hinein. Nur wer alles davon hat, darf es geben oder nehmen.',
  'Only an owner makes and unmakes owners.':
    'Nur Besitzer machen andere zu Besitzern oder nehmen ihnen das wieder.',
} as const
