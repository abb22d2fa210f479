import { type Backend, primitives as known } from '@samkit/core'
import type { Bounds } from './bounds.ts'
import { type Section, sections } from './section.ts'

/** A backend, or what makes one: only what was made here is disposed in the end, and looked at after that. */
export type BackendSource = Backend | (() => Backend | Promise<Backend>)

/** What to check, and how thoroughly. */
export interface ConformanceOptions {
  /** What to call the backend. Default: its name; needed for titles where it is made later. */
  readonly name?: string
  /** Random examples per property, such as one primitive in one dtype. Default 20, or 2 where `quick`. */
  readonly runs?: number
  /** What the examples are drawn from. Default 1. */
  readonly seed?: number
  /** Few examples, for backends on which every new program costs much. Default false. */
  readonly quick?: boolean
  /** Bounds that the backend states in place of the default ones, by primitive. The report shows them. */
  readonly bounds?: Bounds
  /** Only these primitives, for a backend that has no others yet. Default: all. */
  readonly primitives?: readonly string[]
  /** Only these sections. Default: all. */
  readonly sections?: readonly Section[]
}

/** Options with their defaults filled in. */
export interface Settings {
  readonly runs: number
  readonly seed: number
  readonly quick: boolean
  readonly stated: Bounds
  readonly primitives: ReadonlySet<string> | null
  readonly sections: ReadonlySet<Section>
}

/**
 * Fills in the defaults.
 *
 * @throws Error for a number of runs below 1, and for a section or a primitive that there is not.
 */
export function settingsOf({
  quick = false,
  runs = quick ? 2 : 20,
  seed = 1,
  bounds = {},
  primitives,
  sections: wanted = sections,
}: ConformanceOptions): Settings {
  if (!Number.isInteger(runs) || runs < 1)
    throw new Error(`runs must be a whole number of at least 1, got ${runs}`)
  if (!Number.isInteger(seed)) throw new Error(`seed must be a whole number, got ${seed}`)
  const odd = wanted.find((section) => !sections.includes(section))
  if (odd !== undefined) throw new Error(`there is no section "${odd}"; they are ${sections.join(', ')}`)
  const names = new Set(known.map(({ name }) => name))
  const unknown = primitives?.find((name) => !names.has(name))
  if (unknown !== undefined)
    throw new Error(`"${unknown}" is no primitive; they are ${[...names].join(', ')}`)
  return {
    runs,
    seed,
    quick,
    stated: bounds,
    primitives: primitives === undefined ? null : new Set(primitives),
    sections: new Set(wanted),
  }
}
