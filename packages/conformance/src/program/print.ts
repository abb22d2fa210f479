import type { HostArray, TypedArray } from '@samkit/core'
import { shown } from '../compare/compare.ts'
import { type Program, type ProgramStep, valueAt } from './program.ts'

/** A program as code, and the names it imports from `@samkit/core`. */
interface Lines {
  readonly lines: string[]
  readonly imports: Set<string>
}

/** A value as code: plain data, with the numbers that JSON has no word for. */
function literal(value: unknown): string {
  if (typeof value === 'number') return shown(value)
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([key, entry]) => `${key}: ${literal(entry)}`)
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
  }
  return typeof value === 'string' ? `'${value}'` : String(value)
}

/** The shortest decimal that rounds to this `f32`. */
function shortest(x: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(x.toPrecision(digits))
    if (Object.is(Math.fround(decimal), x)) return shown(decimal)
  }
  return shown(x)
}

/** The elements of an array as they are written in code. */
function elements(data: TypedArray): string {
  const write = data instanceof Float32Array ? shortest : shown
  return Array.from(data, write).join(', ')
}

/** A tensor as code. */
function tensorCode({ data, shape, dtype }: HostArray): string {
  const all = data.length > 8 && data.every((x) => Object.is(x, data[0]))
  if (all) return `full([${shape.join(', ')}], ${elements(data.subarray(0, 1))}, { dtype: '${dtype}' })`
  return `tensor([${elements(data)}], { shape: [${shape.join(', ')}], dtype: '${dtype}' })`
}

const named: Readonly<Record<string, string>> = { and: 'logicalAnd', or: 'logicalOr', not: 'logicalNot' }

/** Attributes by name, as they come. */
type Attrs = Readonly<Record<string, unknown>>

/** How the primitives that are no functions of tensors alone are called. */
const calls: Readonly<Record<string, (inputs: readonly string[], attrs: Attrs) => string>> = {
  constant: (_, { value, shape, dtype }) =>
    `constant(${literal(value)}, ${literal(shape)}, ${literal(dtype)})`,
  iota: (_, { size, dtype }) => `iota(${literal(size)}, ${literal(dtype)})`,
  random: ([key, stream], attrs) => `random(${key}, ${stream}, ${literal(attrs)})`,
  cast: ([x], { dtype }) => `cast(${x}, ${literal(dtype)})`,
  reshape: ([x], { shape }) => `reshape(${x}, ${literal(shape)})`,
  permute: ([x], { order }) => `permute(${x}, ${literal(order)})`,
  expand: ([x], { shape }) => `expand(${x}, ${literal(shape)})`,
  flip: ([x], { axes }) => `flip(${x}, ${literal(axes)})`,
  concat: (inputs, { axis }) => `concat([${inputs.join(', ')}], ${literal(axis)})`,
  gather: ([x, index], { axis }) => `gather(${x}, ${literal(axis)}, ${index})`,
  scatterAdd: ([updates, index], { axis, size }) =>
    `scatterAdd(${updates}, ${index}, ${literal(axis)}, ${literal(size)})`,
  argmax: ([x], attrs) => `argmax(${x}, ${alongOne(attrs)})`,
  argmin: ([x], attrs) => `argmin(${x}, ${alongOne(attrs)})`,
}

function alongOne({ axes, keepDims }: Attrs): string {
  return literal({ axis: Array.isArray(axes) ? axes[0] : axes, keepDims })
}

const reductions = ['sum', 'max', 'min']
const withAttrs = ['slice', 'windows', 'fold', 'cumsum', 'argsort', 'conv']

function call({ primitive, attrs }: ProgramStep, inputs: readonly string[], imports: Set<string>): string {
  // Functions of these names do something else, or there are none.
  if (primitive === 'pad' || primitive === 'barrier') {
    imports.add('defineOp').add('primitives').add('type Tensor')
    return `apply('${primitive}', [${inputs.join(', ')}], ${literal(attrs)})`
  }
  const name = named[primitive] ?? primitive
  imports.add(name)
  const own = calls[primitive]
  if (own !== undefined) return own(inputs, Object.fromEntries(Object.entries(attrs)))
  if (reductions.includes(primitive)) {
    const { axes, keepDims }: Attrs = Object.fromEntries(Object.entries(attrs))
    return `${name}(${inputs.join(', ')}, ${literal({ axis: axes, keepDims })})`
  }
  const rest = withAttrs.includes(primitive) ? [literal(attrs)] : []
  return `${name}(${[...inputs, ...rest].join(', ')})`
}

