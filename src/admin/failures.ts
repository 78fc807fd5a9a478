import { failures } from '../base/index.ts'

export const adminFailures = failures({
  out_of_reach: [
    'forbidden',
    403,
    'This account has rights over Cardea that you do not have; who has them must do it.',
  ],
  own_account: ['own_account', 409, 'This is your own account. Look after it on your own pages.'],
  has_factor: ['has_factor', 409, 'This person has a second factor already.'],
})
