import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import type { CityResponse, Reader } from 'maxmind'
import type { Logger } from 'pino'

/** Roughly where an address is. */
export type Place = {
  readonly city?: string
  readonly country?: string
  /** Such as "Oslo, Norway". */
  readonly words: string
  /** In degrees; the middle of the area that the address is known to be in. */
  readonly point?: Point
}

export type Point = { readonly latitude: number; readonly longitude: number }

export type Places = {
  /** Names are in the language where the database has them, otherwise in English. */
  readonly of: (ip: string | null, locale?: 'en' | 'de') => Promise<Place | undefined>
}

type Needs = {
  /** A MaxMind database; '' for none. */
  readonly file: string
  readonly log: Pick<Logger, 'warn'>
}

/** A place is a nicety, so a missing or broken file costs a warning and nothing else. */
export function createPlaces({ file, log }: Needs): Places {
  if (file === '') return { of: async () => undefined }
  let warned = false
  const warn = (err: unknown) => {
    if (!warned) log.warn({ err, file }, 'the places of sessions cannot be told')
    warned = true
  }
  // Said when the server starts, although the file is read only when somebody looks at a list.
  access(file, constants.R_OK).catch(warn)
  let opening: Promise<Reader<CityResponse> | undefined> | undefined
  const openOnce = () => {
    opening ??= open(file).catch((error: unknown) => {
      warn(error)
      return undefined
    })
    return opening
  }
  return {
    async of(ip, locale = 'en') {
      const reader = ip === null ? undefined : await openOnce()
      if (ip === null || reader === undefined) return undefined
      try {
        return placeOf(reader.get(ip), locale)
      } catch (error) {
        warn(error)
        return undefined
      }
    },
  }
}

async function open(file: string): Promise<Reader<CityResponse>> {
  const { default: maxmind } = await import('maxmind')
  return maxmind.open<CityResponse>(file)
}

function placeOf(found: CityResponse | null, locale: 'en' | 'de'): Place | undefined {
  const city = found?.city?.names?.[locale] ?? found?.city?.names?.en
  const country = found?.country?.names?.[locale] ?? found?.country?.names?.en
  const words = [city, country].filter((name) => name !== undefined).join(', ')
  if (words === '') return undefined
  const point = pointOf(found)
  return {
    ...(city !== undefined && { city }),
    ...(country !== undefined && { country }),
    ...(point !== undefined && { point }),
    words,
  }
}

function pointOf(found: CityResponse | null): Point | undefined {
  const { latitude, longitude } = found?.location ?? {}
  return latitude === undefined || longitude === undefined ? undefined : { latitude, longitude }
}
