import { Type } from 'typebox'
import { boolean } from './config-setting.ts'

export const admin = Type.Object(
  {
    impersonation: boolean(
      false,
      'Let administrators with cardea.user:impersonate see accounts as their persons do, for a while.',
    ),
  },
  { description: 'Administration.' },
)
