import type { FusedKernel, Instruction } from '@samkit/core/compiler'

/**
 * The kernel with the shares of exponentials in their sum (`eˣ / Σ eˣ`, a softmax) as products with the sum's reciprocal:
 * one division for a row instead of one for each place. A share is within 2 ULP, and exactly 1 where both are 1.
 */
export function sharesAsProducts(kernel: FusedKernel): FusedKernel {
  if (!kernel.body.some((line) => dividend(kernel, line) !== null)) return kernel
  const body: Instruction[] = []
  const renamed: number[] = []
  const push = (line: Instruction): number => body.push(line) - 1
  const row = { dtype: 'f32', level: 'row' } as const
  const constant = (value: number): number => push({ ...row, op: 'constant', value })
  const apply = (name: string, ...args: number[]): number => push({ ...row, op: 'apply', name, args })
  /** Powers of two that bring a sum near 1, so that its reciprocal is neither infinite nor denormal. */
  const scaleOf = (sum: number): number => {
    const [small, large] = [constant(2 ** -64), constant(2 ** 64)]
    const isSmall = push({ dtype: 'bool', level: 'row', op: 'apply', name: 'lt', args: [sum, small] })
    const isLarge = push({ dtype: 'bool', level: 'row', op: 'apply', name: 'lt', args: [large, sum] })
    return apply('where', isSmall, large, apply('where', isLarge, small, constant(1)))
  }
  for (const line of kernel.body) {
    const args = 'args' in line ? line.args.map((arg) => renamed[arg] ?? 0) : []
    const exponential = dividend(kernel, line)
    if (exponential !== null) {
      const [e = 0, sum = 0] = args
      const scale = scaleOf(sum)
      const reciprocal = apply('div', constant(1), apply('mul', sum, scale))
      const product = push({ ...line, op: 'apply', name: 'mul', args: [e, reciprocal] })
      renamed.push(push({ ...line, op: 'apply', name: 'mul', args: [product, scale] }))
    } else if (line.op === 'apply') renamed.push(push({ ...line, args }))
    else if (line.op === 'reduce') renamed.push(push({ ...line, arg: renamed[line.arg] ?? 0 }))
    else renamed.push(push(line))
  }
  const stores = kernel.stores.map((store) => ({ ...store, value: renamed[store.value] ?? 0 }))
  return { ...kernel, body, stores }
}

/** The exponential that a line divides by the sum of all of its kind; null for other lines. */
function dividend({ body }: FusedKernel, line: Instruction): number | null {
  if (line.op !== 'apply' || line.name !== 'div' || line.dtype !== 'f32') return null
  const [e = 0, divisor = 0] = line.args
  const [top, bottom] = [body[e], body[divisor]]
  const isShare = bottom?.op === 'reduce' && bottom.name === 'sum' && bottom.arg === e
  return isShare && top?.op === 'apply' && top.name === 'exp' ? e : null
}
