import { failures } from '../base/index.ts'

export const flowFailures = failures({
  gone: [
    'invalid_request',
    400,
    'This sign-in has expired or belongs to another browser. Please go back to the application and start again.',
  ],
})
