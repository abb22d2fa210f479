import type { Method, Optimizer, Schedule } from '@samkit/optim'
import { oneLine, UsageError } from '../errors.ts'
import { bases } from './bases.ts'
import { flagOf, type HyperName, type HyperValues, hyperNames } from './hyperparameters.ts'
import { lookUp } from './look-up.ts'
import { type MethodContext, methods } from './methods.ts'

/** An optimizer by itself or a method over one, as `--optimizer` and `--base` name them. */
export interface OptimizerEntry {
  /** Its name in prose: `SAM`, `SAM over AdamW`. */
  readonly title: string
  /** Every hyper-parameter it takes that has a number for a default. */
  readonly defaults: HyperValues
  /** Those whose default is no number, with what it is in words. */
  readonly optional: Partial<Readonly<Record<HyperName, string>>>
  /** Makes it. The learning rate is given as a function of the step. */
  create(values: HyperValues, lr: Schedule, context: MethodContext): Method | Optimizer
}

/** What a method steps with unless told. */
export const usualBase = 'sgd'

/** What `--optimizer` accepts, with a line each for `--help`. */
export const optimizers: Readonly<Record<string, { readonly title: string; readonly summary: string }>> = {
  ...bases,
  ...methods,
}

/** What an optimizer steps with: `--base`, or the usual one; null where it is a plain optimizer itself. */
export function baseOf(optimizer: string, base: string | undefined): string | null {
  if (!Object.hasOwn(bases, optimizer)) return base ?? usualBase
  if (base === undefined) return null
  throw new UsageError(
    `--base does nothing with --optimizer ${optimizer}; it is for ${Object.keys(methods).join(', ')}`,
  )
}

/**
 * The optimizer of that name, over that base.
 *
 * @throws UsageError with the names there are, where one is unknown.
 */
export function findOptimizer(name: string, base: string | null): OptimizerEntry {
  lookUp('--optimizer', optimizers, name)
  const plain = lookUp('--base', bases, base ?? name)
  if (base === null) return { ...plain, optional: {} }
  const method = lookUp('--optimizer', methods, name)
  return {
    title: base === usualBase ? method.title : `${method.title} over ${plain.title}`,
    defaults: { ...plain.defaults, ...method.defaults },
    optional: method.optional,
    create: (values, lr, context) => {
      const own = (defaults: HyperValues, optional = {}): HyperValues =>
        Object.fromEntries(
          Object.entries(values).filter(
            ([hyper]) => Object.hasOwn(defaults, hyper) || Object.hasOwn(optional, hyper),
          ),
        )
      return method.create(
        plain.create(own(plain.defaults), lr),
        own(method.defaults, method.optional),
        context,
      )
    },
  }
}

/** Which hyper-parameters it takes, in the order of `--help`. */
export function takes({ defaults, optional }: OptimizerEntry): HyperName[] {
  return hyperNames.filter((name) => defaults[name] !== undefined || optional[name] !== undefined)
}

/**
 * The hyper-parameters of an optimizer: those given, and its defaults for the others.
 *
 * @throws UsageError where one is given that the optimizer does not take, or out of its range.
 */
export function hyperValues(name: string, entry: OptimizerEntry, given: HyperValues): HyperValues {
  const taken = takes(entry)
  for (const hyper of hyperNames) {
    if (given[hyper] !== undefined && !taken.includes(hyper)) {
      throw new UsageError(
        `${flagOf(hyper)} does nothing with --optimizer ${name}, which takes ${taken.map(flagOf).join(', ')}`,
      )
    }
  }
  const values = { ...entry.defaults, ...given }
  try {
    entry.create(values, 0, { classCounts: [1] })
  } catch (cause) {
    throw new UsageError(oneLine(cause), { cause })
  }
  return values
}
