import { account } from './account.ts'
import { failures } from './failures.ts'
import { frame } from './frame.ts'
import { mail } from './mail.ts'
import { signIn } from './sign-in.ts'
import { signUp } from './sign-up.ts'

export const de = { ...frame, ...signIn, ...signUp, ...account, ...mail, ...failures } as const
