import { failures } from '../base/index.ts'

export const accessFailures = failures({
  last_owner: [
    'last_owner',
    409,
    'The last owner cannot leave. Make somebody else an owner first.',
  ],
  unknown_role: ['not_found', 404, 'There is no such role.'],
  unknown_permission: ['not_found', 404, 'There is no such permission.'],
  unknown_group: ['not_found', 404, 'There is no such group.'],
  unknown_assignment: ['not_found', 404, 'There is no such assignment.'],
  invalid_role: ['invalid_request', 400, 'The role is not valid.'],
  invalid_permission: ['invalid_request', 400, 'The permission is not valid.'],
  invalid_group: ['invalid_request', 400, 'The group is not valid.'],
  invalid_assignment: ['invalid_request', 400, 'The assignment is not valid.'],
  name_taken: ['name_taken', 409, 'There is one of this name already.'],
  built_in: ['built_in', 409, 'This comes with Cardea and stays as it is.'],
  in_use: ['in_use', 409, 'This is in use. Say force=true to take it away from all who have it.'],
  beyond_own_rights: [
    'forbidden',
    403,
    'This reaches into Cardea itself. Only who has all of it may give it or take it away.',
  ],
  owners_only: ['forbidden', 403, 'Only an owner makes and unmakes owners.'],
  // RFC 9110 section 15.5.13
  changed_meanwhile: [
    'precondition_failed',
    412,
    'This was changed meanwhile. Please load it again and repeat your change.',
  ],
})
