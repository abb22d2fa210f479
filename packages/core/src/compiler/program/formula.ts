import { numberText } from '../../inspect/notation.ts'
import type { Access } from './access.ts'
import type { FusedKernel, Instruction, Kernel } from './kernel.ts'

const infix: Readonly<Record<string, string>> = {
  add: '+',
  sub: '-',
  mul: '*',
  div: '/',
  eq: '=',
  lt: '<',
  le: '≤',
}

/** What a kernel computes, in one line; `nameOf` names its buffers. */
export function formulaOf(kernel: Kernel, nameOf: (buffer: number) => string): string {
  switch (kernel.kind) {
    case 'fused':
      return fusedFormula(kernel, nameOf)
    case 'matmul': {
      const { batch, m, k, n, a, b, out } = kernel
      const [rows = 0, columns = 0] = a.strides.slice(-2)
      const [inner = 0, outer = 0] = b.strides.slice(-2)
      const flipped = (first: number, second: number): string => (first === 1 && second !== 1 ? 'ᵀ' : '')
      const count = batch.length === 0 ? '' : `${batch.join('·')} × `
      const left = `${nameOf(a.buffer)}${flipped(rows, columns)}`
      const right = `${nameOf(b.buffer)}${flipped(inner, outer)}`
      return `${nameOf(out.buffer)} = ${left} @ ${right}  (${count}[${m}, ${k}] [${k}, ${n}])`
    }
    case 'conv': {
      const { n, c, o, groups, axes, x, w, out } = kernel
      const sizes = (pick: (axis: (typeof axes)[number]) => number): string => axes.map(pick).join('×')
      const shapes = `[${n}, ${c * groups}, ${sizes(({ input }) => input)}] [${o * groups}, ${c}, ${sizes((axis) => axis.kernel)}]`
      return `${nameOf(out.buffer)} = conv(${nameOf(x.buffer)}, ${nameOf(w.buffer)})  (${shapes})`
    }
    case 'primitive': {
      const { primitive, inputs, output } = kernel
      const args = inputs.map(({ buffer }) => nameOf(buffer)).join(', ')
      return `${nameOf(output.buffer)} = ${primitive.name}(${args})  [${output.shape.join(', ')}]`
    }
  }
}

function fusedFormula(
  { kept, reduced, body, stores }: FusedKernel,
  nameOf: (buffer: number) => string,
): string {
  const uses = new Array<number>(body.length).fill(0)
  for (const line of body) for (const arg of argsOf(line)) uses[arg] = (uses[arg] ?? 0) + 1
  const stored = new Map<number, string>()
  const statements: string[] = []
  const texts: string[] = []
  const text = (i: number): string => texts[i] ?? '?'
  const parts = (line: Instruction): string => {
    switch (line.op) {
      case 'constant':
        return line.dtype === 'bool' ? String(line.value !== 0) : numberText(line.value)
      case 'index':
        return 'index'
      case 'load':
        return accessText(line.access, nameOf)
      case 'reduce':
        return `${line.name}(${text(line.arg)})`
      case 'apply': {
        const args = line.args.map(text)
        const sign = infix[line.name]
        return sign === undefined ? `${line.name}(${args.join(', ')})` : `(${args.join(` ${sign} `)})`
      }
    }
  }
  for (const [i, line] of body.entries()) {
    const own = parts(line)
    const leaf = line.op === 'load' || line.op === 'constant' || line.op === 'index'
    const targets = stores.filter(({ value }) => value === i)
    for (const { access } of targets) statements.push(`${accessText(access, nameOf)} = ${bare(own)}`)
    const [first] = targets
    if (first !== undefined) stored.set(i, nameOf(first.access.buffer))
    const named = !leaf && first === undefined && ((uses[i] ?? 0) > 1 || own.length > 60)
    if (named) statements.push(`t${i} = ${bare(own)}`)
    texts[i] = leaf ? own : (stored.get(i) ?? (named ? `t${i}` : own))
  }
  const loop = reduced.length === 0 ? `[${kept.join(', ')}]` : `[${kept.join(', ')} | ${reduced.join(', ')}]`
  return `${statements.join('; ')}  ${loop}`
}

/** Without the parentheses around the whole. */
function bare(text: string): string {
  if (!text.startsWith('(') || !text.endsWith(')')) return text
  let depth = 0
  for (const [i, letter] of [...text].entries()) {
    if (letter === '(') depth += 1
    if (letter === ')') depth -= 1
    if (depth === 0 && i < text.length - 1) return text
  }
  return text.slice(1, -1)
}

function argsOf(line: Instruction): readonly number[] {
  if (line.op === 'apply') return line.args
  return line.op === 'reduce' ? [line.arg] : []
}

function accessText({ buffer, bounds = [] }: Access, nameOf: (buffer: number) => string): string {
  return bounds.length === 0 ? nameOf(buffer) : `padded ${nameOf(buffer)}`
}
