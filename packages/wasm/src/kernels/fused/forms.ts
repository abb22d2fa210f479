import { bytesPerElement, type DType } from '@samkit/core'
import type { Access, Bound, FusedKernel, Instruction } from '@samkit/core/compiler'

/** A number that moves with the loops: `start + Σ strides · index`, an address or a place. */
export interface Form {
  /** The operand whose address it starts from. */
  readonly operand: number | null
  readonly start: number
  /** By axis. */
  readonly strides: readonly number[]
  /** Whether it starts anew at each block of lanes. */
  readonly local: boolean
}

/** What a line or a store needs to know of its place. */
export interface Places {
  readonly at: Form
  readonly bounds: readonly { readonly form: Form; readonly size: number }[]
}

/** The forms of a kernel, equal ones once. */
export class Forms {
  readonly all: Form[] = []
  private readonly known = new Map<string, Form>()

  add(form: Form): Form {
    const key = `${form.operand}:${form.start}:${form.strides.join()}:${form.local}`
    const known = this.known.get(key)
    if (known !== undefined) return known
    this.known.set(key, form)
    this.all.push(form)
    return form
  }

  ofAccess({ offset, strides, bounds = [] }: Access, operand: number, dtype: DType): Places {
    const size = bytesPerElement(dtype)
    return {
      at: this.add({
        operand,
        start: offset * size,
        strides: strides.map((stride) => stride * size),
        local: false,
      }),
      bounds: bounds.map((bound) => ({ form: this.ofBound(bound), size: bound.size })),
    }
  }

  private ofBound({ offset, strides }: Bound): Form {
    return this.add({ operand: null, start: offset, strides, local: false })
  }

  ofIndex({ offset, strides }: Extract<Instruction, { op: 'index' }>): Places {
    return { at: this.add({ operand: null, start: offset, strides, local: false }), bounds: [] }
  }
}

/** The buffers of a kernel in the order in which they first appear. */
export function buffersOf({ body, stores }: FusedKernel): number[] {
  const accesses = [
    ...body.flatMap((line) => (line.op === 'load' ? [line.access] : [])),
    ...stores.map(({ access }) => access),
  ]
  return [...new Set(accesses.map(({ buffer }) => buffer))]
}
