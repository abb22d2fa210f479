import type { Helper } from '../math/helpers.ts'

/** A kernel as a function of its arrays and a thread's number: its text run as the JavaScript that it is. */
export function evaluated(
  text: string,
  helpers: readonly Helper[] = [],
): (arrays: readonly ArrayLike<number>[], p: number) => number {
  const kernel: unknown = new Function(`${textOf(helpers)}\nreturn ${text}`)()
  if (typeof kernel !== 'function') throw new Error('the text is no function')
  return (arrays, p) => Number(kernel.apply({ thread: { x: p, y: 0, z: 0 } }, arrays))
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