const applyCode = [
  'const apply = (name: string, inputs: readonly Tensor[], attrs: object): Tensor => {',
  '  const primitive = primitives.find((one) => one.name === name)',
  "  if (primitive === undefined) throw new Error('no such primitive')",
  '  return defineOp(primitive, (make) => () => make(inputs, attrs))()',
  '}',
]

function leafName(id: number): string {
  return id < 26 ? String.fromCharCode(97 + id) : `leaf${id}`
}

function namesOf({ leaves, steps }: Program): string[] {
  return [...leaves.map((_, id) => leafName(id)), ...steps.map((_, i) => `v${i + 1}`)]
}

function stepLines(
  program: Program,
  names: readonly string[],
  { lines, imports }: Lines,
  indent: string,
): void {
  program.steps.forEach((step, i) => {
    const inputs = step.inputs.map((id) => valueAt(names, id))
    const name = valueAt(names, program.leaves.length + i)
    lines.push(`${indent}const ${name} = ${call(step, inputs, imports)}`)
  })
}

/** Lines that make the tensors a program gives, under the names that are returned. */
function outputLines(program: Program, code: Lines): string[] {
  const { lines, imports } = code
  const names = namesOf(program)
  program.leaves.forEach((leaf, id) => {
    const made = leaf.code ?? tensorCode(leaf)
    imports.add(made.startsWith('full') ? 'full' : 'tensor')
    lines.push(`const ${valueAt(names, id)} = ${made}`)
  })
  const { gradient } = program
  const outputs = program.outputs.map((id) => valueAt(names, id))
  if (gradient === undefined) {
    stepLines(program, names, code, '')
    return outputs
  }
  imports.add('grad').add('sum').add('type Tensor')
  const wrt = gradient.wrt.map((id) => valueAt(names, id))
  lines.push(
    `const loss = ([${wrt.join(', ')}]: readonly [${wrt.map(() => 'Tensor').join(', ')}]): Tensor => {`,
  )
  stepLines(program, names, code, '  ')
  lines.push(`  return ${sumOf(outputs)}`, '}')
  const slopes = wrt.map((name) => `d${name}`)
  const at = `[${wrt.join(', ')}]`
  if (gradient.order === 1) lines.push(`const [${slopes.join(', ')}] = grad(loss)(${at})`)
  else {
    const type = `readonly [${wrt.map(() => 'Tensor').join(', ')}]`
    lines.push(`const slope = (at: ${type}): Tensor => {`)
    lines.push(`  const [${slopes.join(', ')}] = grad(loss)(at)`, `  return ${sumOf(slopes)}`, '}')
    lines.push(`const [${slopes.join(', ')}] = grad(slope)(${at})`)
  }
  return slopes
}

function sumOf(names: readonly string[]): string {
  return names.map((name) => `sum(${name})`).reduce((a, b) => `${a}.add(${b})`)
}

/** An answer in a line of comment. */
export function answer({ dtype, shape, data }: HostArray): string {
  const most = 64
  const more = data.length > most ? `, … ${data.length - most} more` : ''
  return `${dtype} [${shape.join(', ')}] ${elements(data.subarray(0, most))}${more}`
}

/** What a backend and the reference say, one entry per output; undefined where a backend gave nothing. */
export interface Answers {
  readonly actual?: readonly HostArray[]
  readonly expected: readonly HostArray[]
}

/** A program as code that runs as it stands, on the backend of this name, with both answers after each value it reads. */
export function printProgram(program: Program, backend: string, answers?: Answers): string {
  const code: Lines = { lines: [], imports: new Set(['backendByName']) }
  const outputs = outputLines(program, code)
  const applies = code.imports.has('defineOp') ? ['', ...applyCode, ''] : ['']
  const reads = outputs.flatMap((name, i) => {
    const [actual, expected] = [answers?.actual?.[i], answers?.expected[i]]
    return [
      `console.log(await ${name}.data({ backend }))`,
      ...(answers === undefined || expected === undefined
        ? []
        : [
            `// the backend:   ${actual === undefined ? 'nothing' : answer(actual)}`,
            `// the reference: ${answer(expected)}`,
          ]),
    ]
  })
  return [
    `import { ${[...code.imports].sort(byName).join(', ')} } from '@samkit/core'`,
    '',
    `const backend = await backendByName('${backend}')`,
    ...applies.slice(1),
    ...code.lines,
    ...reads,
    '',
  ].join('\n')
}

const byName = (a: string, b: string): number => {
  const [x, y] = [a.replace('type ', ''), b.replace('type ', '')]
  return x < y ? -1 : 1
}
