import { failures } from '../base/index.ts'

export const adminFailures = failures({
  out_of_reach: [
    'forbidden',
    403,
    'This account has rights over Cardea that you do not have; who has them must do it.',
  ],
  role_in_policy: [
    'role_in_policy',
    409,
    'The policy of second factors names this role. Change the policy first.',
  ],
  own_account: ['own_account', 409, 'This is your own account. Look after it on your own pages.'],
  unknown_token: ['not_found', 404, 'There is no such token.'],
  unknown_job: ['not_found', 404, 'There is no such job.'],
  unknown_operation: ['not_found', 404, 'There is no such bulk operation.'],
  operation_over: ['operation_over', 409, 'This operation has come to an end already.'],
  whom: ['invalid_request', 400, 'Say either which users are meant or by which filter.'],
  operation_parameters: [
    'invalid_request',
    400,
    'Operations on roles take parameters.role, operations on groups parameters.group, others none.',
  ],
  impersonation_off: [
    'impersonation_off',
    403,
    'Nobody sees the accounts of others here: CARDEA_ADMIN_IMPERSONATION is off.',
  ],
  not_active: ['not_active', 409, 'This account is not active.'],
  merge_refused: [
    'merge_refused',
    409,
    'Accounts are not merged: what one person allowed would silently become what another is allowed. Keep one, give it the roles and groups it needs, and deactivate the other.',
  ],
  has_factor: ['has_factor', 409, 'This person has a second factor already.'],
})
