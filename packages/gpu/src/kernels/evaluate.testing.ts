import type { Helper } from '../math/helpers.ts'

/** Where a thread stands. */
export interface Thread {
  readonly x: number
  readonly y?: number
  readonly z?: number
}

/** A kernel as a function of its arrays and a thread, or its number: its text run as the JavaScript that it is. */
export function evaluated(
  text: string,
  helpers: readonly Helper[] = [],
): (arrays: readonly ArrayLike<number>[], thread: Thread | number) => number {
  const kernel: unknown = new Function(`${textOf(helpers)}\nreturn ${text}`)()
  if (typeof kernel !== 'function') throw new Error('the text is no function')
  return (arrays, thread) => {
    const { x, y = 0, z = 0 } = typeof thread === 'number' ? { x: thread } : thread
    return Number(kernel.apply({ thread: { x, y, z } }, arrays))
  }
}

/** A helper as a function of numbers, with the helpers that it calls. */
export function helperFunction(name: string, helpers: readonly Helper[]): (...args: number[]) => number {
  const found: unknown = new Function(`${textOf(helpers)}\nreturn ${name}`)()
  if (typeof found !== 'function') throw new Error(`there is no helper ${name}`)
  return (...args) => Number(found(...args))
}

function textOf(helpers: readonly Helper[]): string {
  return helpers.map(({ source }) => source).join('\n')
}
