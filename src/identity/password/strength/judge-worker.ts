/** The thread of `judge.ts`: answers questions in their order. */
import { parentPort } from 'node:worker_threads'
import type { Question } from './judge.ts'
import { createJudge } from './judge.ts'

const judge = createJudge()
parentPort?.on('message', ({ id, question }: { id: number; question: Question }) => {
  // A rejection ends the thread, which tells everyone who waits.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  void judge.then(async (ask) => parentPort?.postMessage({ id, judgement: await ask(question) }))
})
