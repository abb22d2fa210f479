import { join } from 'node:path'
import { type GivenTrainOptions, givenHyper, newRunOptions } from '../commands/given.ts'
import { UsageError } from '../errors.ts'
import { flagOf, hyperNames } from '../registry/hyperparameters.ts'
import { methods } from '../registry/methods.ts'
import { baseOf, findOptimizer, takes } from '../registry/optimizers.ts'
import type { TrainOptions } from '../training/options.ts'

/** One run of a comparison. */
export interface ComparedRun {
  readonly options: TrainOptions
  /** The folder it has for itself. */
  readonly dir: string
}

/** What {@link planComparison} makes runs of. */
export interface Comparison {
  /** Names from `optimizers`. */
  readonly optimizers: readonly string[]
  /** Number of seeds, counted up from the one given. */
  readonly seeds: number
  readonly out: string
  /** What else was given; each hyper-parameter goes to the optimizers that take it. */
  readonly given: Omit<GivenTrainOptions, 'optimizer' | 'out' | 'resume'>
}

/**
 * The runs of a comparison: all optimizers with the first seed, then with the next, so that what there is after a while can
 * be compared.
 *
 * @throws UsageError where names are unknown or come twice, or nobody takes an option.
 */
export function planComparison({ optimizers, seeds, out, given }: Comparison): ComparedRun[] {
  const listed = optimizers.join(',')
  const twice = optimizers.find((name, i) => optimizers.indexOf(name) !== i)
  if (twice !== undefined) throw new UsageError(`--optimizers names ${twice} twice`)
  const { base, ...others } = given
  const hyper = givenHyper(given)
  const entries = optimizers.map((optimizer) => {
    const isMethod = Object.hasOwn(methods, optimizer)
    const own = isMethod && base !== undefined ? { base } : {}
    return { optimizer, own, isMethod, taken: takes(findOptimizer(optimizer, baseOf(optimizer, own.base))) }
  })
  if (base !== undefined && !entries.some(({ isMethod }) => isMethod)) {
    throw new UsageError(`--base does nothing with --optimizers ${listed}`)
  }
  for (const name of hyperNames) {
    if (hyper[name] !== undefined && !entries.some(({ taken }) => taken.includes(name))) {
      throw new UsageError(`${flagOf(name)} does nothing with --optimizers ${listed}`)
    }
  }
  const first = given.seed ?? 0
  return Array.from({ length: seeds }, (_, i) => first + i).flatMap((seed) =>
    entries.map(({ optimizer, own, taken }) => {
      const left = Object.fromEntries(
        Object.entries(others).filter(([name]) => !hyperNames.some((h) => h === name && !taken.includes(h))),
      )
      return {
        options: newRunOptions({ ...left, ...own, optimizer, seed }),
        dir: join(out, optimizer, `seed-${seed}`),
      }
    }),
  )
}
