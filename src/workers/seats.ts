import type { Crew } from './crew.ts'
import type { Member } from './member.ts'
import { mostFailedStarts, pauseBefore, quickDeaths } from './replacement.ts'

/** The seats of the workers. Whoever leaves one without being told to is replaced. */
export type Seats = {
  readonly numbers: () => readonly number[]
  readonly fill: (number: number) => void
  /** Lets another one take over; false when that one did not come to serve, and the first one stays. */
  readonly relieve: (number: number) => Promise<boolean>
  readonly remove: (number: number) => Promise<void>
  /** Resolves when all have ended. */
  readonly close: () => Promise<void>
  /** Rejects when nobody serves and there is no use in trying again. */
  readonly failure: Promise<never>
}

type Seat = {
  readonly number: number
  /** Who serves, or is to. */
  member: Member | undefined
  deaths: number
  timer: NodeJS.Timeout | undefined
}

/** Milliseconds that a worker gets beyond its own time to drain. */
const grace = 5000

export function createSeats(crew: Crew): Seats {
  const seats = new Map<number, Seat>()
  const failed = Promise.withResolvers<never>()
  // Whoever waits for it hears of it all the same.
  failed.promise.catch(() => {})
  const state = { closed: false, failedStarts: 0 }

  const onDeath = (seat: Seat, member: Member) => {
    if (state.closed || seat.member !== member || member.state() === 'leaving') return
    crew.countRestart()
    seat.deaths = quickDeaths(seat.deaths, member.served())
    state.failedStarts = member.state() === 'starting' ? state.failedStarts + 1 : 0
    if (state.failedStarts >= mostFailedStarts && crew.serving().length === 0) {
      failed.reject(new Error(`${state.failedStarts} workers in a row ended before they served`))
      return
    }
    seat.timer = setTimeout(() => occupy(seat, crew.spawn(seat.number)), pauseBefore(seat.deaths))
  }
  const occupy = (seat: Seat, member: Member) => {
    seat.member = member
    void member.exited.then(() => onDeath(seat, member))
  }
  const seatOf = (number: number): Seat => {
    const seat = seats.get(number) ?? { number, member: undefined, deaths: 0, timer: undefined }
    seats.set(number, seat)
    return seat
  }
  return {
    numbers: () => [...seats.keys()],
    fill: (number) => occupy(seatOf(number), crew.spawn(number)),
    relieve: async (number) => {
      const next = crew.spawn(number)
      if (!(await next.started)) return false
      const seat = seatOf(number)
      clearTimeout(seat.timer)
      const old = seat.member
      occupy(seat, next)
      await dismiss(crew, old, true)
      return true
    },
    remove: async (number) => {
      const seat = seats.get(number)
      seats.delete(number)
      clearTimeout(seat?.timer)
      await dismiss(crew, seat?.member, true)
    },
    close: async () => {
      state.closed = true
      for (const { timer } of seats.values()) clearTimeout(timer)
      await Promise.all(crew.all().map((member) => dismiss(crew, member, false)))
    },
    failure: failed.promise,
  }
}

async function dismiss(crew: Crew, member: Member | undefined, rolled: boolean): Promise<void> {
  if (member === undefined) return
  const { drainTimeout, shutdownDelay } = crew.task().config.http
  const seconds = drainTimeout + (rolled ? 0 : shutdownDelay)
  const left = member.leave({ rolled, within: seconds * 1000 + grace })
  crew.handOver()
  await left
}
