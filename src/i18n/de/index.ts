import { access } from './access.ts'
import { account } from './account.ts'
import { apiKeys } from './api-keys.ts'
import { applications } from './applications.ts'
import { choose } from './choose.ts'
import { consent } from './consent.ts'
import { device } from './device.ts'
import { factors } from './factors.ts'
import { failures } from './failures.ts'
import { frame } from './frame.ts'
import { impersonation } from './impersonation.ts'
import { mail } from './mail.ts'
import { mailFactors } from './mail-factors.ts'
import { monitor } from './monitor.ts'
import { secondStep } from './second-step.ts'
import { security } from './security.ts'
import { signIn } from './sign-in.ts'
import { signUp } from './sign-up.ts'

export const de = {
  ...frame,
  ...signIn,
  ...secondStep,
  ...signUp,
  ...choose,
  ...access,
  ...account,
  ...apiKeys,
  ...applications,
  ...consent,
  ...security,
  ...device,
  ...factors,
  ...impersonation,
  ...mail,
  ...mailFactors,
  ...monitor,
  ...failures,
} as const
