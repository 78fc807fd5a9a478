import { stopwatch } from '../../base/index.ts'

export type Progress = {
  /** `done` of 0 to 1. */
  readonly show: (done: number, counted: number) => void
  readonly end: () => void
}

const barWidth = 24
const everyMs = 10_000

/** One line that is redrawn on a terminal, and a line every ten seconds anywhere else. */
export function createProgress(noun: string): Progress {
  const elapsed = stopwatch()
  const terminal = process.stderr.isTTY
  let begun: { readonly done: number; readonly at: number } | undefined
  let shownAt = 0
  return {
    show(done, counted) {
      const now = elapsed()
      begun ??= { done, at: now }
      if (!terminal && now - shownAt < everyMs) return
      shownAt = now
      const rate = Math.round(counted / Math.max(now / 1000, 0.001))
      const left = ((now - begun.at) / Math.max(done - begun.done, 1e-9)) * (1 - done)
      const eta = done > begun.done ? `, ${duration(left)} to go` : ''
      const words = `${Math.floor(done * 100)} %, ${counted} ${noun}, ${rate}/s${eta}`
      process.stderr.write(terminal ? `\r\u001b[K${bar(done)} ${words}` : `${words}\n`)
    },
    end() {
      if (terminal) process.stderr.write('\r\u001b[K')
    },
  }
}

function bar(done: number): string {
  const full = Math.min(barWidth, Math.floor(done * barWidth))
  return `[${'#'.repeat(full)}${' '.repeat(barWidth - full)}]`
}

function duration(millis: number): string {
  const seconds = Math.ceil(millis / 1000)
  return seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}
