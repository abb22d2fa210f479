import { classes } from './workloads.ts'

/** Numbers between -1 and 1 that are the same every time (a linear congruential generator). */
export function uniformNumbers(count: number, scale = 1): Float32Array<ArrayBuffer> {
  let state = 1
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return scale * (state / 2 ** 31)
  })
}

/** One row for each example, 1 at its class and 0 elsewhere. */
export function oneHotRows(examples: number): Float32Array<ArrayBuffer> {
  const rows = new Float32Array(examples * classes)
  for (let i = 0; i < examples; i++) rows[i * classes + (i % classes)] = 1
  return rows
}

/** The shapes of a vision transformer's parameters, in the order in which it uses them. */
export function vitParameterShapes(
  width: number,
  depth: number,
  tokens: number,
  patchSize: number,
): number[][] {
  const norm = [[width], [width]]
  const dense = (from: number, to: number): number[][] => [[from, to], [to]]
  const block = [
    ...norm,
    ...dense(width, 3 * width),
    ...dense(width, width),
    ...norm,
    ...dense(width, 4 * width),
    ...dense(4 * width, width),
  ]
  const blocks = Array.from({ length: depth }, () => block).flat()
  return [...dense(patchSize, width), [tokens, width], ...blocks, ...norm, ...dense(width, classes)]
}

/** First values of a parameter: numbers that keep the loss finite. */
export function firstValues(shape: readonly number[]): Float32Array<ArrayBuffer> {
  const [fanIn = 1] = shape
  const count = shape.reduce((size, n) => size * n, 1)
  return shape.length === 1 ? new Float32Array(count).fill(0.5) : uniformNumbers(count, 1 / Math.sqrt(fanIn))
}
