import { allocate, type DType, type HostArray, type Shape, sizeOf } from '@samkit/core'
import type { Leaf, Program, ProgramStep } from './program.ts'

/** A value of a program that is being written. */
export type Value = number & { readonly written: true }

/** A program that is being written, line by line; leaves come first whatever the order of lines. */
export class Sketch {
  private readonly leaves: Leaf[] = []
  private readonly steps: ProgramStep[] = []

  /** A leaf. */
  leaf(leaf: Leaf): Value {
    this.leaves.push(leaf)
    return (this.leaves.length - 1) as Value
  }

  /** One primitive. Steps are counted down from -1 until the leaves are all known. */
  step(primitive: string, inputs: readonly Value[], attrs: object = {}): Value {
    this.steps.push({ primitive, inputs, attrs })
    return -this.steps.length as Value
  }

  /** The program that gives these values. */
  program(outputs: readonly Value[]): Program {
    const { leaves, steps } = this
    const placeOf = (id: number): number => (id < 0 ? leaves.length - id - 1 : id)
    return {
      leaves: [...leaves],
      steps: steps.map((step) => ({ ...step, inputs: step.inputs.map(placeOf) })),
      outputs: outputs.map(placeOf),
    }
  }
}

/** Numbers that are told by a formula of their place `i`, so that many of them print in a line. */
export interface Formula {
  readonly code: string
  at(i: number): number
}

const arrays: Readonly<Record<DType, string>> = {
  f32: 'Float32Array',
  f64: 'Float64Array',
  i32: 'Int32Array',
  bool: 'Uint8Array',
}

/** A leaf whose elements a formula gives. */
export function leafBy({ code, at }: Formula, shape: Shape, dtype: DType): Leaf {
  const data = allocate(dtype, sizeOf(shape))
  for (let i = 0; i < data.length; i++) data[i] = at(i)
  const values = `${arrays[dtype]}.from({ length: ${data.length} }, (_, i) => ${code})`
  return {
    shape,
    dtype,
    data,
    code: `tensor(${values}, { shape: [${shape.join(', ')}], dtype: '${dtype}' })`,
  }
}

/** Numbers between 0 and 1 that look mixed. */
export const mixed: Formula = { code: '((i * 37) % 101) / 101', at: (i) => ((i * 37) % 101) / 101 }

/** Numbers between -1 and 1 that look mixed. */
export const mixedSigns: Formula = {
  code: '((i * 37) % 101) / 50 - 1',
  at: (i) => ((i * 37) % 101) / 50 - 1,
}

/** Numbers around 0.1, whose roundings add up when they are summed in single precision. */
export const nearlyEqual: Formula = {
  code: '0.1 + ((i * 37) % 101) / 100000',
  at: (i) => 0.1 + ((i * 37) % 101) / 100000,
}

/** Whole numbers below `n`, each many times. */
export function below(n: number): Formula {
  return { code: `(i * 37) % ${n}`, at: (i) => (i * 37) % n }
}

/** An array of one value. */
export function scalarArray(value: number, dtype: DType): HostArray {
  const data = allocate(dtype, 1)
  data[0] = value
  return { shape: [], dtype, data }
}
